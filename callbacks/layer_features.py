"""What is logged of one layer's features at one epoch, and what is remembered of it until the next."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.images import Media, draw_signed, encode_picture, mosaic, shrink
from tb_convvis.methods import Projections, TopActivations
from tb_convvis.schema import Blob

TILE_SIDE = 56
"""Longest side of a logged projection in pixels: larger windows are averaged down to it."""
LOSSLESS_SIDE = 20
"""Up to this side a lossless picture of a map is about as small as a JPEG; see docs/features.md."""
OVERVIEW_SHARE = 3
COLUMNS = ("value", "image", "row", "col", "top", "left", "scale")

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Tiles:
    """Projections at the size they are logged: `signal` [maps * k, h, w, C], and where each lies.

    `top` and `left`: float32 [maps * k], the first pixel of the window, negative above or left of the
    picture; `window`: [height, width] of the window in pixels; `block`: how many pixels became one.
    """

    signal: Floats
    top: Floats
    left: Floats
    window: tuple[int, int]
    block: int


class TileCollector:
    """Takes the projections of a layer's units part by part and keeps them at the size they are logged.

    Args:
        places: bool [maps * k], which slots hold a unit; the others stay zero.
    """

    def __init__(self, places: NDArray[np.bool_]) -> None:
        self._slots = np.flatnonzero(places)
        self._count = len(places)
        self._tiles: Tiles | None = None

    def add(self, units: NDArray[np.integer[Any]], part: Projections) -> None:
        """Take the projections of some units, numbered in the order of the slots that hold one."""
        small = shrink(part.window, TILE_SIDE)
        if self._tiles is None:
            height, width = part.window.shape[1:3]
            block = max(1, math.ceil(max(height, width) / TILE_SIDE))
            signal = np.zeros((self._count, *small.shape[1:]), np.float32)
            top, left = np.zeros(self._count, np.float32), np.zeros(self._count, np.float32)
            self._tiles = Tiles(signal, top, left, (height, width), block)
        slots = self._slots[units]
        self._tiles.signal[slots] = small
        self._tiles.top[slots], self._tiles.left[slots] = part.row, part.col

    def tiles(self) -> Tiles | None:
        """What was taken; None if nothing was."""
        return self._tiles


@dataclass(frozen=True)
class Record:
    """Facts and blobs of one record."""

    facts: dict[str, Any]
    blobs: list[Blob]


class LayerFeatures:
    """One layer of a run: which maps are drawn, and what they were at the previous log.

    Args:
        path: path of the layer.
        maps: how many maps are drawn, or "all"; a seeded draw, the same for the whole run.
        seed: of the draw.
    """

    def __init__(self, path: str, maps: int | str, seed: int) -> None:
        self.path = path
        self._maps = maps
        self._seed = seed
        self._strongest: NDArray[np.int32] | None = None
        self._kernel: NDArray[np.float32] | None = None
        self._seen: tuple[NDArray[np.int32], Floats] | None = None

    def drawn(self, count: int) -> NDArray[np.int64]:
        """Indices of the maps that are drawn, of `count`, ascending."""
        if self._maps == "all" or int(self._maps) >= count:
            return np.arange(count)
        # The path takes part, so that a layer's draw does not depend on which others are logged.
        generator = np.random.default_rng([self._seed, zlib.crc32(self.path.encode())])
        return np.sort(generator.choice(count, int(self._maps), replace=False))

    def strength(
        self, found: TopActivations, tiles: Tiles | None, kernel: NDArray[np.float32] | None
    ) -> Record:
        """Return the record of all maps, and remember what the next one is compared with."""
        strongest = found.image[:, 0]
        change = np.full(len(strongest), np.nan, np.float32)
        if tiles is not None:
            drawn = self.drawn(len(strongest))
            units = np.stack([found.image, found.row, found.col], axis=-1)[drawn]
            change[drawn] = self._projection_change(units, tiles)
        known = change[np.isfinite(change)]
        facts = {
            "layer": self.path,
            "jumps": None if self._strongest is None else int((strongest != self._strongest).sum()),
            "weight_change": None if kernel is None else _distance(self._kernel, kernel),
            "projection_change": float(np.median(known)) if known.size else None,
            "comparable": int(known.size),
        }
        self._strongest, self._kernel = strongest, kernel
        return Record(facts, [found.strength, found.dead_share, strongest, change])

    def top(self, found: TopActivations, tiles: Tiles | None, channel_order: str) -> Record:
        """Return the record of the drawn maps; without `tiles` it has their activations only."""
        count, k = found.value.shape
        drawn = self.drawn(count)
        numbers = np.zeros((len(drawn), k, len(COLUMNS)), np.float32)
        for column, values in enumerate((found.value, found.image, found.row, found.col)):
            numbers[..., column] = values[drawn]
        facts: dict[str, Any] = {
            "layer": self.path,
            "maps": drawn,
            "of": count,
            "k": k,
            "columns": COLUMNS,
        }
        if tiles is None:
            return Record(facts, [numbers])
        pictures, scale = draw_signed(tiles.signal, channel_order)
        for column, flat in enumerate((tiles.top, tiles.left, scale), start=4):
            numbers[..., column] = flat.reshape(len(drawn), k)
        height, width = pictures.shape[1:3]
        small, _ = draw_signed(
            shrink(tiles.signal, math.ceil(max(height, width) / OVERVIEW_SHARE)), channel_order
        )
        tiles_across, maps_across = math.ceil(math.sqrt(k)), math.ceil(math.sqrt(len(drawn)))
        per_map = [mosaic(part, tiles_across) for part in pictures.reshape(len(drawn), k, height, width, 3)]
        overview = [mosaic(part, tiles_across) for part in small.reshape(len(drawn), k, *small.shape[1:])]
        media: Media = "image/png" if max(height, width) <= LOSSLESS_SIDE else "image/jpeg"
        facts |= {
            "window": tiles.window,
            "block": tiles.block,
            "tile": (height, width),
            "tiles_across": tiles_across,
            "overview_tile": small.shape[1:3],
            "overview_across": maps_across,
            "display": "zero is mid-grey, each projection on a scale of its own",
        }
        blobs: list[Blob] = [numbers, encode_picture(mosaic(np.stack(overview), maps_across), media)]
        return Record(facts, blobs + [encode_picture(picture, media) for picture in per_map])

    def _projection_change(self, units: NDArray[np.int32], tiles: Tiles) -> Floats:
        """Per drawn map: 1 - cosine of the strongest unit's projection that stood there before too.

        Compared are projections of the same unit of the same picture; NaN where there is none.

        Args:
            units: [maps, k, 3], picture, row and column of each unit.
            tiles: their projections.
        """
        before, self._seen = self._seen, (units, tiles.signal)
        change = np.full(len(units), np.nan, np.float32)
        if before is None or before[1].shape != tiles.signal.shape:
            return change
        seen, old = before
        k = units.shape[1]
        for row, (now, then) in enumerate(zip(units, seen, strict=True)):
            for slot, unit in enumerate(now):
                (earlier,) = np.nonzero((then == unit).all(1))
                if unit[0] < 0 or not earlier.size:
                    continue
                distance = _distance(old[row * k + int(earlier[0])], tiles.signal[row * k + slot])
                if distance is not None:
                    change[row] = distance
                    break
        return change


def _distance(before: NDArray[np.float32] | None, now: NDArray[np.float32]) -> float | None:
    """1 - cosine; None where there is nothing to compare or one of them is zero."""
    if before is None or before.shape != now.shape:
        return None
    flat, other = now.ravel().astype(np.float64), before.ravel().astype(np.float64)
    norm = math.sqrt(float(flat @ flat) * float(other @ other))
    return None if not norm > 0 or not math.isfinite(norm) else 1 - float(flat @ other) / norm
