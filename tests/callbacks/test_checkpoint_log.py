"""Logging from a training loop of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis import log_checkpoint
from tb_convvis.callbacks import checkpoint_log
from tb_convvis.callbacks.training_log import TrainingLog
from tests.callbacks.helpers import pictures, records, small_model, steps

FILTERS = "convvis/filters/backbone/conv1"
pytestmark = pytest.mark.usefixtures("deterministic")


def train_epoch(model: keras.Model, optimizer: keras.optimizers.Optimizer) -> None:
    x, y = pictures()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        value = loss(y, model(x, training=True))
    gradients = tape.gradient(value, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))


def loop(model: keras.Model, log_dir: Path | None, epochs: int = 3) -> list[np.ndarray]:
    """Train; returns the first kernel of every step."""
    optimizer = keras.optimizers.SGD(0.1)
    kernels = []
    for step in range(epochs + 1):
        if step:
            train_epoch(model, optimizer)
        kernels.append(model.get_layer("backbone").get_layer("conv1").kernel.numpy())
        if log_dir is not None:
            log_checkpoint(model, log_dir, step, data=pictures(), verbose=0)
    return kernels


def test_every_step_is_logged_and_training_is_untouched(tmp_path: Path) -> None:
    plain = loop(small_model(), None)
    logged = loop(small_model(), tmp_path)
    for without, with_log in zip(plain, logged, strict=True):
        np.testing.assert_array_equal(without, with_log)
    found = records(tmp_path / "convvis", FILTERS)
    assert [record.step for record in found] == [0, 1, 2, 3]
    for record, kernel in zip(found, plain, strict=True):
        np.testing.assert_array_equal(record.array, kernel)
    assert steps(tmp_path / "convvis", "convvis/run/features") == [0, 1, 2, 3]
    assert steps(tmp_path / "convvis", "convvis/run/occlusion") == [0, 1, 2, 3]


def test_another_model_is_another_run(tmp_path: Path) -> None:
    loop(small_model(), tmp_path, epochs=1)
    loop(small_model(seed=1), tmp_path, epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1]
    assert steps(tmp_path / "convvis-2") == [0, 1]


def test_the_same_model_trained_on_counts_on(tmp_path: Path) -> None:
    model = small_model()
    loop(model, tmp_path, epochs=2)
    loop(model, tmp_path, epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1, 2, 2, 3]


def from_one(model: keras.Model, log_dir: Path, last: int, first: int = 1, **settings: object) -> None:
    """Log steps that do not begin with the state before training."""
    for step in range(first, last + 1):
        log_checkpoint(model, log_dir, step, verbose=0, **settings)


def as_another_process() -> None:
    TrainingLog._of_directory.clear()
    checkpoint_log._open.clear()


def test_steps_from_one_on_hide_no_earlier_training(tmp_path: Path) -> None:
    from_one(small_model(), tmp_path, 5)
    from_one(small_model(seed=1), tmp_path, 3)
    as_another_process()
    from_one(small_model(seed=2), tmp_path, 2)
    found = [steps(tmp_path / name) for name in ("convvis", "convvis-2", "convvis-3")]
    assert found == [[1, 2, 3, 4, 5], [1, 2, 3], [1, 2]]
    as_another_process()
    # Goes on where the newest ended, or where it is told to.
    from_one(small_model(seed=2), tmp_path, 4, first=3)
    as_another_process()
    from_one(small_model(seed=2), tmp_path, 5, first=4, resume=True)
    assert steps(tmp_path / "convvis-3") == [1, 2, 3, 4, 4, 5]
    assert not (tmp_path / "convvis-4").exists()


def test_the_same_model_counts_on_from_one_as_well(tmp_path: Path) -> None:
    model = small_model()
    from_one(model, tmp_path, 3)
    from_one(model, tmp_path, 2)
    assert steps(tmp_path / "convvis") == [1, 2, 3, 4, 5]


def test_nothing_is_logged_when_a_log_is_closed(tmp_path: Path) -> None:
    model = small_model()
    for step in range(4):
        log_checkpoint(model, tmp_path, step, freq=2, verbose=0)
        model.set_weights([weight + 1 for weight in model.get_weights()])
    log_checkpoint(small_model(seed=1), tmp_path, 0, verbose=0)
    # The weights of step 3 are gone by then.
    assert steps(tmp_path / "convvis") == [0, 2]


def test_a_directory_that_was_removed_begins_anew(tmp_path: Path) -> None:
    model = small_model()
    from_one(model, tmp_path / "logs", 3)
    shutil.rmtree(tmp_path / "logs")
    from_one(model, tmp_path / "logs", 2)
    assert steps(tmp_path / "logs" / "convvis") == [1, 2]


def test_names_of_classes_may_be_an_array(tmp_path: Path) -> None:
    from_one(small_model(), tmp_path, 2, class_names=np.array(["a", "b", "c"]))
    assert steps(tmp_path / "convvis") == [1, 2]


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    model = small_model()
    log_checkpoint(model, tmp_path, 0, verbose=0)
    with pytest.raises(ValueError, match="the settings of a log stay"):
        log_checkpoint(model, tmp_path, 1, class_names=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"number of completed epochs.*step=1\.5"):
        log_checkpoint(model, tmp_path, 1.5)
    with pytest.raises(ValueError, match="step=None"):
        log_checkpoint(model, tmp_path, None)
    with pytest.raises(ValueError, match=r"keep=5 without epochs.*epochs=n"):
        log_checkpoint(model, tmp_path / "other", 0, keep=5)
    with pytest.raises(ValueError, match="not built"):
        log_checkpoint(keras.Sequential([keras.layers.Conv2D(3, 3)]), tmp_path / "other", 0)
