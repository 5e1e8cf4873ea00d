"""Logs of features whose strengths, changes, classes and projections are planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.images import encode_picture, mosaic
from tests.logs import LogFile

K, ACROSS, GREY = 9, 3, 128
COLUMNS = ["value", "image", "row", "col", "top", "left", "scale"]


@dataclass(frozen=True)
class PlantedLayer:
    """What is logged of a layer at the epochs 1, 2, 3 and so on.

    Args:
        strength: [epochs, maps].
        strongest: number of the strongest picture, [epochs, maps].
        change: [epochs, maps].
        projections: of each map, the same for all its pictures: uint8 [epochs, maps, side, side, 3].
        kernel: [epochs, height, width, input channels, maps], or None where it is not logged.
        drawn: numbers of the drawn maps; None for all.
        pictures: numbers of the strongest pictures, [epochs, maps, K]; None for the strongest alone, K times.
        strengths: whether the strengths of all maps are logged, beside the activations of the drawn ones.
        convolution: path of the convolution that makes the maps; None as in logs that do not say it.
    """

    strength: NDArray[np.floating[Any]]
    strongest: NDArray[np.integer[Any]]
    change: NDArray[np.floating[Any]]
    projections: NDArray[np.uint8]
    kernel: NDArray[np.floating[Any]] | None = None
    drawn: Sequence[int] | None = None
    pictures: NDArray[np.integer[Any]] | None = None
    convolution: str | None = None
    strengths: bool = True


def write_features(
    directory: Path,
    layers: Mapping[str, PlantedLayer],
    pictures: NDArray[np.uint8],
    labels: Sequence[int],
    class_names: Sequence[str],
) -> None:
    """Write a run; the probe set has these pictures [n, height, width, 3]."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start(1)
        names = [{"name": name, "class": "Conv2D"} for name in layers]
        log.record("run", "model", 1, {"layers": names}, logged=1)
        write_probe(log, 1, pictures, labels, class_names)
        for name, layer in layers.items():
            for epoch in range(len(layer.strength)):
                write_epoch(log, name, layer, epoch, pictures.shape[1])


def write_probe(
    log: LogFile, step: int, pictures: NDArray[np.uint8], labels: Sequence[int], class_names: Sequence[str]
) -> None:
    facts = {
        "count": len(pictures),
        "drawn_from": len(pictures),
        "seed": 0,
        "labels": list(labels),
        "class_names": list(class_names),
        "display": "0 is black, 255 is white",
        "size": list(pictures.shape[1:3]),
    }
    blobs = [_png(picture) for picture in pictures]
    log.record("probe", "pictures", step, facts, blobs=blobs, logged=1)


def write_epoch(log: LogFile, name: str, layer: PlantedLayer, epoch: int, side: int) -> None:
    """What is logged of a layer after epoch `epoch + 1`; the probe's pictures are this wide."""
    strength = layer.strength[epoch].astype(np.float32)
    strongest = layer.strongest[epoch].astype(np.int32)
    change = layer.change[epoch].astype(np.float32)
    silent = np.where(strength > 0, 0.5, 1).astype(np.float32)
    known = change[np.isfinite(change)]
    alive = (strength > 0) & (layer.strength[epoch - 1] > 0)
    facts = {
        "layer": name,
        "jumps": None if epoch == 0 else int((strongest != layer.strongest[epoch - 1])[alive].sum()),
        "alive": None if epoch == 0 else int(alive.sum()),
        "weight_change": None,
        "projection_change": float(np.median(known)) if len(known) else None,
        "comparable": len(known),
    }
    step = epoch + 1
    if layer.strengths:
        log.record("strength", name, step, facts, logged=step, blobs=[strength, silent, strongest, change])
    if layer.kernel is not None:
        log.filters(name, step, layer.kernel[epoch], logged=step)
    _write_top(log, name, layer, epoch, side)


def _write_top(log: LogFile, name: str, layer: PlantedLayer, epoch: int, side: int) -> None:
    drawn = list(range(layer.strength.shape[1])) if layer.drawn is None else list(layer.drawn)
    tiles = layer.projections[epoch]
    tile = tiles.shape[1]
    numbers = np.zeros((len(drawn), K, len(COLUMNS)), np.float32)
    for row, map_ in enumerate(drawn):
        for slot in range(K):
            value = layer.strength[epoch, map_] * (1 - slot / 20)
            top = (slot * 2) % (side - tile + 1)
            picture = (
                layer.strongest[epoch, map_] if layer.pictures is None else layer.pictures[epoch, map_, slot]
            )
            numbers[row, slot] = [value, picture, 0, 0, top, slot % 3, 1]
    blank = np.full_like(tiles[0], GREY)
    projections = [tiles[map_] if layer.strength[epoch, map_] > 0 else blank for map_ in drawn]
    mosaics = [np.tile(one, (ACROSS, ACROSS, 1)) for one in projections]
    across = int(np.ceil(np.sqrt(len(drawn))))
    facts = {
        "layer": name,
        "maps": drawn,
        "of": layer.strength.shape[1],
        "k": K,
        "columns": COLUMNS,
        "convolution": layer.convolution,
        "rule": "deconvnet",
        "extended": [],
        "refused": None,
        "window": [tile, tile],
        "block": 1,
        "tile": [tile, tile],
        "tiles_across": ACROSS,
        "overview_tile": [tile, tile],
        "overview_across": across,
        "display": "zero is mid-grey",
    }
    overview = mosaic(np.stack(mosaics), across)
    blobs: list[schema.Blob] = [numbers, _png(overview), *map(_png, mosaics)]
    log.record("top", name, epoch + 1, facts, blobs=blobs, logged=epoch + 1)


def _png(picture: NDArray[np.uint8]) -> schema.Picture:
    return encode_picture(picture, "image/png")


def gratings(count: int, side: int, seed: int) -> NDArray[np.uint8]:
    """Projections that differ: oriented gratings in a colour each, uint8 [count, side, side, 3]."""
    random = np.random.default_rng(seed)
    y, x = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side), indexing="ij")
    angle, phase = random.uniform(0, np.pi, (2, count, 1, 1))
    wave = np.cos(6 * (x * np.cos(angle) + y * np.sin(angle)) + phase) * np.exp(-(x**2) - y**2)
    colour = random.uniform(-0.4, 1, (count, 1, 1, 3))
    return np.asarray(GREY + 120 * wave[..., None] * colour, np.uint8)
