"""The three sources of pictures: photographs that come with the demo, CIFAR-10, or a folder of your own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from demo_training import photographs

CIFAR10_NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FOLDER_SIZE = (64, 64)


@dataclass(frozen=True)
class Dataset:
    """Pictures [n, height, width, 3] float32 in [0, 1] and labels [n] int64, for training and validation."""

    x_train: npt.NDArray[np.float32]
    y_train: npt.NDArray[np.int64]
    x_val: npt.NDArray[np.float32]
    y_val: npt.NDArray[np.int64]
    class_names: list[str]


def load(name: str, seed: int) -> Dataset:
    """Load "photographs", "cifar10" (downloads 170 MB once), or a folder with one sub-folder per class."""
    if name == "photographs":
        return _photographs(seed)
    if name == "cifar10":
        return _cifar10()
    return _folder(Path(name), seed)


def _photographs(seed: int) -> Dataset:
    pictures = photographs.load()
    rng = np.random.default_rng(seed)
    x_train, y_train = photographs.crops(pictures, "train", 260, rng)
    x_val, y_val = photographs.crops(pictures, "validation", 40, rng)
    return Dataset(x_train, y_train, x_val, y_val, list(pictures))


def _cifar10() -> Dataset:
    (x_train, y_train), (x_val, y_val) = keras.datasets.cifar10.load_data()
    return Dataset(_unit(x_train), _labels(y_train), _unit(x_val), _labels(y_val), CIFAR10_NAMES)


def _folder(folder: Path, seed: int) -> Dataset:
    classes = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if len(classes) < 2:
        raise ValueError(
            f"{folder} needs at least two sub-folders, one per class of pictures. Found: {classes}"
        )
    train, val = keras.utils.image_dataset_from_directory(
        folder,
        class_names=classes,
        batch_size=None,
        image_size=FOLDER_SIZE,
        crop_to_aspect_ratio=True,
        validation_split=0.2,
        subset="both",
        seed=seed,
        verbose=False,
    )
    x_train, y_train = zip(*train.as_numpy_iterator(), strict=True)
    x_val, y_val = zip(*val.as_numpy_iterator(), strict=True)
    return Dataset(
        _unit(np.stack(x_train)),
        _labels(np.stack(y_train)),
        _unit(np.stack(x_val)),
        _labels(np.stack(y_val)),
        classes,
    )


def _unit(pictures: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = pictures.astype(np.float32) / np.float32(255)
    return unit


def _labels(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return labels.reshape(-1).astype(np.int64)
