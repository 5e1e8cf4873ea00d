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
        self._seen: tuple[NDArray[np.int32], Tiles] | None = None

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
            change[drawn] = self._projection_change(found.image[drawn], tiles)
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

    def _projection_change(self, images: NDArray[np.int32], tiles: Tiles) -> Floats:
        """Per drawn map: 1 - cosine of the strongest picture's projection that stood there before too.

        Compared are projections of the same picture from the same place; NaN where there is none.
        """
        before, self._seen = self._seen, (images, tiles)
        change = np.full(len(images), np.nan, np.float32)
        if before is None or before[1].signal.shape != tiles.signal.shape:
            return change
        seen, old = before
        k = images.shape[1]
        for row, (now, then) in enumerate(zip(images, seen, strict=True)):
            for slot, image in enumerate(now):
                (earlier,) = np.nonzero(then == image)
                if image < 0 or not earlier.size:
                    continue
                new_at, old_at = row * k + slot, row * k + int(earlier[0])
                same_place = tiles.top[new_at] == old.top[old_at] and tiles.left[new_at] == old.left[old_at]
                distance = _distance(old.signal[old_at], tiles.signal[new_at]) if same_place else None
                if distance is not None:
                    change[row] = distance
                    break
        return change


def make_tiles(parts: list[Projections], places: NDArray[np.bool_]) -> Tiles:
    """Return the projections of a layer's units at the size they are logged.

    Args:
        parts: projections of the units, in order, in as many parts as they were computed in.
        places: bool [maps * k], which slots hold a unit; the others become zero.
    """
    height, width = parts[0].window.shape[1:3]
    small = np.concatenate([shrink(part.window, TILE_SIDE) for part in parts])
    signal = np.zeros((len(places), *small.shape[1:]), np.float32)
    top, left = np.zeros(len(places), np.float32), np.zeros(len(places), np.float32)
    signal[places] = small
    top[places] = np.concatenate([part.row for part in parts])
    left[places] = np.concatenate([part.col for part in parts])
    block = max(1, math.ceil(max(height, width) / TILE_SIDE))
    return Tiles(signal, top, left, (height, width), block)


def _distance(before: NDArray[np.float32] | None, now: NDArray[np.float32]) -> float | None:
    """1 - cosine; None where there is nothing to compare or one of them is zero."""
    if before is None or before.shape != now.shape:
        return None
    flat, other = now.ravel().astype(np.float64), before.ravel().astype(np.float64)
    norm = math.sqrt(float(flat @ flat) * float(other @ other))
    return None if not norm > 0 or not math.isfinite(norm) else 1 - float(flat @ other) / norm
