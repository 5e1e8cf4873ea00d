"""The colours that a value is expected to have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cividis(share: float) -> Floats:
    """Nuñez, Anderton and Renslow 2018, as polynomials."""
    channels = (
        (-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57),
        (32.49, 170.73, 52.82, -131.46, 176.58, -67.37),
        (81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67),
    )
    return np.array([np.clip(np.polynomial.polynomial.polyval(share, one), 0, 255) for one in channels])
