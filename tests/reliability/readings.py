"""What each of TensorBoard's readers has of a log directory, point by point."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from tb_convvis.schema import PLUGIN_NAME
from tests.reliability.viewer import forbid_tensorflow

EVERYTHING = 10**6
WAIT = 30.0
"""Seconds for the data server to read everything: when it has not by then, the readers differ."""


class Point(NamedTuple):
    """One record as a reader has it; of a histogram, its tensor's dtype, shape and bytes."""

    step: int
    wall_time: float
    payload: tuple[bytes, ...]


Reading = dict[tuple[str, str], list[Point]]
"""The points by run and tag, in the reader's order."""


def read_by_all(logdir: Path) -> tuple[Reading, list[str]]:
    """What TensorBoard's Python reader has, and in words where the others have something else.

    The others are the data server, and the Python reader where TensorFlow is not installed.
    """
    found = read(logdir, "python")
    viewer = _viewer().submit(read, logdir, "python")
    served = read(logdir, "rust", until=found)
    others = {"the data server": served, "Python without TensorFlow": viewer.result()}
    return found, [f"{who}: {where}" for who, other in others.items() for where in _differences(found, other)]


def read(logdir: Path, reader: str, until: Reading | None = None) -> Reading:
    """What one reader has.

    Args:
        logdir: log directory.
        reader: rust or python.
        until: read again until it is this, for at most `WAIT`; the data server reads in the background.
    """
    # Imported late: the viewer process forbids TensorFlow before it imports TensorBoard.
    from tests.backend.boards import Board

    board = Board(logdir, reader, f"--samples_per_plugin={PLUGIN_NAME}=100000,histograms=100000")
    try:
        deadline = time.monotonic() + WAIT
        while (reading := _read(board.provider)) != until and until is not None:
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return reading
    finally:
        board.close()


def _read(provider: Any) -> Reading:
    from tensorboard.context import RequestContext

    context = RequestContext()
    wanted: dict[str, Any] = {"experiment_id": "", "downsample": EVERYTHING}
    blobs = provider.read_blob_sequences(context, plugin_name=PLUGIN_NAME, **wanted)
    tensors = provider.read_tensors(context, plugin_name="histograms", **wanted)
    reading: Reading = {}
    with ThreadPoolExecutor(16) as threads:

        def content(key: str) -> bytes:
            return bytes(provider.read_blob(context, blob_key=key))

        for run, tags in blobs.items():
            for tag, points in tags.items():
                keys = [value.blob_key for point in points for value in point.values]
                contents = iter(list(threads.map(content, keys)))
                reading[run, tag] = [
                    Point(point.step, point.wall_time, tuple(next(contents) for _ in point.values))
                    for point in points
                ]
    for run, tags in tensors.items():
        for tag, points in tags.items():
            reading[run, tag] = [
                Point(point.step, point.wall_time, _tensor_bytes(point.numpy)) for point in points
            ]
    return reading


def _tensor_bytes(tensor: Any) -> tuple[bytes, ...]:
    return (f"{tensor.dtype} {tensor.shape}".encode(), tensor.tobytes())


def _differences(one: Reading, other: Reading) -> list[str]:
    return [
        f"{run} {tag}: {len(one.get((run, tag), []))} and {len(other.get((run, tag), []))} points"
        for run, tag in sorted({*one, *other})
        if one.get((run, tag)) != other.get((run, tag))
    ]


@cache
def _viewer() -> ProcessPoolExecutor:
    """A process on which importing TensorFlow fails, as where only TensorBoard is installed."""
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=forbid_tensorflow)
