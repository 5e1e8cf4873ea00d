"""Pictures named on a command line are those that lie there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tb_convvis.callbacks.picture_source import read_pictures
from tb_convvis.callbacks.probe import draw_probe

SHAPE = (None, 6, 8, 3)


def colours(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 3), dtype=np.uint8)


def test_a_directory_with_a_folder_for_each_class(tmp_path: Path) -> None:
    for number, colour in enumerate(colours(6)):
        folder = tmp_path / ("ant", "bee")[number % 2]
        folder.mkdir(exist_ok=True)
        Image.fromarray(np.full((6, 8, 3), colour)).save(folder / f"{number}.png")
    probe = draw_probe(read_pictures(str(tmp_path), SHAPE, scale=1 / 127.5, offset=-1.0), 10)
    assert probe.images.shape == (6, 6, 8, 3)
    expected = {(number % 2, *(colour / 127.5 - 1).round(5)) for number, colour in enumerate(colours(6))}
    labels = probe.labels
    assert labels is not None
    found = {
        (int(label), *np.round(image[2, 3].astype(float), 5))
        for image, label in zip(probe.images, labels, strict=True)
    }
    assert np.allclose(sorted(found), sorted(expected), atol=1e-4)


def test_a_directory_without_classes(tmp_path: Path) -> None:
    for number, colour in enumerate(colours(3)):
        Image.fromarray(np.full((12, 16, 3), colour)).save(tmp_path / f"{number}.png")
    probe = draw_probe(read_pictures(str(tmp_path), SHAPE), 10)
    assert probe.labels is None
    assert probe.images.shape == (3, 6, 8, 3)
    assert sorted(map(tuple, probe.images[:, 0, 0].astype(int))) == sorted(map(tuple, colours(3).astype(int)))


def test_arrays_in_a_file(tmp_path: Path) -> None:
    x, y = np.zeros((4, 6, 8, 3)), np.arange(4)
    np.savez(tmp_path / "both.npz", x=x, y=y)
    np.savez(tmp_path / "x.npz", x=x)
    np.savez(tmp_path / "other.npz", pictures=x)
    images, labels = read_pictures(str(tmp_path / "both.npz"), SHAPE)
    np.testing.assert_array_equal(images, x)
    np.testing.assert_array_equal(labels, y)
    np.testing.assert_array_equal(read_pictures(str(tmp_path / "x.npz"), SHAPE), x)
    with pytest.raises(ValueError, match=r"no pictures.*'pictures'"):
        read_pictures(str(tmp_path / "other.npz"), SHAPE)


def test_data_or_a_function_of_a_module() -> None:
    x, y = read_pictures("tests.callbacks.helpers:pictures", SHAPE)
    assert (x.shape, y.shape) == ((24, 12, 12, 3), (24,))
    assert read_pictures("tests.callbacks.helpers:CLASSES", SHAPE) == 3


def test_what_is_no_source_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Received: data='nowhere'"):
        read_pictures("nowhere", SHAPE)
    with pytest.raises(ValueError, match="Received: an input"):
        read_pictures(str(tmp_path), (None, None, None, 3))
