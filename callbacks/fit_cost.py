"""What one logged epoch costs a training, to be said once."""

from __future__ import annotations


class FitCost:
    """The seconds and bytes of one fit's views.

    What is compiled is compiled at the first step that a fit logs; of the others, one stands for all.

    Example:
        >>> cost = FitCost()
        >>> for step, seconds in ((0, 1.5), (1, 0.25), (2, 0.25)):
        ...     cost.add("filters", step, seconds, 12_000)
        >>> cost.sentence()
        '0.25 s and 12.0 kB per logged epoch (filters), 1.5 s at the start'
    """

    def __init__(self) -> None:
        self._views: dict[str, tuple[float, int]] = {}
        self._start_step: int | None = None
        self._start_seconds = 0.0

    def add(self, view: str, step: int, seconds: float, size: int) -> None:
        """Take note of what a view cost at one step."""
        self._start_step = step if self._start_step is None else self._start_step
        if step == self._start_step:
            self._start_seconds += seconds
        else:
            self._views.setdefault(view, (seconds, size))

    def sentence(self) -> str | None:
        """All of it in words; None before a second step was logged."""
        if not self._views:
            return None
        seconds = sum(seconds for seconds, _ in self._views.values())
        size = sum(size for _, size in self._views.values())
        per_epoch = f"{seconds:.2f} s and {_in_units(size)} per logged epoch ({', '.join(self._views)})"
        return f"{per_epoch}, {self._start_seconds:.1f} s at the start"


def _in_units(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
