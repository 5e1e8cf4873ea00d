"""One line of the reliability table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was tried and how often, what had to come out, and what did.

    Args:
        what: the trial with its number, such as "1,000 writers killed at random moments".
        goal: what has to hold, such as "0 completed epochs lost".
        measured: what came out, in the same words.
        reached: whether the goal was.
    """

    what: str
    goal: str
    measured: str
    reached: bool

    def __str__(self) -> str:
        return (
            f"{'reached' if self.reached else 'MISSED ':8s} {self.what}: {self.measured} (goal: {self.goal})"
        )
