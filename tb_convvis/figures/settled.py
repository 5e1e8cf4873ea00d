"""When a layer has settled: the rule of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

QUIET_SHARE = 0.05
"""Below this share of the largest change a change counts as none."""

FEWEST_LOGS = 4
"""Fewer say nothing."""

FEWEST_QUIET = 2
"""So many quiet changes, with no other after them, make a layer settled."""


def per_epoch(steps: Sequence[int], changes: Sequence[float | None]) -> list[float]:
    """Return changes since the log before divided by the epochs in between; NaN where either is not known."""
    before = [None, *steps[:-1]]
    return [
        math.nan if change is None or last is None else change / (step - last)
        for step, last, change in zip(steps, before, changes, strict=True)
    ]


def settled_at(steps: Sequence[int], changes: Sequence[float]) -> tuple[int | None, str]:
    """Return the log after which the changes stay quiet to the end, and that in words.

    Args:
        steps: of the logs, ascending.
        changes: per epoch since the log before; NaN where that is not known, as at the first log.
    """
    known = [at for at, change in enumerate(changes) if math.isfinite(change)]
    if len(known) < FEWEST_LOGS - 1:
        return None, "too few logs"
    largest = max(changes[at] for at in known)
    if not largest > 0:
        return None, "no change"
    loud = max(place for place, at in enumerate(known) if changes[at] >= QUIET_SHARE * largest)
    quiet = known[loud + 1 :]
    # What was not known in between may have been anything: quiet begins with the log before a known one.
    if len(quiet) < FEWEST_QUIET or quiet[0] == 0:
        return None, "not settled"
    step = steps[quiet[0] - 1]
    return step, f"settled at {step}"
