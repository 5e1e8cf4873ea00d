"""Event files that a disk, a network or a killed process damaged, or somebody who knows the framing."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tensorboard.compat.proto import event_pb2

from tests.logs import START, LogFile
from tests.reliability.record_file import Place, append, flip, framed, places

STEPS = 8
DAMAGED_STEP = 4
"""The step whose record is damaged: others lie before and after it."""

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2)

Write = Callable[[Path], None]
Damage = Callable[[bytes, Place], bytes]


def write_filters(run: Path, steps: int = STEPS) -> Path:
    """A run with one record a step, the file's version and the start of the fit before them."""
    with LogFile(run) as log:
        log.start()
        for step in range(steps):
            log.filters("conv1", step, KERNEL + step)
    return log.path


def damaged_record(content: bytes) -> Place:
    """Where the record of `DAMAGED_STEP` lies in what `write_filters` wrote."""
    return places(content)[2 + DAMAGED_STEP]


def _damaging(damage: Damage) -> Write:
    def write(run: Path) -> None:
        path = write_filters(run)
        content = path.read_bytes()
        path.write_bytes(damage(content, damaged_record(content)))

    return write


def _replaced(make: Callable[[], bytes]) -> Write:
    """The damaged record gives way to another, whose framing is right unless `make` says otherwise."""
    return _damaging(lambda content, place: content[: place.start] + make() + content[place.end :])


def _event(wall_time: float = START, step: int = DAMAGED_STEP) -> Callable[[], bytes]:
    return lambda: framed(
        event_pb2.Event(wall_time=wall_time, step=step, file_version="brain.Event:2").SerializeToString()
    )


def _content(make: Callable[[], bytes]) -> Write:
    """A file with an event file's name that holds anything."""

    def write(run: Path) -> None:
        write_filters(run).write_bytes(make())

    return write


def _steps(*steps: int) -> Write:
    def write(run: Path) -> None:
        with LogFile(run) as log:
            log.start()
            for step in steps:
                log.filters("conv1", step, KERNEL, logged=1, wall_time=START)

    return write


def _garbage(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def _without_version(run: Path) -> None:
    path = write_filters(run)
    content = path.read_bytes()
    path.write_bytes(content[places(content)[0].end :])


def _records_twice(run: Path) -> None:
    path = write_filters(run)
    path.write_bytes(path.read_bytes() * 2)


def _data_is_an_event_file(run: Path) -> None:
    """A damaged record that holds whole records: what is found there was never written as one."""
    path = write_filters(run)
    content = path.read_bytes()
    inner = framed(content)
    place = damaged_record(content)
    path.write_bytes(content[: place.start] + flip(inner, len(inner) - 1) + content[place.end :])


def _undecodable(run: Path) -> None:
    append(write_filters(run), b"\xff" * 40, event_pb2.Event(wall_time=START, step=STEPS))


DAMAGED_FILES: dict[str, Write] = {
    "bit-of-a-blob": _damaging(lambda content, place: flip(content, place.end - 20)),
    "bit-of-the-tag": _damaging(lambda content, place: flip(content, content.index(b"conv1", place.data), 2)),
    "bit-of-the-proto": _damaging(lambda content, place: flip(content, place.data + 9, 6)),
    "bit-of-the-length": _damaging(lambda content, place: flip(content, place.start, 3)),
    "bit-of-the-lengths-checksum": _damaging(lambda content, place: flip(content, place.start + 9)),
    "bit-of-the-checksum": _damaging(lambda content, place: flip(content, place.end - 1)),
    "zeroes-for-a-page": _damaging(
        lambda content, place: content[: place.start + 6] + bytes(512) + content[place.start + 518 :]
    ),
    "bytes-missing": _damaging(lambda content, place: content[: place.data + 5] + content[place.data + 12 :]),
    "bytes-added": _damaging(lambda content, place: content[: place.data] + b"more" + content[place.data :]),
    "cut-in-a-length": _damaging(lambda content, place: content[: place.start + 5]),
    "cut-in-a-lengths-checksum": _damaging(lambda content, place: content[: place.start + 10]),
    "cut-before-the-data": _damaging(lambda content, place: content[: place.data]),
    "cut-in-the-data": _damaging(lambda content, place: content[: place.data + 50]),
    "cut-in-a-checksum": _damaging(lambda content, place: content[: place.end - 2]),
    "cut-between-records": _damaging(lambda content, place: content[: place.end]),
    "garbage-between-records": _damaging(
        lambda content, place: content[: place.start] + _garbage(999) + content[place.start :]
    ),
    "garbage-at-the-end": _damaging(lambda content, _: content + _garbage(5000)),
    "garbage-alone": _content(lambda: _garbage(5000)),
    "zeroes-alone": _content(lambda: bytes(5000)),
    "compressed": _content(lambda: gzip.compress(b"brain.Event:2" * 99)),
    "nothing": _content(lambda: b""),
    "version-alone": _content(_event()),
    "version-missing": _without_version,
    "records-twice": _records_twice,
    "event-file-in-a-record": _data_is_an_event_file,
    "no-proto": _replaced(lambda: framed(b"\xff" * 40)),
    "no-proto-at-the-end": _undecodable,
    "empty-record": _replaced(lambda: framed(b"")),
    "length-of-1-tib": _replaced(lambda: framed(b"1 TiB", length=2**40)),
    "length-of-2-to-63": _replaced(lambda: framed(b"more", length=2**63)),
    "wall-time-nan": _replaced(_event(float("nan"))),
    "wall-time-infinite": _replaced(_event(float("inf"))),
    "wall-time-minus-infinite": _replaced(_event(float("-inf"))),
    "wall-time-negative": _replaced(_event(-1e300)),
    "steps-huge-and-negative": _steps(-(2**63), -5, 2**53 + 1, 2**63 - 1),
    "steps-descending": _steps(*range(STEPS, 0, -1)),
    "step-twenty-times": _steps(*[3] * 20),
}
"""What writes each directory's damaged run, by the name of the damage."""
