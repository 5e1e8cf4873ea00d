"""A training that goes on while TensorBoard is open."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.logs import LogFile

CONV1 = "convvis/filters/conv1"
KERNEL = np.ones((1, 1, 1, 2), np.float32)


def answered(board: Board) -> list[tuple[int, bytes]]:
    return [(part["step"], data) for part, data in board.parts([["convvis", CONV1, [], [1]]])]


def await_steps(board: Board, wall_times: list[float]) -> None:
    deadline = time.monotonic() + 20
    while (tag := board.tags("convvis")[CONV1])["wall_times"] != wall_times and time.monotonic() < deadline:
        time.sleep(0.1)
    assert tag["wall_times"] == wall_times


def test_new_steps_and_a_resume_are_seen(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.start(0)
        for step in (0, 1):
            log.filters("conv1", step, KERNEL, wall_time=10.0 + step)
    board = make_board(tmp_path, "--reload_interval=1", "--reload_task=thread")
    assert answered(board) == [(0, KERNEL.tobytes()), (1, KERNEL.tobytes())]

    with LogFile(tmp_path / "convvis", number=1) as log:
        log.filters("conv1", 2, 2 * KERNEL, wall_time=12.0)
    await_steps(board, [10.0, 11.0, 12.0])
    assert answered(board)[2] == (2, (2 * KERNEL).tobytes())

    with LogFile(tmp_path / "convvis", number=2) as log:
        log.start(1, wall_time=21.0)
        log.filters("conv1", 1, 3 * KERNEL, wall_time=21.0)
    await_steps(board, [10.0, 21.0])
    assert answered(board) == [(0, KERNEL.tobytes()), (1, (3 * KERNEL).tobytes())]
