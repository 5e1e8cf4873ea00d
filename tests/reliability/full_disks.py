"""A disk that is full for some epochs of a training: those alone may be missing, and the log says which."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.child import Child
from tests.reliability.figure import Figure
from tests.reliability.readings import Reading, read_by_all
from tests.reliability.trainings import FILTERS, HISTOGRAM, Episode, train_on_full_disks

EPOCHS = 8
TAGS = (FILTERS, HISTOGRAM, "convvis/run/filters", "convvis/run/weights")


def figures(short: bool) -> Iterator[Figure]:
    """Fill the disk in trainings of one process; what is left on it is read back by all three readers."""
    chance = random.Random(3)
    # One is full as training begins, one as it ends.
    episodes = [Episode(0, 2, 0), Episode(EPOCHS - 1, EPOCHS + 1, 0)]
    for _ in range(0 if short else 18):
        first = chance.randrange(EPOCHS)
        episodes.append(Episode(first, first + chance.randrange(2, 5), chance.choice([0, 0, 1])))
    with TemporaryDirectory() as directory, Child(train_on_full_disks, directory, episodes, EPOCHS) as child:
        child.listen_to_end()
        reading, wrong = read_by_all(Path(directory) / "logs")
    disk, *said = child.said
    missing = 0
    for number, episode in enumerate(episodes):
        run = f"{number:02d}/convvis"
        kernels = {step: kernel for of, step, kernel in said if of == number}
        wrong += [f"{run}: {problem}" for problem in _problems(reading, run, episode, kernels)]
        missing += EPOCHS + 1 - len(reading.get((run, FILTERS), []))
    yield Figure(
        f"{len(episodes)} times a full disk ({disk})",
        "only epochs of the full disk missing, the log names them, three readers equal",
        f"{missing} epochs missing, {len(wrong)} others lost, wrong or not named "
        f"{'; '.join(wrong[:3])}".rstrip(),
        not wrong and missing > 0,
    )


def _problems(reading: Reading, run: str, episode: Episode, kernels: dict[int, bytes]) -> list[str]:
    problems = [] if sorted(kernels) == list(range(EPOCHS + 1)) else [f"training said {sorted(kernels)}"]
    full = set(range(episode.first, episode.end))
    points = {tag: reading.get((run, tag), []) for tag in TAGS}
    steps = {tag: [point.step for point in found] for tag, found in points.items()}
    for tag, found in steps.items():
        if found != sorted(set(found)):
            problems.append(f"{tag} has a step twice: {found}")
        lost = set(kernels) - full - set(found)
        problems += [f"{tag} lacks {sorted(lost)}, full were {sorted(full)}"] * bool(lost)
    for point in points[FILTERS]:
        if point.payload[1] != kernels.get(point.step):
            problems.append(f"another kernel at step {point.step}")
    for tag in TAGS[2:]:
        named = {step for point in points[tag] for step in named_missing(point.payload[0].decode())}
        absent = set(kernels) - set(steps[tag])
        # After the last epoch there is no record that could name it.
        absent = {step for step in absent if step < max(steps[tag], default=0)}
        if named != absent:
            problems.append(f"{tag} names {sorted(named)} as missing, absent are {sorted(absent)}")
    if not reading.get((run, "convvis/run/model")):
        problems.append("no record of the model")
    return problems


def named_missing(manifest: str) -> set[int]:
    """The steps that the notes of a status record name as missing."""
    named: set[int] = set()
    for sentence in re.findall(r"epochs? ([\d, to]+) (?:is|are) missing", manifest):
        for span in sentence.split(", "):
            first, _, last = span.partition(" to ")
            named |= set(range(int(first), int(last or first) + 1))
    return named
