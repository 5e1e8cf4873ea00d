"""Units of a layer in rows of k, as they are projected and logged: strongest first, some places empty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.images import Bytes, Media, draw_signed, shrink
from tb_convvis.methods import Projections, TopActivations

TILE_SIDE = 56
"""Longest side of a logged projection in pixels: larger windows are averaged down to it."""
LOSSLESS_SIDE = 20
"""Up to this side a lossless picture of a map is about as small as a JPEG; see docs/features.md."""
COLUMNS = ("value", "image", "row", "col", "top", "left", "scale")
DISPLAY = "zero is mid-grey, each projection on a scale of its own"

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class UnitSlots:
    """Places for units, each [rows, k]: activation, picture, row, column and map; picture -1 where empty."""

    value: Floats
    image: Ints
    row: Ints
    col: Ints
    map: Ints

    @classmethod
    def of_maps(cls, found: TopActivations, maps: NDArray[np.integer[Any]]) -> UnitSlots:
        """The top activations of some maps, a row for each."""
        numbers = np.broadcast_to(maps[:, None], found.image[maps].shape).astype(np.int32)
        return cls(found.value[maps], found.image[maps], found.row[maps], found.col[maps], numbers)

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which places hold a unit, [rows * k]."""
        return self.image.ravel() >= 0

    @property
    def units(self) -> Ints:
        """The units as the deconvnet takes them, [units, 4]: picture, row, column, map."""
        places = (self.image, self.row, self.col, self.map)
        return np.stack([place.ravel() for place in places], axis=1)[self.filled].astype(np.int32)


@dataclass(frozen=True)
class Tiles:
    """Projections at the size they are logged: `signal` [rows * k, h, w, C], and where each lies.

    `top` and `left`: float32 [rows * k], the first pixel of the window, negative above or left of the
    picture; `window`: [height, width] of the window in pixels; `block`: how many pixels became one.
    """

    signal: Floats
    top: Floats
    left: Floats
    window: tuple[int, int]
    block: int

    @property
    def media(self) -> Media:
        """What pictures of such tiles are encoded as."""
        return "image/png" if max(self.signal.shape[1:3]) <= LOSSLESS_SIDE else "image/jpeg"

    @property
    def facts(self) -> dict[str, Any]:
        """What a reader must know to cut a picture into these tiles and to place them."""
        return {
            "window": self.window,
            "block": self.block,
            "tile": self.signal.shape[1:3],
            "display": DISPLAY,
        }


class TileCollector:
    """Takes the projections of a layer's units part by part and keeps them at the size they are logged.

    Args:
        slots: the places; empty ones stay zero.
    """

    def __init__(self, slots: UnitSlots) -> None:
        self._slots = np.flatnonzero(slots.filled)
        self._count = slots.filled.size
        self._tiles: Tiles | None = None

    def add(self, units: NDArray[np.integer[Any]], part: Projections) -> None:
        """Take the projections of some units, numbered as in `UnitSlots.units`."""
        small = shrink(part.window, TILE_SIDE)
        if self._tiles is None:
            height, width = part.window.shape[1:3]
            block = max(1, math.ceil(max(height, width) / TILE_SIDE))
            signal = np.zeros((self._count, *small.shape[1:]), np.float32)
            top, left = np.zeros(self._count, np.float32), np.zeros(self._count, np.float32)
            self._tiles = Tiles(signal, top, left, (height, width), block)
        places = self._slots[units]
        self._tiles.signal[places] = small
        self._tiles.top[places], self._tiles.left[places] = part.row, part.col

    def tiles(self) -> Tiles | None:
        """What was taken; None if nothing was."""
        return self._tiles


def unit_numbers(slots: UnitSlots) -> Floats:
    """What is logged of units without their projections: float32 [rows, k, columns], see `COLUMNS`."""
    numbers = np.zeros((*slots.value.shape, len(COLUMNS)), np.float32)
    for column, values in enumerate((slots.value, slots.image, slots.row, slots.col)):
        numbers[..., column] = values
    return numbers


def draw_units(slots: UnitSlots, tiles: Tiles, channel_order: str) -> tuple[Floats, Bytes]:
    """What is logged of units, float32 [rows, k, columns], and their projections uint8 [rows, k, h, w, 3]."""
    numbers = unit_numbers(slots)
    pictures, scale = draw_signed(tiles.signal, channel_order)
    for column, flat in enumerate((tiles.top, tiles.left, scale), start=4):
        numbers[..., column] = flat.reshape(slots.value.shape)
    return numbers, pictures.reshape(*slots.value.shape, *pictures.shape[1:])
