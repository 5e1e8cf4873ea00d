"""The colours of the page: scales for numbers, a palette for classes, another for runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.drawing import Pixels

CIVIDIS = (
    (-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57),
    (32.49, 170.73, 52.82, -131.46, 176.58, -67.37),
    (81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67),
)
"""Red, green and blue by powers of the share: Nuñez, Anderton and Renslow, PLOS ONE 13(7), 2018."""

LEVELS = 256

CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""Okabe and Ito: told apart with any colour vision."""

OTHER_CLASS = "#8a8a8a"

RUNS = ("#425066", "#12b5cb", "#e52592", "#f9ab00")
"""The first of those that TensorBoard gives to runs."""

DASHES: tuple[tuple[float, ...], ...] = ((), (7, 3), (2, 2.5), (9, 3, 2, 3))
"""Tell runs apart where colours do not."""

ACCENT, ACCENT_TEXT = "#f57c00", "#b45309"
LINE, LINE_STRONG = "#e2e2e2", "#bdbdbd"


@dataclass(frozen=True)
class Scale:
    """From `low`, dark blue, to `high`, yellow; what lies beyond has the colour of the end."""

    low: float
    high: float

    def pixels(self, values: NDArray[Any]) -> Pixels:
        """Return the colours [..., 3] of values, none of them NaN."""
        span = self.high - self.low if self.high > self.low else 1
        share = np.clip((values.astype(np.float64) - self.low) / span, 0, 1)
        colours: Pixels = RAMP[np.floor((LEVELS - 1) * share + 0.5).astype(int)]
        return colours


def cividis(shares: NDArray[Any]) -> Pixels:
    """Return the colours [n, 3] of shares from 0 to 1."""
    channels = [np.polynomial.polynomial.polyval(shares, one) for one in CIVIDIS]
    return np.clip(np.floor(np.stack(channels, axis=-1) + 0.5), 0, 255).astype(np.uint8)


RAMP = cividis(np.arange(LEVELS) / (LEVELS - 1))


def rgb(colour: str) -> NDArray[np.uint8]:
    """Return "#rrggbb" as bytes."""
    return np.frombuffer(bytes.fromhex(colour[1:]), np.uint8)


def mixed(colour: str, share: float) -> str:
    """Return a colour let down into white."""
    bytes_ = share * rgb(colour).astype(float) + (1 - share) * 255
    return "#" + bytes(np.floor(bytes_ + 0.5).astype(np.uint8)).hex()
