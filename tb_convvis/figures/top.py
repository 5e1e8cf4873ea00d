"""The strongest activations in a record, and where their projections lie in its pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tb_convvis.blobs import Picture
from tb_convvis.figures.drawing import Pixels
from tb_convvis.figures.run import Record
from tb_convvis.figures.tiles import opened
from tb_convvis.figures.words import enumerate_words, one_line

MAX_BLOCK = 4096
"""Pixels of the input, per side, in one of a projection: no picture is larger."""

MOST_MAPS = 2**20
"""No layer has more."""

State = Literal["alive", "dead", "not finite"]
"""Whether some picture excites a map; "not finite" where none of its activations is a finite number."""


def state_of(strength: float) -> State:
    """Return what became of a map by its strongest activation: -infinity is logged where none is finite."""
    if not math.isfinite(strength):
        return "not finite"
    return "alive" if strength > 0 else "dead"


@dataclass(frozen=True)
class Entry:
    """One activation: how strong, in which picture (-1 where there is none), and where its window begins."""

    value: float
    image: int
    top: float
    left: float


@dataclass(frozen=True)
class Tiles:
    """How projections were logged: the window in pixels of the input, pixels averaged, the result."""

    window: tuple[int, int]
    block: int
    tile: tuple[int, int]


@dataclass(frozen=True)
class Top:
    """The activations [maps, k, columns] of a record of `top` or `occlusion`: of these maps, of so many."""

    maps: tuple[int, ...]
    of: int
    k: int
    across: int
    tiles: Tiles | None
    rule: str
    _values: NDArray[np.generic]
    _columns: tuple[str, ...]

    def place(self, map_: int) -> int | None:
        """Return the place of a map among the drawn ones; None where it was not drawn."""
        return self.maps.index(map_) if map_ in self.maps else None

    def entry(self, place: int, slot: int) -> Entry:
        """Return the activation of a slot of the map at a place among the drawn ones."""
        known = dict(zip(self._columns, self._values[place, slot].tolist(), strict=True))
        image = known["image"]
        return Entry(
            known["value"],
            int(image) if image >= 0 and image == int(image) else -1,
            known.get("top", math.nan),
            known.get("left", math.nan),
        )

    def projections(self, record: Record, index: int, across: int) -> list[Pixels]:
        """Return the projections in a picture of a record, slot by slot."""
        if self.tiles is None:
            return []
        blob = record.blob(index)
        if not isinstance(blob, Picture):
            raise record.malformed(f"blob {index} is not a picture")
        height, width = self.tiles.tile
        needed = math.ceil(self.k / across) * height, across * width
        if (blob.height, blob.width) != needed:
            raise record.malformed(f"projections of {blob.height} by {blob.width} pixels, not {needed}")
        try:
            pixels = np.asarray(opened(blob))
        except ValueError as error:
            raise record.malformed(error) from None
        corners = [(slot // across * height, slot % across * width) for slot in range(self.k)]
        return [pixels[top : top + height, left : left + width] for top, left in corners]


def top_of(record: Record, *, maps: str = "maps", blob: int = 1) -> Top:
    """Return the activations of a record.

    Args:
        record: of the kind `top`, or `occlusion`.
        maps: the fact that numbers what the first axis counts.
        blob: which one holds them.

    Raises:
        UnreadableError: the record is not what its kind says.
    """
    facts = record.manifest.facts
    try:
        numbers = tuple(int(one) for one in facts[maps])
        of = int(facts.get("of", len(numbers)))
        k, columns = int(facts["k"]), tuple(map(str, facts["columns"]))
        tiles = None
        if facts.get("refused") is None and facts.get("window") is not None:
            window, tile = (_size(facts[name]) for name in ("window", "tile"))
            tiles = Tiles(window, int(facts.get("block", 1)), tile)
            if any(side > tiles.block * drawn for side, drawn in zip(window, tile, strict=True)):
                raise ValueError(f"windows of {window} in tiles of {tile}")
        across = (
            int(facts.get("tiles_across") or math.ceil(math.sqrt(k))) if tiles else math.ceil(math.sqrt(k))
        )
        if (
            k < 1
            or not 0 <= of <= MOST_MAPS
            or across < 1
            or not {"value", "image"} <= set(columns)
            or (tiles and not 0 < tiles.block <= MAX_BLOCK)
        ):
            raise ValueError("facts out of range")
    except (KeyError, TypeError, ValueError) as error:
        raise record.malformed(f"its manifest is not that of {record.manifest.kind}: {error}") from None
    values = record.array(blob, axes=3)
    if values.shape != (len(numbers), k, len(columns)) or values.dtype.kind != "f":
        raise record.malformed(f"activations of shape {values.shape}, not {(len(numbers), k, len(columns))}")
    return Top(numbers, of, k, across, tiles, _rule(facts), values, columns)


def _rule(facts: Any) -> str:
    """Which rule, and what it was extended to."""
    rule = one_line(facts.get("rule") or "not told")
    uses = facts.get("extended")
    extended = [one for one in uses if isinstance(one, str)] if isinstance(uses, list) else []
    return f"{rule}; extended to {enumerate_words([one_line(one) for one in extended])}" if extended else rule


def _size(value: Any) -> tuple[int, int]:
    height, width = (int(side) for side in value)
    if height < 1 or width < 1:
        raise ValueError(f"a size of {value}")
    return height, width
