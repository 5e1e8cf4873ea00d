"""How far a long reading is, in one line of a terminal."""

from __future__ import annotations

import sys
import time

_SECONDS = 0.2


class Progress:
    """Writes to standard error, and nothing where that is no terminal.

    Args:
        total: bytes there are to read.
    """

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._done = 0
        self._next = 0.0
        self._shown = False
        self._wanted = sys.stderr.isatty()

    def advance(self, count: int) -> None:
        """Count bytes that were read."""
        self._done += count
        if self._wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            self._shown = True
            share = min(self._done / self._total, 1)
            sys.stderr.write(f"\r{share:4.0%} of {self._total / 1e6:,.1f} MB ")
            sys.stderr.flush()

    def clear(self) -> None:
        """Make room for a line of text."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
