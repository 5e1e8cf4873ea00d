"""At which epochs a view is logged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Literal

Frequency = int | Sequence[int] | Literal["log"]


class Schedule:
    """The steps at which a view is logged; a step is a number of completed epochs, 0 before training.

    Args:
        freq: an int n for every n-th epoch (also the state before training and the last planned epoch),
            a list of steps for exactly these, or "log" for 0, 1, 2, 5, 10, 20, 50, ... and the last.

    Raises:
        ValueError: anything else.

    Example:
        >>> schedule = Schedule(5)
        >>> [step for step in range(13) if schedule.includes(step, last=12)]
        [0, 5, 10, 12]

    """

    def __init__(self, freq: Frequency = 1) -> None:
        self._every: int | None = None
        self._listed: frozenset[int] | None = None
        if isinstance(freq, int) and not isinstance(freq, bool) and freq >= 1:
            self._every = freq
        elif isinstance(freq, Sequence) and not isinstance(freq, str) and freq and all(map(_is_step, freq)):
            self._listed = frozenset(freq)
        elif freq != "log":
            raise ValueError(
                f"freq says how often to log. Received: freq={freq!r}. "
                'Expected an int of at least 1, a list of epochs such as [0, 1, 2, 5, 10], or "log".'
            )

    def includes(self, step: int, last: int | None = None) -> bool:
        """Whether `step` is logged, in a training planned to end at step `last`."""
        if self._listed is not None:
            return step in self._listed
        return step == last or self._regular(step)

    def count_before(self, step: int) -> int:
        """How many steps below `step` are logged in a training that runs through all of them."""
        if self._listed is not None:
            return sum(listed < step for listed in self._listed)
        if self._every is not None:
            return -(-step // self._every)
        return sum(self._regular(earlier) for earlier in range(step))

    def _regular(self, step: int) -> bool:
        if self._every is not None:
            return step % self._every == 0
        return step == 0 or any(step == power * digit for power in _powers_up_to(step) for digit in (1, 2, 5))


def _is_step(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _powers_up_to(step: int) -> Sequence[int]:
    return [power for power, _ in zip((10**i for i in count()), str(step), strict=False)]
