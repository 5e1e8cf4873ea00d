"""Several processes train at once: the chief of a cluster alone writes, and no run disturbs another.

    python -m tests.reliability.several_processes LOG_DIR EPOCHS

trains once and logs with every view.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tb_convvis.callbacks import ConvVis
from tests.backend.boards import Board
from tests.reliability.figure import Figure
from tests.reliability.repeated_training import network, pictures

ROOT = Path(__file__).parents[2]
EPOCHS = 3
CLUSTER = {"chief": ["localhost:1"], "worker": ["localhost:2", "localhost:3"], "evaluator": ["localhost:4"]}
ROLES = (("chief", 0), ("worker", 0), ("worker", 1), ("evaluator", 0))
SECONDS = 60


def start(log_dir: Path, role: tuple[str, int] | None = None) -> subprocess.Popen[bytes]:
    """Begin a training in a process of its own, in a role of a cluster or by itself."""
    environment = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    if role is not None:
        task = {"type": role[0], "index": role[1]}
        environment["TF_CONFIG"] = json.dumps({"cluster": CLUSTER, "task": task})
    command = [sys.executable, "-m", __name__, str(log_dir), str(EPOCHS)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE)


def ended(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait for trainings, all of which must end well."""
    for process in processes:
        _, words = process.communicate()
        if process.returncode:
            raise RuntimeError(f"a training ended with {process.returncode}: {words.decode()[-2000:]}")


def files(log_dir: Path) -> int:
    """How many event files there are."""
    return sum(1 for _ in log_dir.rglob("*tfevents*"))


def steps_read(log_dir: Path, reader: str, runs: int) -> list[list[list[int]]]:
    """By run and view, the steps that a reader of TensorBoard shows, once it has read all or gives up."""
    board = Board(log_dir, reader)
    tags = [f"convvis/run/{view.view}" for view in ConvVis("unused", data=pictures(), budget=None).views]
    everything = [[list(range(EPOCHS + 1)) for _ in tags] for _ in range(runs)]
    deadline = time.monotonic() + SECONDS
    try:
        while True:
            shown = [board.tags(f"{run}/convvis") for run in range(runs)]
            found = [[of_run.get(tag, {}).get("steps", []) for tag in tags] for of_run in shown]
            if found == everything or time.monotonic() > deadline:
                return found
            time.sleep(0.1)
    finally:
        board.close()


def figures(short: bool) -> Iterator[Figure]:
    """Four roles of a cluster, and eight processes at once; in short a worker beside this process."""
    with tempfile.TemporaryDirectory() as directory:
        log_dir, shared = Path(directory, "runs"), Path(directory, "cluster")
        roles, runs = (ROLES[2:3], 1) if short else (ROLES, 8)
        of_role = {role: shared / f"{role[0]}{role[1]}" for role in roles}
        trainings = [start(path, role) for role, path in of_role.items()]
        trainings += [start(log_dir / str(run)) for run in range(1, runs)]
        train(log_dir / "0", EPOCHS)
        ended(trainings)
        written = {role: files(path) for role, path in of_role.items()}
        counts = ", ".join(f"{kind} {index}: {written[kind, index]}" for kind, index in roles)
        yield Figure(
            f"{len(roles)} of {len(ROLES)} roles of a cluster, each in a process of its own",
            "one file of the chief, none of the others",
            counts,
            all(count == (kind == "chief") for (kind, _), count in written.items()),
        )
        expected = len(ConvVis("unused", data=pictures(), budget=None).views) * (EPOCHS + 1) * runs
        for reader in ("rust", "python"):
            found = steps_read(log_dir, reader, runs)
            shown = sum(len(steps) for views in found for steps in views)
            yield Figure(
                f"{runs} of 8 processes that log {runs} runs at once, read by TensorBoard's {reader} reader",
                f"{expected} epochs of views shown",
                f"{shown} shown",
                shown == expected,
            )


def train(log_dir: Path, epochs: int) -> None:
    """Train once and log every view."""
    x, y = pictures()
    callback = ConvVis(log_dir, data=(x, y), budget=None)
    network().fit(x, y, batch_size=8, epochs=epochs, verbose=0, callbacks=[callback])


if __name__ == "__main__":
    train(Path(sys.argv[1]), int(sys.argv[2]))
