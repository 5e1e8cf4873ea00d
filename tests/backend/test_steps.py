"""Steps and wall times as they were logged: twice, again after a resume, beyond what a float holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.forged import KERNEL
from tests.logs import LogFile


def test_of_two_at_one_step_the_last_written_is_answered_whole(make_board: MakeBoard, tmp_path: Path) -> None:
    kernels = {
        wall_time: np.full((1, 1, 1, 2), wall_time, np.float32)
        for wall_time in (10.0, 12.0, 11.0, 13.0, 14.0)
    }
    with LogFile(tmp_path / "convvis") as log:
        # A clock may go back between the two.
        for step, (wall_time, kernel) in zip((0, 1, 1, 2, 2), kernels.items(), strict=True):
            log.filters("conv1", step, kernel, wall_time=wall_time)
        for kernel in (KERNEL, -KERNEL):
            log.filters("conv1", 3, kernel, wall_time=15.0)
            kernels[15.0] = kernel
    board = make_board(tmp_path)
    tag = board.tags("convvis")["convvis/filters/conv1"]
    assert tag["steps"] == [0, 1, 2, 3]
    parts = board.parts([["convvis", "convvis/filters/conv1", [], [1]]])
    assert [part["wall_time"] for part, _ in parts] == tag["wall_times"]
    for part, data in parts:
        assert data == kernels[part["wall_time"]].tobytes()
    assert tag["wall_times"] == [10.0, 11.0, 14.0, 15.0]


def test_after_a_resume_the_new_steps_are_answered(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.start(0)
        for step in range(6):
            log.filters("conv1", step, KERNEL, wall_time=10.0 + step)
    with LogFile(tmp_path / "convvis", number=1) as log:
        log.start(3, wall_time=20.0)
        for step in (3, 4):
            log.filters("conv1", step, -KERNEL, wall_time=20.0 + step)
    board = make_board(tmp_path)
    tag = board.tags("convvis")["convvis/filters/conv1"]
    assert (tag["steps"], tag["wall_times"]) == ([0, 1, 2, 3, 4], [10.0, 11.0, 12.0, 23.0, 24.0])
    ((_, data),) = board.parts([["convvis", "convvis/filters/conv1", [4], [1]]])
    assert data == (-KERNEL).tobytes()


def test_large_and_negative_steps_keep_every_digit(make_board: MakeBoard, tmp_path: Path) -> None:
    steps = [-5, 2**53, 2**53 + 1, 2**62 + 1]
    with LogFile(tmp_path / "convvis") as log:
        for step in steps:
            log.filters("conv1", step, KERNEL, logged=1, wall_time=1.0)
    board = make_board(tmp_path)
    answered = [-5, 2**53, str(2**53 + 1), str(2**62 + 1)]
    assert board.tags("convvis")["convvis/filters/conv1"]["steps"] == answered
    parts = board.parts([["convvis", "convvis/filters/conv1", answered, [1]]])
    assert [(part["step"], part["error"]) for part, _ in parts] == [(step, None) for step in answered]


def test_a_wall_time_that_is_no_number_is_null(tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.payload("convvis/filters/conv1", 0, [b"before it"], wall_time=float("nan"))
        log.filters("conv1", 0, KERNEL, wall_time=float("nan"))
        log.filters("conv1", 1, KERNEL, wall_time=2.0)
    # TensorBoard's data server drops the whole file.
    board = Board(tmp_path, "python")
    assert board.tags("convvis")["convvis/filters/conv1"]["wall_times"] == [None, 2.0]
    found = board.parts([["convvis", "convvis/filters/conv1", [], [1]]])
    assert [(part["wall_time"], part["error"]) for part, _ in found] == [(None, None), (2.0, None)]
