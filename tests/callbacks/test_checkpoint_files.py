"""Files of checkpoints: found in the order of their epochs, loaded whole, refused by name."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis import find_checkpoints, load_checkpoint
from tests.callbacks.helpers import fit, small_model


@pytest.mark.parametrize("kind", ["weights.h5", "keras", "index"])
def test_each_kind_of_checkpoint_is_loaded(tmp_path: Path, kind: str) -> None:
    model, other = small_model(), small_model(seed=1)
    fit(model, epochs=1)
    expected = model.get_weights()
    path = tmp_path / f"step-1.{kind}"
    if kind == "index":
        tf.train.Checkpoint(model=model, optimizer=keras.optimizers.SGD()).save(str(tmp_path / "step"))
    elif kind == "keras":
        model.save(path)
    else:
        model.save_weights(path)
    assert not np.array_equal(other.get_weights()[0], expected[0])
    found = find_checkpoints(f"{tmp_path}/step*")
    assert list(found) == [1]
    load_checkpoint(other, found[1])
    for weight, saved in zip(other.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(weight, saved)


@pytest.mark.parametrize(
    ("names", "steps"),
    [
        (["vgg16-02-0.71.keras", "vgg16-10-0.50.keras"], [2, 10]),
        (["run3_1.weights.h5", "run3_2.weights.h5"], [1, 2]),
        (["7.keras"], [7]),
        (["vgg16-epoch07.weights.h5"], [7]),
        (["acc0.91-e01.h5", "acc0.93-e02.h5"], [1, 2]),
        (["best.keras", "last.keras"], None),
        (["best.weights.h5"], None),
        (["vgg16-07.weights.h5"], None),
        (["m-0.5.h5", "m-0.6.h5"], None),
        (["a1.keras", "b1.keras"], None),
    ],
)
def test_the_epoch_is_read_from_the_name(tmp_path: Path, names: list[str], steps: list[int] | None) -> None:
    for name in names:
        (tmp_path / name).touch()
    if steps is None:
        with pytest.raises(ValueError, match=f"no two may share.*{names[0]}"):
            find_checkpoints(f"{tmp_path}/*")
    else:
        assert list(find_checkpoints(f"{tmp_path}/*")) == steps


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    model = small_model()
    before = model.get_weights()
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ValueError, match="SavedModel"):
        load_checkpoint(model, str(tmp_path / "saved_model.pb"))
    with pytest.raises(ValueError, match="no file there"):
        find_checkpoints(f"{tmp_path}/none-*")
    for weight, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, other)


def test_weights_of_a_larger_network_are_refused(tmp_path: Path) -> None:
    """Keras loads them without a word: it has filled all the layers that there are."""
    layers = [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.Conv2D(4, 3, padding="same")]
    larger, smaller = keras.Sequential(layers), keras.Sequential(layers[:-1])
    larger.compile("adam", "mse")
    larger.fit(np.zeros((2, 8, 8, 3)), np.zeros((2, 6, 6, 4)), verbose=0)
    larger.save_weights(tmp_path / "epoch-1.weights.h5")
    load_checkpoint(larger, tmp_path / "epoch-1.weights.h5")
    with pytest.raises(ValueError, match=r"holds 2 weights that the model has no place for.*architecture"):
        load_checkpoint(smaller, tmp_path / "epoch-1.weights.h5")
