"""The record of occlusion maps: what covering a part of a picture does, position by position."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.run import Record
from tb_convvis.figures.top import Top, top_of
from tb_convvis.figures.words import number, plural

PER_PICTURE = (
    "labels",
    "unoccluded_probability",
    "unoccluded_class",
    "unoccluded_activation",
    "strongest_map",
)
FIRST_TILES = 5
"""Blob with the projections of the first occluded picture."""


@dataclass(frozen=True)
class Occluded:
    """One picture of a record: its maps [rows, cols] and what is known of it without an occluder."""

    record: Record
    top: Top
    place: int
    probability: NDArray[np.floating[Any]]
    top_class: NDArray[np.integer[Any]]
    activation: NDArray[np.floating[Any]]

    @property
    def frame(self) -> tuple[int, int]:
        """Height and width of the picture: the last positions are flush with its edges."""
        facts = self.record.manifest.facts
        return facts["rows"][-1] + facts["size"][0], facts["cols"][-1] + facts["size"][1]

    def own(self, fact: str) -> Any:
        """Return a fact of this picture."""
        return self.record.manifest.facts[fact][self.place]

    def shares(self) -> NDArray[np.float64]:
        """Return the activation as a share of that without an occluder; NaN where that is nothing."""
        total = self.own("unoccluded_activation")
        total = math.nan if total is None or not total > 0 else total
        shares = self.activation.astype(np.float64) / total
        return np.where(np.isfinite(shares), shares, np.nan)

    def classes(self) -> NDArray[np.float64]:
        """Return the most probable class; NaN where the probabilities are missing."""
        known = np.isfinite(self.probability) & (self.top_class >= 0)
        known &= self.top_class < self.record.manifest.facts["classes"]
        return np.where(known, self.top_class, np.nan)

    def lowest(self) -> tuple[int, int]:
        """Return the row and column of the position at which the probability is the lowest."""
        values = np.where(np.isnan(self.probability), np.inf, self.probability)
        row, col = np.unravel_index(values.argmin(), values.shape)
        return int(row), int(col)

    def geometry(self) -> str:
        """Return the occluder in words."""
        facts = self.record.manifest.facts
        size, stride, rows, cols = facts["size"], facts["stride"], facts["rows"], facts["cols"]
        steps = stride[0] if stride[0] == stride[1] else f"{stride[0]} down, {stride[1]} across"
        values = [float(one) for one in facts.get("value") or ()]
        values = values[:1] if len(set(values)) == 1 else values
        said = f", value {', '.join(map(number, values))}" if values else ""
        positions = f"{plural(len(rows) * len(cols), 'position')} ({len(rows)} down, {len(cols)} across)"
        return f"{size[0]}\N{MULTIPLICATION SIGN}{size[1]}, stride {steps}, {positions}{said}"


def occluded_of(record: Record) -> dict[int, Occluded]:
    """Return the pictures of a record, by their number in the probe set.

    Raises:
        UnreadableError: the record is not what its kind says.
    """
    facts = record.manifest.facts
    top = top_of(record, maps="images", blob=4)
    try:
        shape = (len(top.maps), len(_edges(facts["rows"])), len(_edges(facts["cols"])))
        for name in ("size", "stride"):
            if len(facts[name]) != 2 or min(facts[name]) < 1:
                raise ValueError(f"{name} {facts[name]}")
        lacking = [
            name for name in PER_PICTURE if not _is_numbers(facts[name]) or len(facts[name]) != len(top.maps)
        ]
        if lacking or not isinstance(facts["classes"], int):
            raise ValueError(f"not everything is said of each picture: {lacking}")
        for name in ("value", "colour"):
            if not _is_numbers(facts.get(name, [])) or None in facts.get(name, []):
                raise ValueError(f"{name} {facts[name]}")
    except (KeyError, TypeError, ValueError) as error:
        raise record.malformed(f"its manifest is not that of occlusion: {error}") from None
    grids: list[Any] = [record.array(index, axes=3) for index in (1, 2, 3)]
    for grid, kind in zip(grids, "fif", strict=True):
        if grid.shape != shape or grid.dtype.kind != kind:
            raise record.malformed(f"a map of {grid.dtype} {grid.shape}, not of {shape}")
    return {
        image: Occluded(record, top, place, *(grid[place] for grid in grids))
        for place, image in enumerate(top.maps)
    }


def _is_numbers(values: object) -> bool:
    """Whether it is a list of numbers, None standing for those that were not finite."""
    return isinstance(values, list) and all(one is None or isinstance(one, (int, float)) for one in values)


def _edges(edges: list[int]) -> list[int]:
    if not edges or any(type(edge) is not int or edge < 0 for edge in edges) or sorted(set(edges)) != edges:
        raise ValueError(f"positions {edges}")
    return edges
