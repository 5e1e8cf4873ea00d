"""Numbers onto dots, and the round numbers to write beside an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Axis:
    """A linear scale from values (`low` to `high`) onto dots (`first` to `last`)."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        """Return where a value stands; in the middle where all values are the same."""
        share = 0.5 if self.high == self.low else (value - self.low) / (self.high - self.low)
        return self.first + (self.last - self.first) * share

    def ticks(self, count: int) -> list[float]:
        """Return about so many round numbers inside, ascending."""
        return ticks(self.low, self.high, count)


def ticks(low: float, high: float, count: int) -> list[float]:
    """Return about so many round numbers, 1, 2 or 5 times a power of ten apart."""
    if not (high > low and math.isfinite(high - low)):
        return [low] if high == low else []
    step = (high - low) / max(1, count)
    power = math.floor(math.log10(step))
    ratio = step / 10.0**power
    factor = (
        10 if ratio >= math.sqrt(50) else 5 if ratio >= math.sqrt(10) else 2 if ratio >= math.sqrt(2) else 1
    )
    # As a fraction of whole numbers, so that 3 steps of 0.1 are 0.3.
    up, down = (1, round(10.0**-power / factor)) if power < 0 else (factor * 10**power, 1)
    first, last = math.ceil(low / up * down), math.floor(high / up * down)
    return [at * up / down for at in range(first, last + 1)]


def epoch_ticks(first: int, last: int, count: int) -> list[int]:
    """Return about so many whole numbers."""
    return [int(tick) for tick in ticks(first, last, count) if tick == int(tick)]


def monotone(xs: Sequence[float], ys: NDArray[np.float64], pieces: int = 4) -> NDArray[np.float64]:
    """Return points [n, 2] of a smooth curve that rises and falls only where the given points do.

    Source: Steffen, "A simple method for monotonic interpolation in one dimension", Astron. Astrophys. 239,
    1990.

    Args:
        xs: ascending.
        ys: a value each.
        pieces: straight pieces from one given point to the next.
    """
    x = np.asarray(xs, np.float64)
    over, slopes = np.diff(x), np.diff(ys) / np.diff(x)
    tangents = np.zeros(len(x))
    if len(x) > 2:
        mean = (slopes[:-1] * over[1:] + slopes[1:] * over[:-1]) / (over[:-1] + over[1:])
        least = np.minimum(np.minimum(abs(slopes[:-1]), abs(slopes[1:])), abs(mean) / 2)
        tangents[1:-1] = (np.sign(slopes[:-1]) + np.sign(slopes[1:])) * least
    tangents[0] = (3 * slopes[0] - tangents[1]) / 2
    tangents[-1] = (3 * slopes[-1] - tangents[-2]) / 2
    t = np.arange(pieces) / pieces
    # Hermite's form of each piece.
    left, right = ys[:-1, None], ys[1:, None]
    curve = (
        (1 + 2 * t) * (1 - t) ** 2 * left
        + t * (1 - t) ** 2 * over[:, None] * tangents[:-1, None]
        + t**2 * (3 - 2 * t) * right
        + t**2 * (t - 1) * over[:, None] * tangents[1:, None]
    )
    along = x[:-1, None] + t * over[:, None]
    return np.stack([np.append(along, x[-1]), np.append(curve, ys[-1])], axis=1)
