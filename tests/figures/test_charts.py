"""Weights and convergence: what stands in the drawing is what was logged."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util import tensor_util

import tb_convvis
from tb_convvis.figures.axis import monotone, ticks
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.weights import BINS, rebin
from tests.changes import write_scalars, write_strengths
from tests.logs import START, LogFile, write_run

SVG = "{http://www.w3.org/2000/svg}"
ACCENT = "#f57c00"
WEIGHTS = [0.5, 0.5, 0.25, 0.0, 0.0, 0.0]
LOSS = [3.5, 2.5, 1.5, 0.5, 0.25, 0.125]


def paths(shown: Figure, **look: str) -> list[np.ndarray]:
    """Points of the lines that look so."""
    root = ElementTree.fromstring(shown.svg)  # noqa: S314
    found = []
    for path in root.iter(f"{SVG}path"):
        if all(path.get(name.replace("_", "-")) == value for name, value in look.items()):
            numbers = [float(one) for one in re.findall(r"-?[\d.]+", path.attrib["d"])]
            found.append(np.array(numbers).reshape(-1, 2))
    return found


def texts(shown: Figure) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(shown.svg).iter(f"{SVG}text")]  # noqa: S314


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kernel: at epoch 0 all weights around -1, at epoch 1 half of them around 1, at epoch 4 all."""
    root = tmp_path_factory.mktemp("weights")
    with LogFile(root / "run" / "convvis") as log:
        log.start()
        log.record("run", "model", 0, {"layers": [{"name": "conv1"}]})
        for step, share in ((0, 0.0), (1, 0.5), (4, 1.0)):
            values = np.where(np.arange(1000) < 1000 * share, 1.0, -1.0) + np.linspace(-0.05, 0.05, 1000)
            # Two far out, so that no ridge is cut off by the edge.
            log.histogram("convvis/weights/conv1/kernel", step, np.array([*values, -2, 2]))
            log.histogram("convvis/weights/conv1/bias", step, np.linspace(0, step + 1, 8))
    return root


def test_a_ridge_rises_where_the_weights_are(weights: Path) -> None:
    areas = {}
    for epoch in (0, 1, 4):
        shown = tb_convvis.figure(weights, "weights", epoch)
        (outline,) = paths(shown, stroke=ACCENT, stroke_width="2")
        x, y = outline.T
        height = y.max() - (y[1:] + y[:-1]) / 2
        left = (x[1:] + x[:-1]) / 2 < (x.min() + x.max()) / 2
        slices = height * np.diff(x)
        areas[epoch] = slices[left].sum(), slices[~left].sum()
        assert shown.facts["epoch"] == str(epoch)
        assert (shown.facts["layer"], shown.facts["weight"]) == ("conv1", "kernel")
    whole = sum(areas[0])
    assert areas[0] == pytest.approx((whole, 0), abs=0.02 * whole)
    assert areas[4] == pytest.approx((0, whole), abs=0.02 * whole)
    assert areas[1] == pytest.approx((whole / 2, whole / 2), abs=0.02 * whole)


def test_an_epoch_between_two_logs_is_shown_by_the_one_before(weights: Path) -> None:
    shown = tb_convvis.figure(weights, "weights", 3, layer="conv1/bias")
    assert shown.facts["epoch"] == "showing 1, asked 3"
    assert "showing 1, asked 3" in " ".join(texts(shown))
    assert shown.facts["epochs"] == "3, from 0 to 4"
    with pytest.raises(ValueError, match="Expected one of conv1/kernel and conv1/bias"):
        tb_convvis.figure(weights, "weights", layer="conv2")


def test_damaged_histograms_are_said(tmp_path: Path) -> None:
    with LogFile(tmp_path / "run" / "convvis") as log:
        log.record("run", "model", 0)
        for step in range(3):
            summary = histogram_pb("convvis/weights/conv1/kernel", np.arange(9.0))
            if step == 1:
                broken = tensor_util.make_tensor_proto(np.array([[0.0, np.nan, 9.0]]))
                summary.value[0].tensor.CopyFrom(broken)
            log.event(event_pb2.Event(wall_time=START + step, step=step, summary=summary))
    shown = tb_convvis.figure(tmp_path, "weights")
    assert shown.facts["not drawn"] == "1 of 3 histograms are damaged."
    assert shown.facts["epochs"] == "2, from 0 to 2"


