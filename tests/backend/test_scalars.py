"""Loss and metrics per epoch, from the runs that Keras's TensorBoard callback writes beside ours."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.util import tensor_util

from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.changes import write_scalars
from tests.logs import LogFile

LOSS = "epoch_loss"
HOSTILE = "epoch_<script>alert(1)</script>"


def _beside(directory: Path, name: str = "convvis") -> None:
    with LogFile(directory / name) as log:
        log.record("run", "model", 0)


def test_those_of_the_runs_beside_ours_are_listed(make_board: MakeBoard, tmp_path: Path) -> None:
    for group in ("", "sgd", "sgd/deep"):
        _beside(tmp_path / group)
    _beside(tmp_path / "sgd", "convvis-2")
    write_scalars(tmp_path / "train", {LOSS: [1.0]})
    write_scalars(tmp_path / "sgd" / "train", {LOSS: [1.0], "epoch_accuracy": [0.1], "batch_loss": [3.0]})
    write_scalars(tmp_path / "sgd" / "validation", {LOSS: [2.0], "evaluation_loss_vs_iterations": [2.0]})
    write_scalars(tmp_path / "sgd" / "other", {LOSS: [2.0]})
    runs = ["convvis", "sgd/convvis", "sgd/convvis-2", "sgd/deep/convvis"]
    answer = {run["run"]: run["scalars"] for run in make_board(tmp_path).json("index", run=runs)["runs"]}
    of_sgd = [
        {"run": "sgd/train", "tag": "epoch_accuracy", "name": "accuracy", "source": "train"},
        {"run": "sgd/train", "tag": LOSS, "name": "loss", "source": "train"},
        {"run": "sgd/validation", "tag": LOSS, "name": "loss", "source": "validation"},
    ]
    assert answer == {
        "convvis": [{"run": "train", "tag": LOSS, "name": "loss", "source": "train"}],
        "sgd/convvis": of_sgd,
        "sgd/convvis-2": of_sgd,
        "sgd/deep/convvis": [],
    }


def test_values_are_those_logged_and_steps_are_epochs_completed(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    _beside(tmp_path)
    write_scalars(tmp_path / "train", {LOSS: [2.5, 1.25]})
    write_scalars(tmp_path / "validation", {LOSS: [3.5, math.nan, math.inf]})
    response = make_board(tmp_path).get("scalars", want=[["train", LOSS], ["validation", LOSS]])
    assert response.headers["Cache-Control"].startswith("no-cache")
    train, validation = response.get_json()["series"]
    assert (train["run"], train["tag"], train["error"], train["kept"]) == ("train", LOSS, None, 2)
    assert [(point["step"], point["value"]) for point in train["points"]] == [(1, 2.5), (2, 1.25)]
    assert [(point["step"], point["value"]) for point in validation["points"]] == [
        (1, 3.5),
        (2, None),
        (3, None),
    ]


def test_a_resumed_training_shows_its_newest_values(make_board: MakeBoard, tmp_path: Path) -> None:
    _beside(tmp_path)
    with LogFile(tmp_path / "train") as log:
        for wall_time, step, value in ((5.0, 0, 1.0), (6.0, 1, 2.0), (9.0, 1, 3.0)):
            log.scalar(LOSS, step, value, wall_time)
    (series,) = make_board(tmp_path).json("scalars", want=[["train", LOSS]])["series"]
    assert series["points"] == [
        {"step": 1, "wall_time": 5.0, "value": 1.0},
        {"step": 2, "wall_time": 9.0, "value": 3.0},
    ]


def test_a_thousand_points_are_answered_and_how_many_there_are(make_board: MakeBoard, tmp_path: Path) -> None:
    _beside(tmp_path)
    write_scalars(tmp_path / "train", {LOSS: [float(epoch) for epoch in range(2500)]})
    board = make_board(tmp_path, "--samples_per_plugin=scalars=5000")
    (series,) = board.json("scalars", want=[["train", LOSS]])["series"]
    steps = [point["step"] for point in series["points"]]
    assert (series["kept"], len(steps), steps[0], steps[-1]) == (2500, 1000, 1, 2500)
    assert set(np.diff(steps)) == {2, 3}, "evenly"
    assert all(point["value"] == point["step"] - 1 for point in series["points"])


@pytest.mark.parametrize(
    ("run", "tag", "words"),
    [
        ("sgd/train", LOSS, "keeps no scalar"),
        ("nowhere", LOSS, "keeps no scalar"),
        ("sgd/convvis", "convvis/filters/conv1", "not a metric per epoch"),
        ("sgd/train", "conv1/kernel/histogram", "not a metric per epoch"),
    ],
)
def test_what_is_absent_is_said(board: Board, run: str, tag: str, words: str) -> None:
    (series,) = board.json("scalars", want=[[run, tag]])["series"]
    assert (series["points"], series["kept"]) == ([], 0)
    assert words in series["error"]


def test_too_many_series_are_refused(board: Board) -> None:
    want = [["a", str(number)] for number in range(65)]
    response = board.get("scalars", want=want)
    assert response.status_code == 413
    assert response.text == "too many series. Received: 65. Expected at most 64."


def test_hostile_names_and_values(make_board: MakeBoard, tmp_path: Path) -> None:
    _beside(tmp_path / "__proto__")
    with LogFile(tmp_path / "__proto__" / "train") as log:
        log.scalar(HOSTILE, 0, 1.0)
        for step, tensor in enumerate((np.float32(2), np.array([b"<b>"], dtype=object), np.zeros(3))):
            summary = scalar_pb("epoch_odd", 0.0)
            summary.value[0].tensor.CopyFrom(tensor_util.make_tensor_proto(tensor))
            log.event(event_pb2.Event(wall_time=7.0 + step, step=step, summary=summary))
    board = make_board(tmp_path)
    (run,) = board.json("index", run="__proto__/convvis")["runs"]
    assert HOSTILE in [scalar["tag"] for scalar in run["scalars"]]
    sound, odd = board.json("scalars", want=[["__proto__/train", HOSTILE], ["__proto__/train", "epoch_odd"]])[
        "series"
    ]
    assert [point["value"] for point in sound["points"]] == [1.0]
    # The data server leaves out what is no number; the Python reader refuses such a tag as a whole.
    assert [point["value"] for point in odd["points"] if point["value"] is not None] in ([], [2.0])
    assert odd["points"] or odd["error"]
