"""Pictures that do not fit the network are said in words, not by what Keras raises somewhere inside of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_convvis.callbacks import OcclusionMaps, TopActivations
from tb_convvis.callbacks.picture_input import check_fit, picture_input
from tests.callbacks.helpers import fit, pictures, small_model

TWO = [keras.Input((8, 8, 3)), keras.Input((4,))]


@pytest.mark.parametrize("kind", [TopActivations, OcclusionMaps])
@pytest.mark.parametrize(("shape", "received"), [((10, 12, 3), "10 x 12 x 3"), ((12, 12, 1), "12 x 12 x 1")])
def test_pictures_of_another_size(tmp_path: Path, kind: type, shape: tuple[int, ...], received: str) -> None:
    words = f"^data does not fit the network. Received: pictures of {received}. Expected: 12 x 12 x 3.$"
    with pytest.raises(ValueError, match=words):
        fit(small_model(), kind(tmp_path, data=np.zeros((5, *shape)), on_error="raise"), epochs=1)


def test_pictures_without_channels(tmp_path: Path) -> None:
    data = pictures()[0][..., 0]
    words = (
        r"Received: \[24 x 12 x 12\]. Grey pictures need a channel, x\[..., None\], .*Input\(\(H, W, 1\)\)"
    )
    with pytest.raises(ValueError, match=words):
        fit(small_model(), TopActivations(tmp_path, data=data, on_error="raise"), epochs=1)


def test_pictures_for_one_of_two_inputs() -> None:
    with pytest.raises(ValueError, match=r"Received: 1 inputs\. Expected: 2\.$"):
        check_fit(keras.Model(TWO, TWO), np.zeros((5, 8, 8, 3)))


@pytest.mark.parametrize(
    ("inputs", "images"),
    [
        (keras.Input((None, None, 3)), np.zeros((5, 9, 7, 3))),
        (TWO, [np.zeros((5, 8, 8, 3)), np.zeros((5, 4))]),
        (TWO, {"another": np.zeros((5, 6, 6, 3))}),
    ],
)
def test_what_fits_or_cannot_be_told_passes(inputs: Any, images: Any) -> None:
    check_fit(keras.Model(inputs, inputs), images)


def test_the_first_input_that_holds_pictures() -> None:
    assert picture_input({"a": np.zeros((5, 4)), "b": np.zeros((5, 8, 8, 3))}) == 1
