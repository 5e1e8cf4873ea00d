"""How many steps of each tag a run holds, which every record says of itself."""

from __future__ import annotations

from collections.abc import Mapping


class LoggedCounts:
    """Counts of the steps that were logged; a step counts once it is flushed.

    Args:
        earlier: counts of what earlier fits logged, by tag.

    Example:
        >>> counts = LoggedCounts({"convvis/filters/conv1": 3})
        >>> counts.wrote("convvis/filters/conv1", 4)
        >>> counts.before("convvis/filters/conv1", 5)
        3
        >>> counts.flushed()
        >>> counts.before("convvis/filters/conv1", 5)
        4
    """

    def __init__(self, earlier: Mapping[str, int] | None = None) -> None:
        self._earlier = dict(earlier or {})
        self._steps: dict[str, set[int]] = {}
        self._unflushed: list[tuple[str, int]] = []

    def wrote(self, tag: str, step: int) -> None:
        """Take note of a record that was written."""
        self._unflushed.append((tag, step))

    def flushed(self) -> None:
        """Count what was written: it is safe now."""
        for tag, step in self._unflushed:
            self._steps.setdefault(tag, set()).add(step)
        self._unflushed.clear()

    def lost(self) -> None:
        """Forget what was written and not flushed."""
        self._unflushed.clear()

    def before(self, tag: str, step: int) -> int:
        """How many steps of a tag below this one are logged."""
        return self._earlier.get(tag, 0) + sum(logged < step for logged in self._steps.get(tag, ()))

    def all_before(self, step: int) -> dict[str, int]:
        """The same of every tag."""
        return {tag: self.before(tag, step) for tag in {*self._earlier, *self._steps}}
