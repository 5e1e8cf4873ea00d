"""How many steps are offered: all of them with no flags, as many as the user says with one."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from tb_convvis.loader import ConvVisLoader
from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.logs import write_run

CONV1 = "convvis/filters/conv1"


def test_60_steps_are_all_offered_without_flags(board: Board) -> None:
    tags = board.tags("sgd/convvis")
    for tag in (CONV1, "convvis/filters/backbone/conv2", "convvis/run/filters"):
        assert (tags[tag]["steps"], tags[tag]["logged"]) == (list(range(60)), 60)
    parts = board.parts([["sgd/convvis", CONV1, [], []]])
    assert [(part["step"], part["index"]) for part, _ in parts] == [(s, i) for s in range(60) for i in (0, 1)]
    want = [["sgd/convvis", "convvis/weights/conv1/kernel"], ["sgd/train", "conv1/kernel/histogram"]]
    ours, keras = board.json("histograms", want=want)["series"]
    assert [point["step"] for point in ours["points"]] == list(range(60))
    assert [point["step"] for point in keras["points"]] == list(range(1, 60))


def test_1000_steps_are_all_offered_without_flags(make_board: MakeBoard, tmp_path: Path) -> None:
    write_run(tmp_path / "long", range(1000), {"conv1": (1, 1, 1, 1)}, keras=False)
    tag = make_board(tmp_path).tags("long/convvis")[CONV1]
    assert (len(tag["steps"]), tag["logged"]) == (1000, 1000)


def test_the_users_own_flag_wins(make_board: MakeBoard, training_log: Path) -> None:
    board = make_board(training_log, "--samples_per_plugin=convvis=10,images=5")
    tag = board.tags("sgd/convvis")[CONV1]
    assert (len(tag["steps"]), tag["steps"][-1], tag["logged"]) == (10, 59, 60)
    assert len(board.parts([["sgd/convvis", CONV1, [], [0]]])) == 10


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"convvis": 1000}),
        ({"images": 3}, {"images": 3, "convvis": 1000}),
        ({"convvis": 0}, {"convvis": 0}),
        (None, None),
        ("convvis=10", "convvis=10"),
    ],
)
def test_flags_are_completed(given: Any, expected: Any) -> None:
    flags = Namespace(samples_per_plugin=given)
    ConvVisLoader().fix_flags(flags)
    assert flags.samples_per_plugin == expected


def test_absent_flags_are_left_alone() -> None:
    flags = Namespace()
    ConvVisLoader().fix_flags(flags)
    assert flags == Namespace()
