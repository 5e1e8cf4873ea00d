from typing import Literal

import numpy as np
import pytest

from demo_training import photographs


def test_fifteen_colour_photographs_come_with_the_packages() -> None:
    pictures = photographs.load()
    assert len(pictures) == 15
    for picture in pictures.values():
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert min(picture.shape[0], picture.shape[1] * photographs.VALIDATION_SHARE) >= photographs.CROP


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"skimage.*tb-convvis\[demo\]"):
        photographs.load()


def test_no_pixel_is_in_both_parts() -> None:
    # Pixels that know where they are: their grey level rises to the right.
    picture = np.broadcast_to(np.arange(256, dtype=np.uint8)[None, :, None], (100, 256, 3))
    train, validation = photographs._region(picture, "train"), photographs._region(picture, "validation")
    assert train.max() < validation.min()
    assert train.shape[1] + validation.shape[1] == 256


@pytest.mark.parametrize("part", ["train", "validation"])
def test_crops_carry_the_label_of_their_photograph(part: Literal["train", "validation"]) -> None:
    # Stripes two, four and eight pixels apart: known by their number of grey levels.
    levels = (2, 4, 8)
    rows = [np.tile(np.arange(n) * 16, 240 // n).astype(np.uint8) for n in levels]
    pictures = {
        str(n): np.broadcast_to(row[None, :, None], (80, 240, 3)) for n, row in zip(levels, rows, strict=True)
    }
    x, y = photographs.crops(pictures, part, 5, np.random.default_rng(0))
    assert x.shape == (15, photographs.CROP, photographs.CROP, 3)
    assert [len(np.unique(crop)) for crop in x] == [levels[label] for label in y]
    assert np.bincount(y).tolist() == [5, 5, 5]


def test_crops_are_mid_grey_on_average() -> None:
    x, _ = photographs.crops(photographs.load(), "train", 3, np.random.default_rng(0))
    assert x.dtype == np.float32
    assert x.min() >= 0
    assert x.max() <= 1
    np.testing.assert_allclose(x.mean(axis=(1, 2)), 0.5, atol=0.05)  # clipping moves it a little


def test_the_seed_decides() -> None:
    pictures = photographs.load()
    first, again, other = (
        photographs.crops(pictures, "train", 3, np.random.default_rng(seed))[0] for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
