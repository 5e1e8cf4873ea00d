"""The pictures that views look at are drawn from any form of data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks.probe import draw_probe
from tests.callbacks.helpers import pictures


@pytest.mark.parametrize("batched", [True, False])
def test_a_dataset_may_be_batched_or_not_and_endless(batched: bool) -> None:
    data = tf.data.Dataset.from_tensor_slices(pictures()).repeat()
    probe = draw_probe(data.batch(5) if batched else data, count=7)
    x, y = pictures()
    assert probe.images.shape == (7, 12, 12, 3)
    assert probe.labels is not None
    for image, label in zip(probe.images, probe.labels, strict=True):
        (where,) = np.nonzero((x == image).all((1, 2, 3)))
        assert y[where[0]] == label


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array([2, 0, 1]), [2, 0, 1]),
        (np.array([[2], [0], [1]]), [2, 0, 1]),
        (np.eye(3)[[2, 0, 1]], [2, 0, 1]),
        (np.array([0.0, 1.0, 1.0]), [0, 1, 1]),
        (np.array([0.5, 1.0, 1.0]), None),
        (np.array([[0.2, 0.8], [0.5, 0.5], [1, 0]]), None),
        (None, None),
    ],
)
def test_labels_are_classes_or_none(labels: np.ndarray | None, expected: list[int] | None) -> None:
    probe = draw_probe((np.zeros((3, 4, 4, 1)), labels), count=3)
    assert (None if probe.labels is None else probe.labels.tolist()) == expected


@pytest.mark.parametrize(
    ("labels", "count"),
    [
        (np.zeros(5, int), 5),
        (np.zeros(5, int).tolist(), 5),
        (np.zeros((7, 2)), 7),
        ([np.zeros((6, 2)), np.zeros((5, 2))], 5),
    ],
    ids=["fewer", "list", "more-and-no-classes", "second-output"],
)
@pytest.mark.parametrize("spread", [False, True])
def test_pictures_and_labels_that_are_not_as_many_are_refused(labels: Any, count: int, spread: bool) -> None:
    with pytest.raises(ValueError, match=f"x has 6 pictures, y {count} labels"):
        draw_probe((np.zeros((6, 4, 4, 1)), labels), count=3, spread=spread)


def test_labels_of_several_outputs_are_as_many_as_pictures() -> None:
    probe = draw_probe((np.zeros((6, 4, 4, 1)), {"a": np.zeros((6, 2)), "b": np.zeros(6)}), count=3)
    assert (probe.count, probe.labels, probe.form) == (3, None, "other")


def test_several_inputs_are_drawn_together() -> None:
    x = np.arange(20)
    probe = draw_probe(([x.reshape(20, 1), x.reshape(20, 1, 1, 1)], x), count=6, seed=3)
    first, second = probe.images
    np.testing.assert_array_equal(first.ravel(), second.ravel())
    np.testing.assert_array_equal(first.ravel(), probe.labels)
