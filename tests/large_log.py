"""Write a large log: what a long training of several runs leaves, with pictures that tell their epoch.

    python -m tests.large_log DIR --runs 4 --epochs 100 --layers 5 --maps 64

The first tile of every map is one grey, `grey_of(epoch)`, in the overview too: what the page draws can then
be read back from its canvas. `--kinds top strength` leaves the filters out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.events import EventWriter
from tb_convvis.images import encode_picture, mosaic
from tb_convvis.schema import Picture

K = 9
COLUMNS = ("value", "image", "row", "col", "top", "left", "scale")
TILE, OVERVIEW_TILE, SIDE, PROBE = 9, 3, 32, 100
LOOKS = 25
"""Different pictures per layer; the epochs take turns, but for the grey tile."""


KINDS = ("top", "strength", "filters")


def grey_of(epoch: int) -> int:
    """The grey of the first tile; of an epoch beyond 107 that of an earlier one."""
    return (40 + 2 * epoch) % 256


def write_large(
    root: Path,
    runs: int = 4,
    epochs: int = 100,
    layers: int = 5,
    maps: int = 64,
    *,
    kinds: Sequence[str] = KINDS,
) -> None:
    """Write `runs` runs of `epochs` epochs, each with so many layers of so many maps.

    An epoch has a record of every kind for each layer, and one of the costs.
    """
    for run in range(runs):
        directory = root / f"run{run}" / schema.RUN_DIRECTORY
        directory.mkdir(parents=True)
        with EventWriter(str(directory)) as writer:
            writer.start(0)
            names = [f"conv{number + 1}" for number in range(layers)]
            _write(writer, "run", "model", 0, _model_facts(names, maps))
            _write_probe(writer)
            for epoch in range(epochs):
                for number, name in enumerate(names):
                    _write_layer(writer, name, epoch, maps=maps, seed=seed_of(run, number), kinds=kinds)
                cost = {"view": "features", "seconds": 0.5, "bytes": 10**6, "failures": [], "notes": []}
                _write(writer, "run", "features", epoch, cost)


def seed_of(run: int, layer: int) -> int:
    """What tells the pictures of a layer from those of another."""
    return 10 * run + layer


def _write(
    writer: EventWriter,
    kind: str,
    subject: str,
    step: int,
    facts: dict[str, object],
    *blobs: schema.Blob,
) -> None:
    writer.write(kind, subject, step, schema.encode(kind, facts, blobs, logged=step + 1))


def _write_layer(
    writer: EventWriter, name: str, epoch: int, *, maps: int, seed: int, kinds: Sequence[str]
) -> None:
    random = np.random.default_rng([seed, epoch])
    numbers = np.zeros((maps, K, len(COLUMNS)), np.float32)
    numbers[..., 0] = np.sort(random.uniform(0.1, 1 + epoch / 20, (maps, K)))[:, ::-1]
    numbers[..., 1] = random.integers(0, PROBE, (maps, K))
    numbers[..., 4:6] = random.integers(0, SIDE - TILE, (maps, K, 2))
    numbers[..., 6] = 1
    facts = {
        "layer": name,
        "maps": list(range(maps)),
        "of": maps,
        "k": K,
        "columns": COLUMNS,
        "rule": "deconvnet",
        "extended": [],
        "refused": None,
        "window": (TILE, TILE),
        "block": 1,
        "tile": (TILE, TILE),
        "tiles_across": 3,
        "overview_tile": (OVERVIEW_TILE, OVERVIEW_TILE),
        "overview_across": 8,
        "display": "zero is mid-grey",
    }
    pictures = [_picture((seed * maps + number + epoch) % LOOKS, epoch, TILE) for number in range(maps)]
    if "top" in kinds:
        _write(writer, "top", name, epoch, facts, numbers, overview(seed, epoch, maps), *pictures)
    strength = {
        "layer": name,
        "jumps": 3,
        "alive": maps,
        "weight_change": 0.3 / (1 + epoch),
        "comparable": maps,
    }
    blobs: list[schema.Blob] = [
        numbers[:, 0, 0].copy(),
        random.uniform(0, 1, maps).astype(np.float32),
        numbers[:, 0, 1].astype(np.int32),
        random.uniform(0, 1, maps).astype(np.float32),
    ]
    if "strength" in kinds:
        _write(writer, "strength", name, epoch, {**strength, "projection_change": 0.5 / (1 + epoch)}, *blobs)
    if "filters" not in kinds:
        return
    kernel = random.normal(0, 0.1, (3, 3, 3, maps)).astype(np.float32)
    filters = {"layer": name, "weight": "kernel", "rms": kernel.std((0, 1, 2)), "norm": kernel.std((0, 1, 2))}
    look = {"max_abs": 0.5, "nonfinite": 0, "sees_image": True, "channel_order": "RGB", "channel_scale": None}
    _write(writer, "filters", name, epoch, {**filters, **look}, kernel)


def _look(look: int, epoch: int, tile: int) -> NDArray[np.uint8]:
    """Nine tiles of a map, [9, tile, tile, 3]."""
    tiles = np.random.default_rng(look).integers(0, 256, (K, OVERVIEW_TILE, OVERVIEW_TILE, 3))
    tiles = tiles.repeat(tile // OVERVIEW_TILE, 1).repeat(tile // OVERVIEW_TILE, 2)
    tiles[0] = grey_of(epoch)
    return tiles.astype(np.uint8)


@cache
def _picture(look: int, epoch: int, tile: int) -> Picture:
    return encode_picture(mosaic(_look(look, epoch, tile), 3), "image/png")


def overview(seed: int, epoch: int, maps: int) -> Picture:
    """The overview of a layer, of whom `seed_of` says which."""
    return _overview((seed * maps + epoch) % LOOKS, epoch, maps)


@cache
def _overview(first: int, epoch: int, maps: int) -> Picture:
    blocks = [mosaic(_look((first + number) % LOOKS, epoch, OVERVIEW_TILE), 3) for number in range(maps)]
    return encode_picture(mosaic(np.stack(blocks), 8), "image/png")


def _write_probe(writer: EventWriter) -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (PROBE, SIDE, SIDE, 3)).astype(np.uint8)
    facts = {
        "count": PROBE,
        "drawn_from": PROBE,
        "seed": 0,
        "labels": [number % 10 for number in range(PROBE)],
        "class_names": [f"class {number}" for number in range(10)],
        "display": "0 is black, 1 is white",
        "size": (SIDE, SIDE),
    }
    _write(writer, "probe", "pictures", 0, facts, *(encode_picture(one, "image/png") for one in pictures))


def _model_facts(names: list[str], maps: int) -> dict[str, object]:
    layers = [{"name": n, "class": "Conv2D", "output": [None, 32, 32, maps], "parameters": 9} for n in names]
    versions = {"tb_convvis": "0.1.0", "keras": "3", "tensorflow": "2", "python": "3"}
    return {"layers": layers, "class_names": None, "versions": versions, "settings": {}, "parameters": 9}


def main() -> None:
    """Write a large log from the command line."""
    parser = argparse.ArgumentParser(description="Write a large log directory.")
    parser.add_argument("directory", type=Path)
    for name, default in (("runs", 4), ("epochs", 100), ("layers", 5), ("maps", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args()
    sizes = (options.runs, options.epochs, options.layers, options.maps)
    write_large(options.directory, *sizes, kinds=options.kinds)


if __name__ == "__main__":
    main()
