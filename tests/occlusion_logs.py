"""Occlusion records with a planted truth: an object in each picture, and all that counts is what covers it.

Covering a share c of the object takes c of what the network knows: the probability falls from p to
p (1 - 0.9 c), the total activation from a to a (1 - c (1 - k)), where k is what the rest of the picture
keeps of it. Everywhere else nothing changes at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.images import encode_picture, mosaic
from tests.logs import LogFile

LAYER = "conv2"
FRAME = (24, 36)
OBJECT = 8
"""Side of the object, in pixels."""
PICTURES = 12
OCCLUDED = (0, 1, 2, 3, 5, 7, 8, 11)
K = 4
WINDOW = (10, 14)
COLUMNS = ("value", "image", "row", "col", "top", "left", "scale")
ANIMALS = ("antelope", "bear", "cat", "dog", "eagle", "fox", "goat", "hare", "ibis", "jay", "koala", "lynx")
ONE_UNIT = "a sigmoid over the one unit of the output: the second class, and what is left for the first"

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Planted:
    """A network that looks at the object and at nothing else.

    Args:
        size: side of the occluder.
        stride: between positions, down and across.
        names: of the classes; two are told by one unit.
        kept: of the total activation, with the whole object covered.
        missing: a position (row, col) of the first occluded picture at which nothing came out but NaN.
        layer: whose maps are asked.
    """

    size: int = 5
    stride: tuple[int, int] = (2, 2)
    names: tuple[str, ...] = ANIMALS
    kept: float = 0
    missing: tuple[int, int] | None = None
    layer: str = LAYER

    @property
    def rows(self) -> list[int]:
        return _edges(FRAME[0], self.size, self.stride[0])

    @property
    def cols(self) -> list[int]:
        return _edges(FRAME[1], self.size, self.stride[1])

    def label(self, image: int) -> int:
        return image % len(self.names)

    def covered(self, image: int) -> Floats:
        """The share of the object that each position covers: [rows, cols]."""
        top, left = corner(image)
        tall = [max(0, min(row + self.size, top + OBJECT) - max(row, top)) for row in self.rows]
        wide = [max(0, min(col + self.size, left + OBJECT) - max(col, left)) for col in self.cols]
        return np.asarray(np.outer(tall, wide) / OBJECT**2, np.float32)

    def unoccluded(self, progress: float) -> tuple[float, float]:
        """The probability and the activation without an occluder."""
        chance = 1 / len(self.names)
        return chance + (0.95 - chance) * progress, 4 + 20 * progress

    def probability(self, image: int, progress: float) -> Floats:
        return np.asarray(self.unoccluded(progress)[0] * (1 - 0.9 * self._loss(image)), np.float32)

    def activation(self, image: int, progress: float) -> Floats:
        return np.asarray(self.unoccluded(progress)[1] * self.share(image), np.float32)

    def share(self, image: int) -> Floats:
        """Of the activation without an occluder: [rows, cols]."""
        return np.asarray(1 - (1 - self.kept) * self._loss(image), np.float32)

    def top_class(self, image: int, progress: float) -> NDArray[np.int32]:
        """The next class, or the one after it of many, takes over where half of the probability is gone."""
        count, label = len(self.names), self.label(image)
        loss = np.nan_to_num(self._loss(image))
        taken = np.where((loss > 0.8) & (count > 2), (label + 2) % count, (label + 1) % count)
        return np.asarray(np.where(self.probability(image, progress) >= 0.5, label, taken), np.int32)

    def _loss(self, image: int) -> Floats:
        # An occluder smaller than the object covers all that counts where it covers as much as it can.
        loss = self.covered(image) / min(1.0, self.size**2 / OBJECT**2)
        if self.missing and image == OCCLUDED[0]:
            loss[self.missing] = np.nan
        return np.asarray(loss, np.float32)


MANY = Planted()
FEW = Planted(kept=0.95)
"""As in a real network: a total hardly changes with a few per cent of the picture covered."""
ONE = Planted(size=7, stride=(3, 4), names=("indoors", "outdoors"))


def corner(image: int) -> tuple[int, int]:
    """Top left corner of the object in a picture."""
    return (3 + 5 * image) % (FRAME[0] - OBJECT), (2 + 11 * image) % (FRAME[1] - OBJECT)


def picture(image: int) -> NDArray[np.uint8]:
    """A grey slope, from black at the left to half white, and an object in a colour of its own."""
    pixels = np.repeat(np.linspace(20, 128, FRAME[1], dtype=np.uint8)[None, :, None], FRAME[0], axis=0)
    pixels = np.repeat(pixels, 3, axis=2)
    top, left = corner(image)
    colours = [(230, 80, 60), (70, 180, 90), (80, 120, 230), (230, 200, 70)]
    pixels[top : top + OBJECT, left : left + OBJECT] = colours[image % len(colours)]
    return pixels


def write_probe(log: LogFile, step: int, planted: Planted) -> None:
    facts = {
        "count": PICTURES,
        "drawn_from": 400,
        "seed": 0,
        "labels": [planted.label(image) for image in range(PICTURES)],
        "class_names": list(planted.names),
        "display": "0 is black, 1 is white",
        "size": list(FRAME),
    }
    blobs = [encode_picture(picture(image), "image/png") for image in range(PICTURES)]
    log.record("probe", "occlusion", step, facts, blobs=blobs)


def write_epoch(log: LogFile, step: int, progress: float, planted: Planted, **kwargs: Any) -> None:
    """The record of an epoch, and how it went."""
    entries = _entries(progress)
    blobs: list[schema.Blob] = [
        np.stack([planted.probability(image, progress) for image in OCCLUDED]),
        np.stack([planted.top_class(image, progress) for image in OCCLUDED]),
        np.stack([planted.activation(image, progress) for image in OCCLUDED]),
        entries,
        *[_projections(of, progress) for of in entries],
    ]
    log.record("occlusion", planted.layer, step, facts_of(planted, progress), blobs=blobs, **kwargs)
    notes = ["The value of the occluder is the mean of the data."]
    status = {"view": "occlusion", "seconds": 0.4, "bytes": 30_000, "failures": [], "notes": notes}
    log.record("run", "occlusion", step, status, **kwargs)


def facts_of(planted: Planted, progress: float) -> dict[str, Any]:
    probability, activation = planted.unoccluded(progress)
    single = len(planted.names) == 2
    labels = [planted.label(image) for image in OCCLUDED]
    guessed = [(label + 1) % len(planted.names) if probability < 0.5 else label for label in labels]
    return {
        "layer": planted.layer,
        "images": list(OCCLUDED),
        "labels": labels,
        "labelled": True,
        "classes": len(planted.names),
        "rows": planted.rows,
        "cols": planted.cols,
        "size": [planted.size, planted.size],
        "stride": list(planted.stride),
        "value": [0.5, 0.5, 0.5],
        "colour": [128, 128, 128],
        "unoccluded_probability": [float(np.float32(probability))] * len(labels),
        "unoccluded_class": guessed,
        "unoccluded_activation": [activation] * len(labels),
        "strongest_map": [7 + number % 3 for number in range(len(labels))],
        "scores": ONE_UNIT if single else "a softmax over the logits of the output",
        "way": "plain" if single else "incremental",
        "reason": "the network has layers that see the whole picture" if single else "all layers are local",
        "k": K,
        "columns": list(COLUMNS),
        "rule": "deconvnet",
        "extended": [],
        "refused": None,
        "window": list(WINDOW),
        "block": 1,
        "tile": list(WINDOW),
        "display": "zero is mid-grey; each has a scale of its own",
    }


def write_occlusion(directory: Path, steps: Iterable[int], planted: Planted) -> None:
    """Write a run that has nothing but occlusion maps."""
    steps = list(steps)
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start(steps[0])
        write_probe(log, steps[0], planted)
        for logged, step in enumerate(steps, start=1):
            write_epoch(log, step, step / max(steps[-1], 1), planted, logged=logged)


def _edges(length: int, side: int, stride: int) -> list[int]:
    return sorted({*range(0, length - side + 1, stride), length - side})


def _entries(progress: float) -> Floats:
    """The strongest activations [pictures, k, columns]: in the picture itself, then in the next ones."""
    entries = np.zeros((len(OCCLUDED), K, len(COLUMNS)), np.float32)
    for place, image in enumerate(OCCLUDED):
        for slot in range(K):
            of = (image + 4 * slot) % PICTURES
            top, left = corner(of)
            value = (1 + 4 * progress) / (1 + slot)
            entries[place, slot] = value, of, top // 2, left // 2, top - 1, left - 3, 1
    return entries


def _projections(entries: Floats, progress: float) -> schema.Picture:
    """What the object adds, on mid-grey: [k] side by side."""
    tiles = np.full((K, *WINDOW, 3), 128, np.uint8)
    for tile, image in zip(tiles, entries[:, 1].astype(int), strict=True):
        colour = picture(image)[corner(image)].astype(float) - 128
        tile[1 : 1 + OBJECT, 3 : 3 + OBJECT] = 128 + (0.2 + 0.8 * progress) * colour
    return encode_picture(mosaic(tiles, K), "image/png")
