"""Trainings whose log directory gives trouble, one after the other in one process."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import tensorflow as tf

from tb_convvis.callbacks import ConvVis, training_log
from tb_convvis.events import EventWriter
from tests.callbacks.helpers import fit, small_model
from tests.reliability.child import Mouth
from tests.reliability.disk import Tmpfs, small_disk
from tests.reliability.trainings import Announce, Trouble

EPOCHS = 6
SMALL_FILE = 4_000
FIRST, END = 3, 5
"""The steps between which there is trouble in the middle of a training."""

IMPOSSIBLE = {
    "below a file": "file/run",
    "below a device": "/dev/null/run",
    "in /proc": "/proc/convvis",
    "of 300 letters": "x" * 300,
    "in a loop of links": "loop/run",
}


def train_in_trouble(mouth: Mouth, directory: str) -> None:
    """Train in every kind of trouble, say (name, step, kernel) of each step, and leave logs in `directory`.

    Says first what the read-only disk is, and of the impossible directories (name, epochs, warnings).
    """
    root = Path(directory)
    disk = small_disk(root / "disk")
    real = isinstance(disk, Tmpfs)
    mouth.send("a read-only disk" if real else "a file, as nothing can be mounted here,")
    model = small_model()

    def train(
        name: str,
        log_dir: Path | str,
        *trouble: keras.callbacks.Callback,
        epochs: int = EPOCHS,
        offset: int = 0,
    ) -> None:
        fit(
            model,
            *trouble,
            ConvVis(log_dir, budget=None),
            Announce(mouth, name, offset=offset),
            epochs=epochs,
        )

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        place = disk.directory / "covered"
        cover, uncover = (disk.cover, disk.uncover) if isinstance(disk, Tmpfs) else _swap(place)
        train("covered", place, Trouble(FIRST, END, cover, uncover))
        shutil.copytree(place, root / "logs" / "covered")

        place = root / "logs" / "removed"
        train("removed", place, Trouble(FIRST, END, partial(shutil.rmtree, place)))

        disk.fill()
        train("before", disk.directory / "again", epochs=2)
        disk.free()
        train("again", disk.directory / "again", epochs=3, offset=2)
        shutil.copytree(disk.directory / "again", root / "logs" / "again")

        _impossible(mouth, root, model, caught)

        train("ram", "ram://log")
        _copy("ram://log/convvis", root / "logs" / "ram" / "convvis")

        small = partial(EventWriter, max_file_bytes=SMALL_FILE)
        with mock.patch.object(training_log, "EventWriter", small):
            train("rotated", root / "logs" / "rotated")


def _impossible(mouth: Mouth, root: Path, model: keras.Model, caught: list[Any]) -> None:
    (root / "file").write_text("")
    (root / "loop").symlink_to("loop")
    for name, path in IMPOSSIBLE.items():
        caught.clear()
        history = fit(model, ConvVis(root / path, budget=None), epochs=2)
        said = [warning for warning in caught if "ConvVis cannot write" in str(warning.message)]
        mouth.send((name, len(history.epoch), len(said)))


def _swap(place: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    """Let a file appear in a directory's place, and the directory again."""
    aside = place.with_name("aside")

    def cover() -> None:
        place.rename(aside)
        place.write_text("")

    def uncover() -> None:
        place.unlink()
        aside.rename(place)

    return cover, uncover


def _copy(remote: str, local: Path) -> None:
    local.mkdir(parents=True)
    for name in tf.io.gfile.listdir(remote):
        tf.io.gfile.copy(f"{remote}/{name}", str(local / name))
