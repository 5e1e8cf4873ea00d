"""Log directories that cannot be written, are taken away or are none of the local disk's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.reliability.child import Child
from tests.reliability.figure import Figure
from tests.reliability.full_disks import named_missing
from tests.reliability.readings import Reading, read_by_all
from tests.reliability.trainings import FILTERS
from tests.reliability.troubled_directories import (
    END,
    EPOCHS,
    FIRST,
    IMPOSSIBLE,
    SMALL_FILE,
    train_in_trouble,
)

STEPS = list(range(EPOCHS + 1))
STATUS = "convvis/run/filters"


def figures(short: bool) -> Iterator[Figure]:
    """Train once in each kind of trouble, in the short form, too."""
    with TemporaryDirectory() as directory, Child(train_in_trouble, directory) as child:
        child.listen_to_end()
        reading, different = read_by_all(Path(directory) / "logs")
        files = len(list((Path(directory) / "logs" / "rotated" / "convvis").iterdir()))
    cover, *said = child.said
    impossible = {name: (epochs, warned) for name, epochs, warned in said if name in IMPOSSIBLE}
    kernels: dict[str, dict[int, bytes]] = {}
    for name, step, kernel in said:
        kernels.setdefault(name, {})[step] = kernel
    logs = {
        name: _Log(reading, name, kernels[name]) for name in ("covered", "removed", "again", "ram", "rotated")
    }

    covered = logs["covered"]
    absent, trouble = set(STEPS) - set(covered.steps), set(range(FIRST, END))
    yield Figure(
        f"{cover} in place of the log directory for epochs {FIRST} to {END - 1}",
        "only those missing, and named",
        f"the log has {covered}",
        covered.right and bool(absent) and absent <= covered.named <= trouble,
    )
    removed = logs["removed"]
    yield Figure(
        f"the log directory removed before epoch {FIRST} is logged",
        "the epochs after it there, it is named",
        f"the log has {removed}",
        removed.right and removed.steps == STEPS[FIRST + 1 :] and removed.named == {FIRST},
    )
    again = logs["again"]
    yield Figure(
        "a fit of 2 epochs on a full disk, then one of 3 with room, in one process",
        "the second fit there whole, the first one named",
        f"the log has {again}",
        again.right and again.steps == [2, 3, 4, 5] and again.named == {0, 1},
    )
    yield Figure(
        f"{len(impossible)} impossible log directories ({', '.join(impossible)})",
        "training ends, with one warning",
        f"(epochs, warnings) are {sorted(set(impossible.values()))}",
        set(impossible.values()) == {(2, 1)} and len(impossible) == len(IMPOSSIBLE),
    )
    for name, what, least in (
        ("ram", "ram://", 1),
        ("rotated", f"a new file every {SMALL_FILE:,} bytes, {files} files", 2),
    ):
        log = logs[name]
        reached = log.right and log.steps == STEPS and files >= least
        yield Figure(what, "every epoch there", f"the log has {log}", reached)
    yield Figure(
        "these logs, point by point",
        "three readers equal",
        "; ".join(different[:3]) or f"{sum(map(len, reading.values()))} points, all equal",
        not different,
    )


class _Log:
    """What a reader has of one training."""

    def __init__(self, reading: Reading, name: str, kernels: dict[int, bytes]) -> None:
        run = f"{name}/convvis"
        points = reading.get((run, FILTERS), [])
        self.steps = [point.step for point in points]
        statuses = reading.get((run, STATUS), [])
        self.named = {step for point in statuses for step in named_missing(point.payload[0].decode())}
        self.right = bool(reading.get((run, "convvis/run/model"))) and all(
            point.payload[1] == kernels.get(point.step) for point in points
        )

    def __str__(self) -> str:
        named = f", {sorted(self.named)} named as missing" if self.named else ""
        return f"the epochs {self.steps}{named}{'' if self.right else ', something wrong in it'}"
