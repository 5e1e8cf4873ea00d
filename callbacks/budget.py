"""How much of a training's time logging may take."""

from __future__ import annotations

import time
from collections.abc import Callable
from numbers import Real


class Budget:
    """Leaves epochs out where logging them all would take more than a share of the training's time.

    The first state that a fit logs and the last are always logged. What the first takes is not counted, for
    with it things are compiled once, and leaving epochs out would not make that less; so the next one shows
    what an epoch costs. One between is logged where logging it, and a last one, keeps within the share of
    the time that passed without logging, and within that of the time since the last that was logged: so the
    gaps grow with the cost of an epoch, and the epochs stay evenly spread.

    Args:
        share: largest share of the training's time, above 0 and at most 1.
        clock: seconds that pass, for tests.

    Raises:
        ValueError: a share that is none.

    Example:
        >>> budget = Budget(0.1)
        >>> budget.begin()
        >>> budget.affords(1, always=True)
        True

    """

    def __init__(self, share: float, *, clock: Callable[[], float] = time.perf_counter) -> None:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) <= 1:
            raise ValueError(
                f"budget is the share of training time that logging may take. Received: budget={share!r}. "
                "Expected a number above 0 and at most 1 such as 0.1, or None for no bound."
            )
        self.share: float = float(share)
        self._clock: Callable[[], float] = clock
        self.forget()

    def forget(self) -> None:
        """Take leave of the fit before."""
        self._began: float | None = None
        self._first: int | None = None
        self._logging = self._counted = 0.0
        """Seconds of logging: all, and without those of the first state."""
        self._cost = (-1, 0.0)
        self._decided = (-1, True)
        self._asked_at = self._logged_at = 0.0
        self._left_out: list[int] = []
        self._note: str | None = None

    def begin(self) -> None:
        """Count from here on, unless that was done: the first epoch begins."""
        if self._began is None:
            self._began = self._clock()

    def affords(self, step: int, *, always: bool) -> bool:
        """Whether `step` is logged: the same for every view that asks.

        Args:
            step: which is due.
            always: whether it is logged whatever it costs.
        """
        if step != self._decided[0] or (always and not self._decided[1]):
            trained = self._trained()
            yes = always or self._first is None or self._fits(trained)
            self._asked_at, self._decided = trained, (step, yes)
            self._left_out = [number for number in self._left_out if number != step]
            if yes:
                self._note = self._words()
            else:
                self._left_out.append(step)
        return self._decided[1]

    def took(self, step: int, seconds: float, *, logged: bool = True) -> None:
        """Count what a view took for a step.

        Args:
            step: which.
            seconds: from beginning to end.
            logged: whether it is there now; what was left out before it is then said.
        """
        self._first = step if self._first is None else self._first
        self._logging += seconds
        if step != self._first:
            self._counted += seconds
            self._cost = (step, seconds + (self._cost[1] if step == self._cost[0] else 0.0))
        if logged:
            self._left_out, self._logged_at = [], self._trained()

    @property
    def sentence(self) -> str:
        """What is said once to whoever trains."""
        return (
            f"logging keeps to {self.share:.0%} of the training's time, so epochs are left out; "
            "budget=None logs all of them."
        )

    def note(self, step: int) -> str | None:
        """What was left out before a step that is logged, for the page."""
        return self._note if step == self._decided[0] else None

    def _trained(self) -> float:
        """Seconds that passed without logging."""
        return 0.0 if self._began is None else self._clock() - self._began - self._logging

    def _fits(self, trained: float) -> bool:
        cost = self._cost[1]
        # The last is logged in any case: what the time until then will not pay for is kept ready.
        last = max(0.0, cost - self.share * (trained - self._asked_at))
        return self._counted + cost + last <= self.share * trained and cost <= self.share * (
            trained - self._logged_at
        )

    def _words(self) -> str | None:
        if not self._left_out:
            return None
        first, last = self._left_out[0], self._left_out[-1]
        epochs = f"epoch {first} was" if first == last else f"epochs from {first} to {last} were"
        share = f"{self.share:.0%} of the training's time (budget={self.share:g})"
        return f"{epochs} left out, so that logging, {self._cost[1]:.2g} s an epoch, keeps to {share}."
