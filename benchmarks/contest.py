"""One row of the table: a task, who does it, and the measuring of all of them in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks.peer import PEERS, Peer, PeerError
from benchmarks.rounds import Run, Spread, interleave

OURS, LIMIT, OBVIOUS = "here", "limit", "obvious way"


@dataclass(frozen=True)
class Limit:
    """What no implementation gets below: a measured run, and the share of its work that cannot be left out.

    `words` says what is counted.
    """

    words: str
    run: Run
    share: float = 1.0


@dataclass(frozen=True)
class Goal:
    """What a row shall reach: the median of `of`, or of its ratio to `over`, at least or at most `bound`."""

    of: str
    over: str | None
    bound: float
    at_most: bool = False

    def measured(self, values: Mapping[str, list[float]]) -> float | None:
        """The median; None where someone has no values."""
        if self.of not in values or (self.over is not None and self.over not in values):
            return None
        if self.over is None:
            return Spread.of(values[self.of]).median
        return Spread.of_ratio(values[self.of], values[self.over]).median

    def met(self, value: float) -> bool:
        """Whether a median is within the bound."""
        return value <= self.bound if self.at_most else value >= self.bound


@dataclass(frozen=True)
class Contest:
    """A row that is set up.

    Args:
        ours: this project.
        limit: what nobody gets below.
        obvious: what one would write without this project, and `obvious_words` what that is.
        judge: given a peer's name and its arrays, by how much they differ from ours, relative to the largest;
            None where they cannot be compared.
        runs: peers that need no process of their own, by name.
        goals: what this project is meant to reach.
    """

    ours: Run
    limit: Limit | None = None
    obvious: Run | None = None
    obvious_words: str = ""
    judge: Callable[[str, Mapping[str, Any]], float | None] | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)
    goals: Sequence[Goal] = ()


@dataclass(frozen=True)
class Row:
    """A task.

    Args:
        name: what is done, on which model.
        what: geometry and amounts, in words.
        set_up: makes it ready; given a folder, in which it lays down what peers need.
        peers: the task's name in the scripts of the peers that have it.
        lacks: why the others have not.
        most_rounds: no more rounds than this.
        warm_up: whether each has a first run that is not counted.
        unit: what is measured: seconds, or a share of an epoch's time.
    """

    name: str
    what: str
    set_up: Callable[[Path], Contest]
    peers: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)
    most_rounds: int = 1000
    warm_up: bool = True
    unit: Literal["s", "share"] = "s"


@dataclass
class Measured:
    """A row's values, one a round, by who did it; and why someone has none."""

    row: Row
    values: dict[str, list[float]]
    errors: dict[str, str]
    differences: dict[str, float]
    limit_words: str = ""
    obvious_words: str = ""
    goals: Sequence[Goal] = ()


class Crew:
    """The peers, each started when it is first needed; one that ended is started again for the next task."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._at_work: dict[str, Peer] = {}

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> Peer:
        if name not in self._at_work:
            self._at_work[name] = self._stack.enter_context(Peer(PEERS[name]))
        return self._at_work[name]

    def dismiss(self, name: str) -> None:
        """Begin the next task with a new process."""
        peer = self._at_work.pop(name, None)
        if peer is not None:
            peer.close()


SAME_RESULT = 1e-3
"""By how much a peer's result may differ from ours, relative to the largest value."""


def measure(row: Row, crew: Crew, rounds: int) -> Measured:
    """Set a row up, let everyone do it once uncounted, then `rounds` times in turn."""
    measured = Measured(row, {}, dict(row.lacks), {})

    def failed(name: str, error: Exception) -> None:
        if name not in PEERS:
            raise error
        measured.errors[name] = str(error)
        crew.dismiss(name)

    with tempfile.TemporaryDirectory() as folder:
        contest = row.set_up(Path(folder))
        measured.goals = contest.goals
        runs = {OURS: contest.ours}
        if contest.limit is not None:
            runs[LIMIT] = contest.limit.run
            measured.limit_words = contest.limit.words
        if contest.obvious is not None:
            runs[OBVIOUS] = contest.obvious
            measured.obvious_words = contest.obvious_words
        for run in runs.values() if row.warm_up else ():
            run()
        for name, run in contest.runs.items():
            try:
                run()
                runs[name] = run
            except PeerError as error:
                failed(name, error)
        for name, task in row.peers.items():
            try:
                answer = crew[name].prepare(task, Path(folder))
                difference = contest.judge(name, answer) if contest.judge else None
                if difference is not None:
                    if not difference <= SAME_RESULT:
                        raise PeerError(f"its result is another: differs by {difference:.1e} of the largest")
                    measured.differences[name] = difference
                runs[name] = crew[name].run
            except PeerError as error:
                failed(name, error)
        measured.values = interleave(runs, min(rounds, row.most_rounds), failed)
    if contest.limit is not None:
        share = contest.limit.share
        measured.values[LIMIT] = [seconds * share for seconds in measured.values[LIMIT]]
    return measured
