"""At which epochs a view is logged."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Literal

from tb_convvis.callbacks.whole_numbers import whole

Frequency = int | Iterable[int] | Literal["log"]


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
        self.freq: int | list[int] | str
        self._every: int | None = None
        self._listed: frozenset[int] = frozenset()
        every = whole(freq)
        several = freq if isinstance(freq, Iterable) and not isinstance(freq, str) else ()
        steps = [whole(step) for step in several]
        if every is not None and every >= 1:
            self.freq = self._every = every
        elif steps and all(step is not None and step >= 0 for step in steps):
            self.freq = sorted({step for step in steps if step is not None})
            self._listed = frozenset(self.freq)
        elif isinstance(freq, str) and freq == "log":
            self.freq = freq
        else:
            raise ValueError(
                f"freq says how often to log. Received: freq={freq!r}. "
                'Expected an int of at least 1, a list of epochs such as [0, 1, 2, 5, 10], or "log".'
            )

    def includes(self, step: int, last: int | None = None) -> bool:
        """Whether `step` is logged, in a training planned to end at step `last`."""
        if self._listed:
            return step in self._listed
        return step == last or self._regular(step)

    def _regular(self, step: int) -> bool:
        if self._every is not None:
            return step % self._every == 0
        return step == 0 or any(step == power * digit for power in _powers_up_to(step) for digit in (1, 2, 5))


def _powers_up_to(step: int) -> list[int]:
    return [power for power, _ in zip((10**i for i in count()), str(step), strict=False)]
