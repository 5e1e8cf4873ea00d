"""Which epochs of a view could not be written, to be said with the next one that can."""

from __future__ import annotations

from itertools import groupby


class MissingEpochs:
    """The steps of one view that could not be written since the last one that was.

    Example:
        >>> missing = MissingEpochs()
        >>> for step in (2, 3, 4, 7):
        ...     missing.add(step, "cannot write to 'logs': No space left on device")
        >>> missing.before(8)
        ["epochs 2 to 4, 7 are missing: cannot write to 'logs': No space left on device."]

    """

    def __init__(self) -> None:
        self._reasons: dict[int, str] = {}

    def __bool__(self) -> bool:
        return bool(self._reasons)

    def add(self, step: int, reason: str) -> None:
        """Take note of a step that could not be written."""
        self._reasons[step] = reason

    def clear(self) -> None:
        """Forget what has been said."""
        self._reasons.clear()

    def before(self, step: int) -> list[str]:
        """The sentence that says which steps before this one are missing, with the last reason.

        A step that is tried again, as the last one of a fit is, is not missing when it comes through.
        """
        steps = sorted(number for number in self._reasons if number < step)
        if not steps:
            return []
        spans = [
            [number for _, number in span]
            for _, span in groupby(enumerate(steps), key=lambda item: item[1] - item[0])
        ]
        named = ", ".join(f"{span[0]} to {span[-1]}" if len(span) > 1 else str(span[0]) for span in spans)
        which = f"epochs {named} are" if len(steps) > 1 else f"epoch {named} is"
        return [f"{which} missing: {self._reasons[steps[-1]]}."]
