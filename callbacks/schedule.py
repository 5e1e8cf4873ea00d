"""At which epochs a view is logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Literal

from tb_convvis.callbacks.whole_numbers import whole

Frequency = int | Iterable[int] | Literal["log"]


class Schedule:
    """The steps at which a view is logged; a step is a number of completed epochs, 0 before training.

    Args:
        freq: an int n for every n-th epoch (also the state before training and the last planned epoch),
            a list of steps for exactly these, or "log" for 0, 1, 2, 5, 10, 20, 50, ... and the last.
        keep: most steps of a fit that are logged: of those that `freq` names up to the planned end the
            first, the last and evenly spread ones between. None (default) for all.

    Raises:
        ValueError: anything else.

    Example:
        >>> schedule = Schedule(5)
        >>> [step for step in range(13) if schedule.includes(step, planned=range(13))]
        [0, 5, 10, 12]
        >>> schedule = Schedule(5, keep=4)
        >>> [step for step in range(101) if schedule.includes(step, planned=range(101))]
        [0, 35, 65, 100]

    """

    def __init__(self, freq: Frequency = 1, keep: int | None = None) -> None:
        self.freq: int | list[int] | str
        self._every: int | None = None
        self._listed: list[int] = []
        every = whole(freq)
        several = freq if isinstance(freq, Iterable) and not isinstance(freq, str) else ()
        steps = [whole(step) for step in several]
        if every is not None and every >= 1:
            self.freq = self._every = every
        elif steps and all(step is not None and step >= 0 for step in steps):
            self.freq = self._listed = sorted({step for step in steps if step is not None})
        elif isinstance(freq, str) and freq == "log":
            self.freq = freq
        else:
            raise ValueError(
                f"freq says how often to log. Received: freq={freq!r}. "
                'Expected an int of at least 1, a list of epochs such as [0, 1, 2, 5, 10], or "log".'
            )
        self.keep = whole(keep)
        if keep is not None and (self.keep is None or self.keep < 2):
            raise ValueError(
                f"keep is the most epochs that are logged. Received: keep={keep!r}. "
                "Expected None or an int of at least 2: the first and the last are always among them."
            )
        self._spread: tuple[range, frozenset[int]] | None = None

    @property
    def listed(self) -> bool:
        """Whether the steps were named one by one."""
        return bool(self._listed)

    def check(self, params: Mapping[str, Any] | None) -> None:
        """Raise ValueError where `keep` has no planned epochs to choose among in a fit's `params`."""
        if self.keep is not None and (params or {}).get("epochs") is None:
            raise ValueError(
                f"keep chooses among the planned epochs. Received: keep={self.keep}, params={params!r}. "
                "Expected params with 'epochs', as model.fit and keras.callbacks.CallbackList(..., epochs=n) "
                "give them, or keep=None."
            )

    def includes(self, step: int, planned: range | None, stops: bool = False) -> bool:
        """Whether `step` is logged.

        Args:
            step: of the fit.
            planned: all steps of the fit from its first epoch to its planned end; None where no end is
                planned, which `check` refuses beside `keep`.
            stops: whether training ends at `step`. That takes the place of the planned end, so that no
                more than `keep` are logged.
        """
        if stops and not self._listed:
            return True
        if self.keep is not None and planned is not None:
            if self._spread is None or self._spread[0] != planned:
                self._spread = planned, _evenly(self._named(planned), self.keep)
            return step in self._spread[1]
        if self._listed:
            return step in self._listed
        return (planned is not None and step == planned[-1]) or self._regular(step)

    def _regular(self, step: int) -> bool:
        if self._every is not None:
            return step % self._every == 0
        return step == 0 or any(step == power * digit for power in _powers_up_to(step) for digit in (1, 2, 5))

    def _named(self, planned: range) -> tuple[Sequence[int], Sequence[int]]:
        """The first and last step that `freq` names, and those between: never a list of all epochs."""
        if self._listed:
            named = [step for step in self._listed if step in planned]
            return [*named[:1], *named[1:][-1:]], named[1:-1]
        first, last = planned[0], planned[-1]
        if self._every is not None:
            return [first, last], range(first - first % self._every + self._every, last, self._every)
        round_ones = (power * digit for power in _powers_up_to(last) for digit in (1, 2, 5))
        return [first, last], [step for step in round_ones if first < step < last]


def _evenly(named: tuple[Sequence[int], Sequence[int]], keep: int) -> frozenset[int]:
    ends, between = named
    if len(between) <= keep - 2:
        return frozenset([*ends, *between])
    # Between the ends, which have the positions -1 and len(between).
    apart = (len(between) + 1) / (keep - 1)
    return frozenset([*ends, *(between[round(number * apart) - 1] for number in range(1, keep - 1))])


def _powers_up_to(step: int) -> list[int]:
    return [power for power, _ in zip((10**i for i in count()), str(step), strict=False)]
