"""How much of a training's time logging may take."""

from __future__ import annotations

import time
from collections.abc import Callable


class Budget:
    """Leaves epochs out where logging them all would take more than a share of the training's time.

    The state that a fit begins from and the last epoch are always logged; what is compiled for the first is
    not counted, as leaving epochs out does not make it less. An epoch between is logged if what logging
    has taken since, and the epoch as long as the last one did, keep within the share of the time that passed
    without logging. So the gaps grow with the cost of an epoch, and the epochs stay evenly spread.

    Args:
        share: largest share of the training's time, above 0.
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
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not share > 0:
            raise ValueError(
                f"budget is the share of training time that logging may take. Received: budget={share!r}. "
                "Expected a number above 0 such as 0.1, or None for no bound."
            )
        self.share = float(share)
        self._clock = clock
        self._began: float | None = None
        self._spent = 0.0
        self._cost = (-1, 0.0)
        self._decided = (-1, True)
        self._left_out: list[int] = []
        self._note: str | None = None

    def forget(self) -> None:
        """Take leave of the fit before."""
        self._began, self._spent, self._cost = None, 0.0, (-1, 0.0)
        self._decided, self._left_out, self._note = (-1, True), [], None

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
        if self._began is not None and self._decided[0] < 0:
            # The first state is logged whatever it costs, and with it what is compiled once.
            self._began, self._spent, self._cost = self._began + self._spent, 0.0, (-1, 0.0)
        if step != self._decided[0] or (always and not self._decided[1]):
            trained = self._clock() - (self._began or self._clock()) - self._spent
            yes = always or self._spent + self._cost[1] <= self.share * trained
            self._decided = (step, yes)
            self._left_out = [number for number in self._left_out if number != step]
            if yes:
                self._note, self._left_out = self._words(), []
            else:
                self._left_out.append(step)
        return self._decided[1]

    def took(self, step: int, seconds: float) -> None:
        """Count what a view took to log a step."""
        self._spent += seconds
        self._cost = (step, seconds + (self._cost[1] if step == self._cost[0] else 0.0))

    def note(self, step: int) -> str | None:
        """What was left out before a step that is logged, for the page."""
        return self._note if step == self._decided[0] else None

    def _words(self) -> str | None:
        if not self._left_out:
            return None
        first, last = self._left_out[0], self._left_out[-1]
        epochs = f"epoch {first} was" if first == last else f"epochs from {first} to {last} were"
        share = f"{self.share:.0%} of the training's time (budget={self.share:g})"
        return f"{epochs} left out, so that logging, {self._cost[1]:.2g} s an epoch, keeps to {share}."
