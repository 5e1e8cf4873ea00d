"""What is logged of one layer's features at one epoch, and what is remembered of it until the next."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.record import Record
from tb_convvis.callbacks.unit_slots import COLUMNS, Tiles, UnitSlots, draw_units, unit_numbers
from tb_convvis.images import draw_signed, encode_picture, mosaic, shrink
from tb_convvis.methods import TopActivations
from tb_convvis.schema import Blob

OVERVIEW_SHARE = 3
"""How many pixels of a tile, per side, become one of the overview."""

Floats = NDArray[np.float32]


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
        self._before: TopActivations | None = None
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
        strongest, before = found.image[:, 0], self._before
        # Which picture is the strongest of a map that none excites says nothing: all are equal.
        alive = None if before is None else ~(found.dead | before.dead)
        jumped = None if before is None else strongest != before.image[:, 0]
        change = np.full(len(strongest), np.nan, np.float32)
        if tiles is not None:
            drawn = self.drawn(len(strongest))
            units = np.stack([found.image, found.row, found.col], axis=-1)[drawn]
            change[drawn] = self._projection_change(units, tiles)
        known = change[np.isfinite(change)]
        facts = {
            "layer": self.path,
            "jumps": None if alive is None or jumped is None else int(jumped[alive].sum()),
            "alive": None if alive is None else int(alive.sum()),
            "weight_change": None if kernel is None else _distance(self._kernel, kernel),
            "projection_change": float(np.median(known)) if known.size else None,
            "comparable": int(known.size),
        }
        self._before, self._kernel = found, kernel
        return Record(facts, [found.strength, found.dead_share, strongest, change])

    def top(self, slots: UnitSlots, of: int, tiles: Tiles | None, channel_order: str) -> Record:
        """Return the record of the drawn maps, of all `of`; without `tiles` it has their activations only."""
        rows, k = slots.value.shape
        facts: dict[str, Any] = {
            "layer": self.path,
            "maps": slots.map[:, 0],
            "of": of,
            "k": k,
            "columns": COLUMNS,
        }
        if tiles is None:
            return Record(facts, [unit_numbers(slots)])
        numbers, pictures = draw_units(slots, tiles, channel_order)
        small, _ = draw_signed(
            shrink(tiles.signal, math.ceil(max(tiles.signal.shape[1:3]) / OVERVIEW_SHARE)), channel_order
        )
        tiles_across, maps_across = math.ceil(math.sqrt(k)), math.ceil(math.sqrt(rows))
        overview = [mosaic(part, tiles_across) for part in small.reshape(rows, k, *small.shape[1:])]
        facts |= {
            **tiles.facts,
            "tiles_across": tiles_across,
            "overview_tile": small.shape[1:3],
            "overview_across": maps_across,
        }
        blobs: list[Blob] = [numbers, encode_picture(mosaic(np.stack(overview), maps_across), tiles.media)]
        return Record(
            facts, blobs + [encode_picture(mosaic(part, tiles_across), tiles.media) for part in pictures]
        )

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
