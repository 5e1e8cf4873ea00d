"""Damage that was planted is found at its byte, by its cause, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.compat.proto import event_pb2

from tb_convvis.doctor import framing
from tb_convvis.doctor.causes import CAUSES, DATA_SERVER, PYTHON_READER
from tb_convvis.doctor.event_files import find
from tb_convvis.doctor.examination import Finding, Summary, examine
from tests.forged import forged, payload
from tests.logs import LogFile
from tests.reliability.damaged_files import DAMAGED_FILES, DAMAGED_STEP, STEPS, damaged_record, write_filters
from tests.reliability.forged_records import FORGED_RECORDS
from tests.reliability.record_file import Place, append, framed, places

BEFORE, AFTER = 2 + DAMAGED_STEP, STEPS - DAMAGED_STEP
"""Records of `write_filters` before the one that is damaged, and after it with that of the file's end."""

FOUND: dict[str, list[str]] = {
    "bit-of-a-blob": ["data"],
    "bit-of-the-tag": ["data"],
    "bit-of-the-proto": ["data"],
    "bit-of-the-length": ["length"],
    "bit-of-the-lengths-checksum": ["length"],
    "bit-of-the-checksum": ["data"],
    "zeroes-for-a-page": ["length"],
    "bytes-missing": ["data"],
    "bytes-added": ["data"],
    "cut-in-a-length": ["cut"],
    "cut-in-a-lengths-checksum": ["cut"],
    "cut-before-the-data": ["cut"],
    "cut-in-the-data": ["cut"],
    "cut-in-a-checksum": ["cut"],
    "garbage-between-records": ["length"],
    "event-file-in-a-record": ["data"],
    "no-proto": ["no event"],
    "length-of-1-tib": ["too long"],
    "length-of-2-to-63": ["too long"],
    "wall-time-nan": ["wall time"],
    "wall-time-infinite": ["infinite"],
    "wall-time-minus-infinite": ["infinite"],
}
"""What is found at the record of `DAMAGED_STEP`; the others are read, but where the file ends there."""

FORGERIES = {
    "kinds-disagree": ["manifest"],
    "version-newer": ["newer"],
    "version-in-metadata-newer": ["newer"],
    "metadata-no-json": ["foreign"],
    "manifest-checksum-wrong": ["manifest"],
    "manifest-missing": ["manifest"],
    "blob-checksum-wrong": ["blob"],
    "blobs-swapped": ["blob", "blob"],
    "blobs-missing": ["manifest"],
    "facts-nan": ["manifest"],
    "picture-svg": ["manifest"],
    "picture-svg-called-png": ["blob"],
    "histogram-of-37-gib": ["tensor"],
    "histogram-shape-wrong": ["tensor"],
    "histogram-overflowing": ["tensor"],
    "tensor-of-billions-of-strings": ["tensor"],
    "metadata-without-data": ["no value", "no value"],
    "foreign-tags": ["foreign", "foreign", "foreign"],
}


def look(logdir: Path) -> tuple[list[Finding], Summary, list[bytes]]:
    """What is found in the one file of a directory, and the valid records."""
    (file,) = find(logdir)
    findings: list[Finding] = []
    kept: list[bytes] = []
    summary = examine(file, findings.append, lambda record: kept.append(record.framed), lambda _: None)
    return findings, summary, kept


@pytest.mark.parametrize("name", FOUND)
def test_damage_is_found_at_its_byte(tmp_path: Path, name: str) -> None:
    sound = write_filters(tmp_path / "sound").read_bytes()
    place = damaged_record(sound)
    DAMAGED_FILES[name](tmp_path / "damaged")
    findings, _, kept = look(tmp_path / "damaged")
    assert [(finding.offset, finding.cause) for finding in findings] == [
        (place.start, cause) for cause in FOUND[name]
    ]
    before, after = sound[: place.start], sound[place.end :]
    if name == "garbage-between-records":
        after = sound[place.start :]
    assert b"".join(kept) == (before if name.startswith("cut") else before + after)


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_record_is_found(tmp_path: Path, name: str) -> None:
    FORGED_RECORDS[name](tmp_path)
    findings, summary, _ = look(tmp_path)
    assert [finding.cause for finding in findings] == FORGERIES[name]
    assert summary.problems == sum(CAUSES[cause].is_problem for cause in FORGERIES[name])


