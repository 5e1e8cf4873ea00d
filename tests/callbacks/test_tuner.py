"""KerasTuner copies the callbacks for every trial and moves those of its own kind."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import pytest
import tensorflow as tf

from tb_convvis.callbacks import ConvVis
from tests.callbacks.helpers import pictures, records, small_model, steps


def test_every_trial_is_logged_beside_its_scalars(tmp_path: Path) -> None:
    x, y = pictures()

    def build(choice: keras_tuner.HyperParameters) -> keras.Model:
        model = small_model(seed=choice.Int("seed", 1, 2))
        model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    board = keras.callbacks.TensorBoard(tmp_path / "logs")
    tuner = keras_tuner.GridSearch(build, "loss", directory=tmp_path / "trials", project_name="p")
    callback = ConvVis(tensorboard=board, data=(x, y), budget=None)
    tuner.search(x, y, epochs=1, verbose=0, callbacks=[board, callback])
    runs = sorted((tmp_path / "logs").rglob("convvis"))
    assert len(runs) == 2 and not list((tmp_path / "logs").rglob("convvis-*"))
    for run in runs:
        assert (run.parent / "train").is_dir()
        assert steps(run) == [0, 1]
        for view in callback.views:
            status = records(run, f"convvis/run/{view.view}")
            assert [record.step for record in status] == [0, 1]
            assert not any(record.manifest.facts["failures"] for record in status)


def batches() -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(pictures()).batch(8)


@pytest.mark.parametrize("data", [pictures, batches])
def test_a_copy_shares_the_pictures(data: Any) -> None:
    """A copy for each trial would take the memory of all; not every kind of data can be copied at all."""
    callback = ConvVis("logs", data=data(), budget=None)
    for view, copied in zip(callback.views, copy.deepcopy(callback).views, strict=True):
        assert copied is not view and copied.data is view.data
