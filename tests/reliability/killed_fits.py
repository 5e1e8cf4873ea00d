"""Trainings killed at random moments: every epoch that `ConvVis` had logged is there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.child import Child
from tests.reliability.figure import Figure
from tests.reliability.readings import Reading, read_by_all
from tests.reliability.trainings import FILTERS, HISTOGRAM, train

MOST_STEPS, MOST_SECONDS = 12, 0.3
"""A training is killed after some of so many steps and a part of this time, about that of an epoch or two."""

Said = tuple[int, bytes]
"""A step and the kernel of the first convolution at it."""


def figures(short: bool) -> Iterator[Figure]:
    """Kill trainings; the same is read back by all three readers."""
    chance = random.Random(1)
    kills = 2 if short else 100
    with TemporaryDirectory() as directory:
        said = {run: _kill(Path(directory) / f"{run:03d}", run, chance) for run in range(kills)}
        reading, wrong = read_by_all(Path(directory))
    for run, completed in said.items():
        wrong += [
            f"run {run}: {problem}" for problem in lost_or_wrong(reading, f"{run:03d}/convvis", completed)
        ]
    yield Figure(
        f"{kills} trainings killed at random moments",
        "0 completed epochs lost, no record wrong, three readers equal",
        f"{len(wrong)} lost, wrong or different in {sum(map(len, said.values())):,} completed epochs "
        f"{'; '.join(wrong[:3])}".rstrip(),
        not wrong and any(said.values()),
    )


def _kill(log_dir: Path, seed: int, chance: random.Random) -> list[Said]:
    with Child(train, str(log_dir), seed) as child:
        child.listen(chance.randrange(MOST_STEPS))
        child.kill_after(chance.uniform(0, MOST_SECONDS))
        return child.said


def lost_or_wrong(reading: Reading, run: str, completed: list[Said]) -> list[str]:
    """What of the completed steps is not there as it was; the step in the making may be there, too."""
    problems = []
    steps = [step for step, _ in completed]
    for tag in (FILTERS, HISTOGRAM, "convvis/run/filters", "convvis/run/weights"):
        found = [point.step for point in reading.get((run, tag), [])]
        begun = [*steps, steps[-1] + 1 if steps else 0]
        if found not in (steps, begun):
            problems.append(f"{tag} has the steps {found}, completed were {steps}")
    kernels = {point.step: point.payload[1] for point in reading.get((run, FILTERS), [])}
    problems += [
        f"another kernel at step {step}" for step, kernel in completed if kernels.get(step) != kernel
    ]
    if steps and not reading.get((run, "convvis/run/model")):
        problems.append("no record of the model")
    return problems
