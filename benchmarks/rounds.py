"""Several runs measured in turn, so that the machine's drift meets all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Run = Callable[[], float]
"""Does its work once and returns what is measured, as a rule its seconds."""


def timed(work: Callable[[], object]) -> Run:
    """`work` as a run that returns its seconds."""

    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


def interleave(
    runs: Mapping[str, Run], rounds: int, failed: Callable[[str, Exception], None] | None = None
) -> dict[str, list[float]]:
    """The results of each run, one a round, the order reversed every other round.

    Args:
        runs: by name; each has had its first run, which compiles.
        rounds: how many.
        failed: called with the name of a run and its error; the others go on, the run has no results.
            None lets the error pass.
    """
    found: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(found)[:: 1 if number % 2 == 0 else -1]:
            try:
                found[name].append(runs[name]())
            except Exception as error:
                if failed is None:
                    raise
                failed(name, error)
                del found[name]
    return found


def compare(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each, in turn, after one run of each that is not counted."""
    for work in works.values():
        work()
    found = interleave({name: timed(work) for name, work in works.items()}, rounds)
    return {name: statistics.median(values) for name, values in found.items()}


@dataclass(frozen=True)
class Spread:
    """Median, least and largest of some rounds."""

    median: float
    least: float
    largest: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        """Of one value a round."""
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def of_ratio(cls, values: list[float], to: list[float]) -> Spread:
        """Of the ratios of two runs, each within a round."""
        return cls.of([value / other for value, other in zip(values, to, strict=True)])