def test_buckets_are_shared_out_by_their_overlap() -> None:
    assert rebin([[0, 8, 80]], (0, 8)) == pytest.approx(np.full(BINS, 1 / BINS))
    random = np.random.default_rng(1).uniform(0, 1, 5000)
    counts, edges = np.histogram(random, 2 * BINS, (0, 1))
    fine = [[left, right, count] for (left, right), count in zip(pairwise(edges), counts, strict=True)]
    coarse, _ = np.histogram(random, BINS, (0, 1))
    assert rebin(fine, (0, 1)) == pytest.approx(coarse / 5000)


def test_curves_stay_between_their_points() -> None:
    random = np.random.default_rng(3)
    ys = random.uniform(0, 1, 40)
    ys[10:20] = 0
    curve = monotone(list(range(40)), ys, pieces=8)
    for at, (low, high) in enumerate(pairwise(ys)):
        piece = curve[8 * at : 8 * at + 9, 1]
        assert piece[0] == pytest.approx(low)
        assert (np.diff(piece) * math.copysign(1, high - low) >= -1e-12).all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.5, 1]), (0, 0.35, [0, 0.1, 0.2, 0.3]), (-70, 250, [0, 100, 200]), (2, 2, [2])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high, 3) == expected


@pytest.fixture(scope="module")
def settling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("convergence")
    write_run(root / "settles", range(len(WEIGHTS) + 1), {"conv1": (3, 3, 3, 4)}, keras=False)
    write_strengths(root / "settles", {"conv1": WEIGHTS, "conv2": [None, *WEIGHTS[1:]]})
    write_scalars(root / "settles" / "train", {"epoch_loss": LOSS, "epoch_accuracy": LOSS[::-1]})
    return root


def test_lines_of_convergence_are_the_logged_values(settling: Path) -> None:
    shown = tb_convvis.figure(settling, "convergence")
    conv1, conv2 = paths(shown, stroke="#425066", stroke_width="2")
    loss, accuracy = paths(shown, stroke="#425066", stroke_width="1")
    x, y = conv1.T
    assert np.diff(x) == pytest.approx(np.full(5, x[1] - x[0]), abs=0.02)
    assert (y[-1] - y) / (y[-1] - y[0]) == pytest.approx(np.array(WEIGHTS) / 0.5, abs=0.001)
    assert len(conv2) == 5, "the first change of conv2 is not known"
    # Keras counts the epochs of its scalars from 0, the log those that are completed.
    assert loss[:, 0] == pytest.approx(x)
    share = (np.array(LOSS) - LOSS[-1]) / (LOSS[0] - LOSS[-1])
    assert (loss[-1, 1] - loss[:, 1]) / (loss[-1, 1] - loss[0, 1]) == pytest.approx(share, abs=0.001)
    assert accuracy[:, 1] - accuracy[0, 1] == pytest.approx(loss[::-1, 1] - loss[-1, 1], abs=0.02)
    said = texts(shown)
    assert said.count("settled at 3") == 2
    assert {"loss", "accuracy", "conv1", "conv2", "train 0.125", "train 3.5"} <= set(said)


def test_changes_are_per_epoch_where_logs_are_apart(tmp_path: Path) -> None:
    write_run(tmp_path / "run", range(3), {"conv1": (3, 3, 3, 4)}, keras=False)
    write_strengths(tmp_path / "run", {"conv1": [0.4, 0.4, 0.2]}, steps=[0, 1, 3, 4])
    shown = tb_convvis.figure(tmp_path, "convergence", 2)
    assert shown.facts["marked"] == "epoch 1, asked 2"
    shown = tb_convvis.figure(tmp_path, "convergence", 3)
    (line,) = paths(shown, stroke="#425066", stroke_width="2")
    bottom = line[0, 1] + 2 * (line[1, 1] - line[0, 1])
    assert (bottom - line[:, 1]) / (bottom - line[0, 1]) == pytest.approx([1, 0.5, 0.5], abs=0.001)
    assert paths(shown, stroke=ACCENT)[0][:, 0] == pytest.approx(line[1, 0], abs=0.02)
    assert shown.facts["marked"] == "epoch 3"
    assert "metrics" not in shown.facts
