"""A word beforehand about work that will take long."""

from __future__ import annotations

import time
from collections.abc import Callable

WATCHED_SECONDS = 1.0
"""So long the pace is watched before it is believed."""
LONG_SECONDS = 10.0


class DurationNotice:
    """Is told how far the work is, and says once how long it will take if that is long.

    Args:
        say: is called at most once, with the seconds from now back to when this was made and on to the
            end, and with the seconds that the work would take at the pace that was seen.

    Example:
        >>> notice = DurationNotice(lambda whole, work: print("slow"))
        >>> notice(1, 2)

    """

    def __init__(self, say: Callable[[float, float], object]) -> None:
        self._say: Callable[[float, float], object] | None = say
        self._made = time.perf_counter()
        self._first: tuple[float, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        """Take note that `done` of `total` pieces are done."""
        now = time.perf_counter()
        if self._first is None:
            # The first piece is not taken as a measure: whatever is compiled, is compiled before it.
            self._first = now, done
            return
        since, before = self._first
        if self._say is None or now - since < WATCHED_SECONDS or done <= before:
            return
        pace = (now - since) / (done - before)
        whole = now - self._made + pace * (total - done)
        if whole > LONG_SECONDS:
            self._say(whole, pace * total)
        self._say = None
