"""Writers killed at random moments: every epoch whose flush had returned is there, and nothing is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.child import Child
from tests.reliability.event_files import is_cut
from tests.reliability.figure import Figure
from tests.reliability.readings import Reading, read_by_all
from tests.reliability.trainings import SIZES, payload, write_forever

BATCH = 50
"""Kills whose logs are read back together, as runs of one log directory."""
MOST_STEPS, MOST_SECONDS = 8, 0.02
"""A writer is killed after some of so many steps and a part of this time, about that of two steps."""


def figures(short: bool) -> Iterator[Figure]:
    """Kill writers; the same is read back by all three readers."""
    chance = random.Random(0)
    kills = 20 if short else 1_000
    completed = points = cut = 0
    wrong: list[str] = []
    for first in range(0, kills, BATCH):
        with TemporaryDirectory() as directory:
            said = {
                run: _kill(Path(directory), run, chance) for run in range(first, min(first + BATCH, kills))
            }
            cut += sum(is_cut(path) for path in Path(directory).glob("*/*tfevents*"))
            reading, differences = read_by_all(Path(directory))
        completed += sum(map(len, said.values()))
        points += sum(map(len, reading.values()))
        wrong += differences
        for run, steps in said.items():
            wrong += _wrong(reading, run, steps)
    yield Figure(
        f"{kills:,} writers killed at random moments",
        "0 completed epochs lost, no record wrong, three readers equal",
        f"{len(wrong)} lost, wrong or different in {completed:,} completed epochs of {points:,} records; "
        f"{cut} files cut off in mid-record {'; '.join(wrong[:3])}".rstrip(),
        not wrong and completed > 0,
    )


def _kill(directory: Path, run: int, chance: random.Random) -> list[int]:
    """Kill one writer and return the steps that it had completed."""
    # Some begin a new file every few steps, so that the kill may fall on the change.
    max_file_bytes = chance.choice([2**26, 300_000])
    with Child(write_forever, str(directory / f"{run:04d}"), run, max_file_bytes) as child:
        child.listen(1 + chance.randrange(MOST_STEPS))
        child.kill_after(chance.uniform(0, MOST_SECONDS))
        return child.said[1:]


def _wrong(reading: Reading, run: int, completed: list[int]) -> list[str]:
    """What of a run is lost, doubled or not what was written; the step in the making may be there or not."""
    problems = []
    for subject in SIZES:
        points = reading.get((f"{run:04d}", f"convvis/filters/{subject}"), [])
        steps = [point.step for point in points]
        if steps not in (completed, list(range(len(completed) + 1))):
            problems.append(f"run {run} {subject}: has {steps[-3:]}, completed {completed[-3:]}")
        problems += [
            f"run {run} {subject}: step {point.step} is not what was written"
            for point in points
            if point.payload != tuple(payload(run, subject, point.step))
        ]
    return problems
