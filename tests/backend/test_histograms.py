"""Weight histograms: ours and those of Keras's TensorBoard callback."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram.metadata import create_summary_metadata
from tensorboard.util import tensor_util

from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.logs import LogFile, write_run

OURS = "convvis/weights/conv1/kernel"
KERAS = "conv1/kernel/histogram"


def test_both_sources_are_listed_under_one_name(board: Board) -> None:
    (run,) = board.json("index", run="sgd/convvis")["runs"]
    names = ["backbone/conv2/bias", "backbone/conv2/kernel", "conv1/bias", "conv1/kernel"]
    assert run["weights"] == [
        *[
            {"run": "sgd/convvis", "tag": f"convvis/weights/{name}", "name": name, "source": "convvis"}
            for name in names
        ],
        *[
            {"run": "sgd/train", "tag": f"{name}/histogram", "name": name, "source": "keras"}
            for name in names
        ],
    ]


def test_keras_run_beside_ours_is_found_at_the_root_and_for_a_second_fit(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    write_run(tmp_path)
    with LogFile(tmp_path / "convvis-2") as log:
        log.record("run", "model", 0)
    board = make_board(tmp_path)
    for run in board.json("index", run=["convvis", "convvis-2"])["runs"]:
        assert run["group"] == ""
        assert ("train", KERAS) in {(weight["run"], weight["tag"]) for weight in run["weights"]}


def test_buckets_are_those_logged_and_keras_steps_are_epochs_completed(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    values = {epoch: np.random.default_rng(epoch).standard_normal(500) for epoch in (1, 2)}
    with LogFile(tmp_path / "convvis") as ours, LogFile(tmp_path / "train") as keras:
        ours.record("run", "model", 0)
        for epoch, sample in values.items():
            ours.histogram(OURS, epoch, sample, wall_time=5.0)
            keras.histogram(KERAS, epoch - 1, sample, wall_time=5.0)
    series = make_board(tmp_path).json("histograms", want=[["convvis", OURS], ["train", KERAS]])["series"]
    assert [(one["run"], one["tag"], one["error"]) for one in series] == [
        ("convvis", OURS, None),
        ("train", KERAS, None),
    ]
    for one in series:
        assert [(point["step"], point["wall_time"]) for point in one["points"]] == [(1, 5.0), (2, 5.0)]
        for point, sample in zip(one["points"], values.values(), strict=True):
            counts, edges = np.histogram(sample, bins=30)
            np.testing.assert_allclose(
                point["buckets"], np.stack([edges[:-1], edges[1:], counts], axis=1), atol=1e-12
            )


def test_of_two_at_one_step_the_newest_is_answered(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.record("run", "model", 0)
        log.histogram(OURS, 0, np.zeros(3), wall_time=9.0)
        log.histogram(OURS, 1, np.zeros(3), wall_time=10.0)
        log.histogram(OURS, 1, np.ones(7), wall_time=11.0)
    (series,) = make_board(tmp_path).json("histograms", want=[["convvis", OURS]])["series"]
    assert [(p["step"], p["wall_time"], p["buckets"][-1][2]) for p in series["points"]] == [
        (0, 9.0, 3),
        (1, 11.0, 7),
    ]


@pytest.mark.parametrize(
    ("run", "tag", "words"),
    [
        ("sgd/convvis", "convvis/weights/nowhere/kernel", "no histogram"),
        ("nowhere", KERAS, "no histogram"),
        ("sgd/convvis", "convvis/filters/conv1", "not a weight's histogram"),
        ("sgd/train", "epoch_loss", "not a weight's histogram"),
    ],
)
def test_what_is_absent_is_said(board: Board, run: str, tag: str, words: str) -> None:
    (series,) = board.json("histograms", want=[[run, tag]])["series"]
    assert series["points"] == []
    assert words in series["error"]


def test_damaged_histograms_are_left_out_and_counted(make_board: MakeBoard, tmp_path: Path) -> None:
    tensors = [
        np.array([[0.0, 1.0, 5.0]]),
        np.array([[0.0, np.nan, 5.0]]),
        np.array([0.0, 1.0, 5.0]),
        np.array([[b"0", b"1", b"5"]], dtype=object),
        np.zeros((0, 3)),
    ]
    with LogFile(tmp_path / "convvis") as log:
        log.record("run", "model", 0)
        for step, tensor in enumerate(tensors):
            value = summary_pb2.Summary.Value(
                tag=OURS,
                metadata=create_summary_metadata(display_name=None, description=None),
                tensor=tensor_util.make_tensor_proto(tensor),
            )
            value.metadata.data_class = summary_pb2.DATA_CLASS_TENSOR
            log.event(event_pb2.Event(wall_time=7.0, step=step, summary=summary_pb2.Summary(value=[value])))
    (series,) = make_board(tmp_path).json("histograms", want=[["convvis", OURS]])["series"]
    assert [(point["step"], point["buckets"]) for point in series["points"]] == [(0, [[0, 1, 5]]), (4, [])]
    assert series["error"] == "3 of 5 histograms are damaged."
