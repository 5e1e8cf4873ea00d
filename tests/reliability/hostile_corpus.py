"""Hostile log directories, each with a healthy run beside what is damaged, forged or odd.

python -m tests.reliability.hostile_corpus DIR [name ...]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tb_convvis import schema
from tests.logs import write_run
from tests.reliability.damaged_files import DAMAGED_FILES
from tests.reliability.forged_records import FORGED_RECORDS
from tests.reliability.hostile_names import write_hostile_names, write_run_names, write_tag_names
from tests.reliability.odd_directories import ODD_DIRECTORIES

HEALTHY_STEPS = 3
HOSTILE = "attack"
"""The training that is damaged, forged or odd."""
HOSTILE_RUN = f"{HOSTILE}/{schema.RUN_DIRECTORY}"

MOST_HEALTHY = 12


def _as_run(write: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda root: write(root / HOSTILE_RUN)


CORPUS: dict[str, Callable[[Path], None]] = {
    **{name: _as_run(write) for name, write in DAMAGED_FILES.items()},
    **{name: _as_run(write) for name, write in FORGED_RECORDS.items()},
    **{name: _as_run(write) for name, write in ODD_DIRECTORIES.items()},
    "names-of-layers-and-classes": lambda root: write_hostile_names(root / HOSTILE),
    "names-of-tags": _as_run(write_tag_names),
    "names-of-runs": write_run_names,
}
"""What writes each log directory, by its name."""


def write_hostile(name: str, root: Path) -> None:
    """Write one directory of the corpus, and healthy runs until one comes after what is hostile.

    TensorBoard's Python reader takes directories in the order of the file system, and what kills it hurts
    those that it has not read yet.
    """
    CORPUS[name](root)
    for number in range(MOST_HEALTHY):
        write_run(root / f"healthy{number}", range(HEALTHY_STEPS), {"conv1": (3, 3, 3, 4)}, keras=False)
        *_, last = root.iterdir()
        if last.name.startswith("healthy"):
            break


def healthy_runs(root: Path) -> set[str]:
    """The names of the healthy runs."""
    return {f"{path.name}/{schema.RUN_DIRECTORY}" for path in root.glob("healthy*")}


def main() -> None:
    """Write the corpus, or the directories named."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.hostile_corpus", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("names", nargs="*", choices=[*CORPUS, []], metavar="name")
    arguments = parser.parse_args()
    for name in arguments.names or CORPUS:
        write_hostile(name, arguments.directory / name)
    print(f"{len(arguments.names or CORPUS)} log directories in {arguments.directory}")


if __name__ == "__main__":
    main()
