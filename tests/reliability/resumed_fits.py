"""Trainings killed and resumed with Keras's BackupAndRestore: no step is missing, none is there twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tb_convvis import schema
from tests.reliability.child import Child
from tests.reliability.figure import Figure
from tests.reliability.killed_fits import MOST_SECONDS, MOST_STEPS, Said, lost_or_wrong
from tests.reliability.readings import Reading, read_by_all
from tests.reliability.trainings import FILTERS, train_with_backup

GO_ON = 3
"""Epochs of the resumed fit: enough to pass every step of the killed one, whose backup is one behind."""


def figures(short: bool) -> Iterator[Figure]:
    """Kill and resume trainings; the same is read back by all three readers."""
    chance = random.Random(2)
    cycles = 1 if short else 50
    with TemporaryDirectory() as directory:
        said = {run: _cycle(Path(directory), f"{run:03d}", chance) for run in range(cycles)}
        reading, wrong = read_by_all(Path(directory) / "logs")
    for run, (before, after) in said.items():
        wrong += [f"{run}: {problem}" for problem in _problems(reading, f"{run:03d}/convvis", before, after)]
    yield Figure(
        f"{cycles} trainings killed and resumed with BackupAndRestore(double_checkpoint=True)",
        "0 completed epochs lost, no step twice, the newest values, three readers equal",
        f"{len(wrong)} lost, double, old or different in {sum(len(b) + len(a) for b, a in said.values()):,} "
        f"completed epochs {'; '.join(wrong[:3])}".rstrip(),
        not wrong,
    )


def _cycle(directory: Path, run: str, chance: random.Random) -> tuple[list[Said], list[Said]]:
    """What the killed and the resumed fit said of their steps."""
    log_dir, backup = str(directory / "logs" / run), str(directory / "backups" / run)
    seed = chance.randrange(2**30)
    with Child(train_with_backup, log_dir, backup, seed, None) as killed:
        # From the first completed epoch on: before, there is nothing to resume from.
        killed.listen(2 + chance.randrange(MOST_STEPS))
        killed.kill_after(chance.uniform(0, MOST_SECONDS))
    with Child(train_with_backup, log_dir, backup, seed + 1, GO_ON) as resumed:
        resumed.listen_to_end()
    return killed.said, resumed.said


def _problems(reading: Reading, run: str, before: list[Said], after: list[Said]) -> list[str]:
    first = after[0][0]
    behind = before[-1][0] - first
    problems = [] if behind in (-1, 0, 1) else [f"resumed at {first} after {before[-1][0]}: not a resume"]
    completed = [(step, kernel) for step, kernel in before if step < first] + after
    # A step that the killed fit had logged and not said is the first one of the resumed fit.
    problems += [f"steps {[step for step, _ in completed]}"] * (
        [step for step, _ in completed] != list(range(after[-1][0] + 1))
    )
    problems += lost_or_wrong(reading, run, completed)
    counts = [schema.parse_manifest(point.payload[0]).logged for point in reading.get((run, FILTERS), [])]
    problems += [f"counts {counts}"] * (counts != list(range(1, len(completed) + 1)))
    return problems