@pytest.mark.parametrize(
    "name",
    ["steps-descending", "step-twenty-times", "nothing", "version-alone", "records-twice", "empty-record"],
)
def test_what_is_odd_and_valid_is_no_problem(tmp_path: Path, name: str) -> None:
    DAMAGED_FILES[name](tmp_path)
    findings, _, kept = look(tmp_path)
    assert findings == []
    (file,) = find(tmp_path)
    assert b"".join(kept) == file.path.read_bytes()


def test_several_damages_are_found_each_at_its_byte(tmp_path: Path) -> None:
    path = write_filters(tmp_path)
    content = bytearray(path.read_bytes())
    records = places(bytes(content))
    content[records[2].start] ^= 1
    content[records[5].data + 3] ^= 1
    content[records[7].start + 9] ^= 1
    path.write_bytes(content[:-1])
    findings, _, kept = look(tmp_path)
    assert [(finding.offset, finding.cause) for finding in findings] == [
        (records[2].start, "length"),
        (records[5].start, "data"),
        (records[7].start, "length"),
        (records[-1].start, "cut"),
    ]
    assert len(kept) == len(records) - 4


def test_every_byte_that_is_cut_off_costs_one_record_at_most(tmp_path: Path) -> None:
    path = write_filters(tmp_path, steps=2)
    content = path.read_bytes()
    ends = [0, *(place.end for place in places(content))]
    for size in range(0, len(content), 7):
        path.write_bytes(content[:size])
        findings, _, kept = look(tmp_path)
        whole = max(end for end in ends if end <= size)
        assert b"".join(kept) == content[:whole]
        assert [(one.offset, one.cause) for one in findings] == ([(whole, "cut")] if size > whole else [])


def _zero(content: bytes, place: Place) -> bytes:
    return content[: place.start] + bytes(8) + content[place.start + 8 :]


def _no_event(content: bytes, place: Place) -> bytes:
    return content[: place.start] + framed(b"\xff" * 9) + content[place.end :]


def _no_time(content: bytes, place: Place) -> bytes:
    event = event_pb2.Event(wall_time=float("nan")).SerializeToString()
    return content[: place.start] + framed(event) + content[place.end :]


def _checksum(content: bytes, place: Place) -> bytes:
    return content[: place.end - 1] + bytes([content[place.end - 1] ^ 1]) + content[place.end :]


@pytest.mark.parametrize(
    ("damage", "stopped"),
    [
        (_zero, {DATA_SERVER, PYTHON_READER}),
        (_no_event, {DATA_SERVER, PYTHON_READER}),
        (_no_time, {DATA_SERVER}),
        (_checksum, {PYTHON_READER}),
    ],
)
def test_what_tensorboard_does_not_read_is_counted(
    tmp_path: Path, damage: Callable[[bytes, Place], bytes], stopped: set[str]
) -> None:
    path = write_filters(tmp_path)
    place = damaged_record(path.read_bytes())
    path.write_bytes(damage(path.read_bytes(), place))
    _, summary, _ = look(tmp_path)
    assert summary.stopped == dict.fromkeys(stopped, place.start)
    assert summary.unread == dict.fromkeys(stopped, AFTER)
    assert summary.valid == BEFORE + AFTER


def test_forged_headers_cannot_make_the_search_endless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(framing, "MAX_RECORD_BYTES", 2**16)
    path = write_filters(tmp_path)
    header = framed(b"", length=2**16 - 16)[:12]
    with path.open("ab") as file:
        file.write(b"?" + header * 20_000)
    findings, summary, _ = look(tmp_path)
    assert [finding.cause for finding in findings] == ["endless"]
    assert summary.valid == 2 + STEPS + 1


def test_a_record_of_a_newer_version_is_kept(tmp_path: Path) -> None:
    with LogFile(tmp_path) as log:
        log.payload("convvis/filters/conv1", 0, [forged(version=2), *payload()[1:]])
    findings, summary, kept = look(tmp_path)
    assert [finding.cause for finding in findings] == ["newer"]
    assert (summary.problems, summary.notes) == (0, 1)
    assert b"".join(kept) == log.path.read_bytes()


def test_events_of_other_plugins_are_no_problem(tmp_path: Path) -> None:
    with LogFile(tmp_path) as log:
        log.scalar("epoch_loss", 0, 0.5)
    append(log.path, event_pb2.Event(wall_time=1.0, graph_def=b"graph"))
    findings, _, _ = look(tmp_path)
    assert findings == []
