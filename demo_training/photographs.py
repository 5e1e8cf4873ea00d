"""Fifteen photographs that scikit-image and scikit-learn carry inside their packages, cut into random crops.

The label of a crop is the photograph it was cut from. Nothing is downloaded.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

CROP = 64  # pixels
VALIDATION_SHARE = 0.3  # of a photograph's width, at its right

# Only files inside the installed packages: scikit-image fetches its other pictures from the network.
FILES = {
    "skimage/data": [
        "astronaut.png",
        "brick.png",
        "camera.png",
        "chelsea.png",
        "coffee.png",
        "coins.png",
        "grass.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "motorcycle_left.png",
        "retina.jpg",
        "rocket.jpg",
    ],
    "sklearn/datasets/images": ["china.jpg", "flower.jpg"],
}

Picture = npt.NDArray[np.uint8]


def load() -> dict[str, Picture]:
    """Read the photographs as {name: [height, width, 3] uint8}; grey ones get three equal channels."""
    return {
        name.split(".")[0].split("_")[0]: _read(_folder(folder) / name)
        for folder, names in FILES.items()
        for name in names
    }


def crops(
    pictures: dict[str, Picture],
    part: Literal["train", "validation"],
    count: int,
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Cut `count` random crops from every photograph.

    Validation crops lie wholly in the right-hand 30 % of a photograph, training crops wholly in the rest, so
    no pixel is in both. The mean colour of a crop becomes mid-grey: else it alone would give most photographs
    away, and filters would learn colours and no edges.

    Returns:
        Crops [photographs * count, 64, 64, 3] float32 in [0, 1] and the index of each one's photograph.
    """
    cut = []
    for picture in pictures.values():
        region = _region(picture, part)
        height, width, _ = region.shape
        corners = rng.integers((height - CROP + 1, width - CROP + 1), size=(count, 2))
        cut += [region[row : row + CROP, column : column + CROP] for row, column in corners]
    return _centred(np.stack(cut)), np.repeat(np.arange(len(pictures)), count)


def _region(picture: Picture, part: Literal["train", "validation"]) -> Picture:
    boundary = round(picture.shape[1] * (1 - VALIDATION_SHARE))
    return picture[:, :boundary] if part == "train" else picture[:, boundary:]


def _centred(cut: Picture) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = cut.astype(np.float32) / np.float32(255)
    values += np.float32(0.5) - values.mean(axis=(1, 2), keepdims=True)
    return np.clip(values, 0, 1)


def _folder(folder: str) -> Path:
    package, *rest = folder.split("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"The demo's photographs come with the package {package}: pip install 'tb-convvis[demo]'"
        )
    return Path(spec.origin).parent.joinpath(*rest)


def _read(path: Path) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
