"""Pictures of a directory by their number are those that Keras reads."""

from __future__ import annotations

import pickle
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from tb_convvis import PictureDirectory
from tb_convvis.callbacks.probe import draw_probe

SHAPE = (None, 20, 24, 3)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Of two classes, several formats and sizes."""
    random = np.random.default_rng(0)
    for number in range(14):
        folder = tmp_path / "pictures" / ("bee", "ant")[number % 2]
        folder.mkdir(exist_ok=True, parents=True)
        side = (20, 31)[number % 3 == 0]
        pixels = random.integers(0, 256, (side, 24, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02d}.{('png', 'jpg')[number % 4 == 0]}")
    (tmp_path / "pictures" / "bee" / "notes.txt").write_text("no picture")
    return tmp_path / "pictures"


def test_equals_what_keras_reads(photographs: Path) -> None:
    found = PictureDirectory.find(photographs, SHAPE, 1 / 127.5, -1.0)
    theirs = keras.utils.image_dataset_from_directory(
        photographs, image_size=(20, 24), shuffle=False, verbose=False, batch_size=64
    )
    ((images, labels),) = theirs.map(lambda x, y: (x * (1 / 127.5) - 1.0, y)).as_numpy_iterator()
    assert found.count == 14 and len(np.unique(labels)) == 2
    np.testing.assert_array_equal(found.load(), images)
    np.testing.assert_array_equal(found.labels, labels)
    some = pickle.loads(pickle.dumps(found.part(np.array([9, 2, 13]))))  # noqa: S301 (our own)
    np.testing.assert_array_equal(some.load(), images[[9, 2, 13]])
    np.testing.assert_array_equal(some.labels, labels[[9, 2, 13]])
    np.testing.assert_array_equal(found.part(slice(4, 9)).load(), images[4:9])


def test_a_draw_is_one_from_the_same_pictures_in_an_array(photographs: Path) -> None:
    found = PictureDirectory.find(photographs, SHAPE, 1 / 255)
    for spread in (False, True):
        ours, theirs = (
            draw_probe(data, 5, seed=1, spread=spread) for data in (found, (found.load(), found.labels))
        )
        np.testing.assert_array_equal(ours.images, theirs.images)
        np.testing.assert_array_equal(ours.labels, theirs.labels)
        assert (ours.drawn_from, ours.form) == (theirs.drawn_from, theirs.form) == (14, "classes")


def test_without_classes_and_from_elsewhere(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photographs)
    found = PictureDirectory.find("ant", SHAPE)
    monkeypatch.chdir("/")
    assert found.labels is None
    assert found.load().shape == (7, 20, 24, 3)


def test_pictures_are_told_from_others(photographs: Path) -> None:
    before = PictureDirectory.find(photographs, SHAPE).identity
    assert PictureDirectory.find(photographs, SHAPE).identity == before
    assert PictureDirectory.find(photographs, SHAPE, offset=1.0).identity != before
    (photographs / "ant" / "01.png").rename(photographs / "ant" / "02.png")
    assert PictureDirectory.find(photographs, SHAPE).identity != before


def test_a_broken_picture_is_named(photographs: Path) -> None:
    broken = photographs / "bee" / "06.png"
    broken.write_bytes(broken.read_bytes()[:60])
    found = PictureDirectory.find(photographs, SHAPE)
    with pytest.raises(ValueError, match=r"cannot read a picture. Received: '.*bee/06.png'"):
        found.load()
    assert found.part(slice(0, 7)).load().shape == (7, 20, 24, 3)
