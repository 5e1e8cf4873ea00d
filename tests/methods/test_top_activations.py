"""The streaming search against a full sort."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_convvis.methods import TopActivationSearch, top_activations
from tests.zoo import ZOO, build


def full_sort(maps: Any, k: int) -> tuple[Any, Any, Any, Any]:
    """Value, image, row, col by a stable sort of everything: among equals the lower image and unit."""
    count, _, cols, channels = maps.shape
    flat = maps.transpose(3, 0, 1, 2).reshape(channels, count, -1)
    peak, place = flat.max(axis=2), flat.argmax(axis=2)
    order = np.argsort(-peak, axis=1, kind="stable")[:, :k]
    place = np.take_along_axis(place, order, 1)
    return np.take_along_axis(peak, order, 1), order, place // cols, place % cols


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_equals_full_sort_with_ties(batch_size: int) -> None:
    """Images repeat and values are few, so that ties between images and within them abound."""
    inputs = keras.Input((9, 11, 4))
    model = keras.Model(inputs, keras.layers.Identity(name="same")(inputs))
    random = np.random.default_rng(0)
    images = random.integers(-2, 3, size=(40, 9, 11, 4)).astype(np.float32)
    images[30:] = images[:10]
    images[..., 3] = -1
    top = TopActivationSearch(model, ["same"], k=9, batch_size=batch_size)(images)["same"]
    value, image, row, col = full_sort(images, 9)
    assert np.array_equal(top.value, value)
    assert np.array_equal(top.image, image)
    assert np.array_equal(top.row, row)
    assert np.array_equal(top.col, col)
    assert top.dead.tolist() == [False, False, False, True]
    assert top.dead_share.tolist()[3] == 1
    assert np.array_equal(top.strength, value[:, 0])


def test_equals_full_sort_on_several_layers() -> None:
    model, images = build("sequential"), ZOO["sequential"].images(50)
    names = ["conv1", "conv2", "conv3"]
    parts = keras.Model(model.inputs, [model.get_layer(name).output for name in names])(images)
    found = top_activations(model, names, images)
    assert list(found) == names
    for name, maps in zip(names, parts, strict=True):
        value, image, row, col = full_sort(maps.numpy(), 9)
        top = found[name]
        np.testing.assert_allclose(top.value, value, rtol=1e-5)
        agree = np.isclose(np.diff(value, axis=1, prepend=np.inf), 0, atol=1e-6)
        assert np.array_equal(top.image[~agree], image[~agree])
        assert np.array_equal(top.row[~agree], row[~agree])
        assert np.array_equal(top.col[~agree], col[~agree])
        np.testing.assert_allclose(
            top.dead_share, (maps.numpy().max(axis=(1, 2)) <= 0).mean(axis=0), atol=1e-6
        )


def test_fewer_images_than_k() -> None:
    model, images = build("sequential"), ZOO["sequential"].images(3)
    top = top_activations(model, ["conv1"], images, k=9)["conv1"]
    assert top.value.shape == (6, 9)
    assert (np.sort(top.image[:, :3]) == [0, 1, 2]).all()
    assert (top.image[:, 3:] == -1).all()
    assert np.isneginf(top.value[:, 3:]).all()
    assert top.units().shape == (18, 4)
    assert top.units([4]).tolist() == [
        [int(i), int(r), int(c), 4]
        for i, r, c in zip(top.image[4, :3], top.row[4, :3], top.col[4, :3], strict=True)
    ]


def test_not_a_number_never_wins() -> None:
    inputs = keras.Input((4, 4, 2))
    model = keras.Model(inputs, keras.layers.Identity(name="same")(inputs))
    images = np.random.default_rng(0).normal(size=(5, 4, 4, 2))
    images[2] = np.nan
    top = top_activations(model, ["same"], images, k=5)["same"]
    assert 2 not in top.image
    assert (top.image[:, 4] == -1).all()


def test_integers_and_layer_objects() -> None:
    model = build("preprocessing_inside")
    images = np.random.default_rng(0).integers(0, 256, size=(6, 16, 16, 3), dtype=np.uint8)
    by_object = top_activations(model, [model.get_layer("conv1")], images)["conv1"]
    by_name = top_activations(model, "conv1", images.astype(np.float32))["conv1"]
    assert np.array_equal(by_object.value, by_name.value)


@pytest.mark.parametrize(
    ("layers", "k", "message"),
    [([], 9, "at least one layer"), (["conv1"], 0, "k=0"), (["missing"], 9, "no layer 'missing'")],
)
def test_bad_arguments(layers: Any, k: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        top_activations(build("sequential"), layers, ZOO["sequential"].images(), k)


def test_a_name_in_two_places_must_be_told_apart() -> None:
    model = build("shared_layer")
    with pytest.raises(ValueError, match="shared, shared:1"):
        top_activations(model, [model.get_layer("shared")], ZOO["shared_layer"].images())
