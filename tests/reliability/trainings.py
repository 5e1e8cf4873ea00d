"""What runs in the children of the measurements: real trainings, and writers without one."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from tb_convvis import schema
from tb_convvis.callbacks import ConvVis
from tb_convvis.events import EventWriter
from tests.callbacks.helpers import fit, small_model
from tests.reliability.child import Mouth
from tests.reliability.disk import small_disk

FILTERS = "convvis/filters/backbone/conv1"
HISTOGRAM = "convvis/weights/head/kernel"
SIZES = {"small": 1, **{f"medium-{number}": 300 for number in range(8)}, "large": 40_000}
"""Filters in the records of each tag: several of them fill a page of the buffer, and one of them many."""


def payload(run: int, subject: str, step: int) -> list[bytes]:
    """What `write_forever` writes, which whoever reads it can tell beforehand."""
    values = np.arange(SIZES[subject], dtype=np.float32).reshape(1, 1, 1, -1) + 1_000 * run + step
    return schema.encode("filters", {"layer": subject}, [values], logged=step + 1)


def write_forever(mouth: Mouth, directory: str, run: int, max_file_bytes: int) -> None:
    """Write step after step, and say of each that it is written."""
    writer = EventWriter(directory, max_file_bytes)
    writer.start(0)
    mouth.send("begun")
    for step in count():
        for subject in SIZES:
            writer.write("filters", subject, step, payload(run, subject, step))
        writer.flush()
        mouth.send(step)


class Announce(keras.callbacks.Callback):
    """Says of every step that it is through, with the kernel of the first convolution; put behind ConvVis.

    Args:
        mouth: what it speaks through.
        whose: said before each step, where there are several trainings.
        offset: steps of an earlier fit of the same model, which ConvVis counts on.
        stop_after: epochs after which training stops; None for as many as were planned.
    """

    def __init__(
        self, mouth: Mouth, *whose: int | str, offset: int = 0, stop_after: int | None = None
    ) -> None:
        super().__init__()
        self._mouth, self._whose, self._offset, self._stop_after = mouth, whose, offset, stop_after
        self._first: int | None = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self._first is None:
            self._first = epoch
            self._say(epoch)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._say(epoch + 1)
        if self._stop_after is not None and epoch + 1 - (self._first or 0) >= self._stop_after:
            self.model.stop_training = True

    def _say(self, step: int) -> None:
        kernel = self.model.get_layer("backbone").get_layer("conv1").kernel
        self._mouth.send((*self._whose, step + self._offset, np.asarray(kernel, np.float32).tobytes()))


def train(mouth: Mouth, log_dir: str, seed: int) -> None:
    """Train until killed."""
    fit(small_model(seed), ConvVis(log_dir, budget=None), Announce(mouth), epochs=10_000)


def train_with_backup(mouth: Mouth, log_dir: str, backup: str, seed: int, stop_after: int | None) -> None:
    """Train with Keras's own backup, in the order of callbacks that the README asks for."""
    restore = keras.callbacks.BackupAndRestore(backup, double_checkpoint=True)
    announce = Announce(mouth, stop_after=stop_after)
    fit(small_model(seed), ConvVis(log_dir, budget=None), restore, announce, epochs=10_000)


class Episode(NamedTuple):
    """The disk is full from one step to before another, but for some pages."""

    first: int
    end: int
    free_pages: int


class Trouble(keras.callbacks.Callback):
    """Makes trouble before one step is logged and ends it before another; put before ConvVis.

    Args:
        first, end: these steps; an `end` behind the last one is the end of training.
        begin_it, end_it: what is called.
    """

    def __init__(
        self,
        first: int,
        end: int,
        begin_it: Callable[[], object],
        end_it: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        self._first, self._end = first, end
        self._begin_it, self._end_it, self._in_it = begin_it, end_it, False

    def on_train_begin(self, logs: Any = None) -> None:
        self._at(0)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._at(epoch + 1)

    def on_train_end(self, logs: Any = None) -> None:
        self._at(self._end)

    def _at(self, step: int) -> None:
        before, self._in_it = self._in_it, self._first <= step < self._end
        if self._in_it and not before:
            self._begin_it()
        elif before and not self._in_it:
            self._end_it()


def train_on_full_disks(mouth: Mouth, directory: str, episodes: Sequence[Episode], epochs: int) -> None:
    """Train once per episode, say (episode, step, kernel) of each step, and leave the logs in `directory`."""
    warnings.simplefilter("ignore")
    disk = small_disk(Path(directory) / "disk")
    mouth.send(disk.what)
    model = small_model()
    for number, episode in enumerate(episodes):
        log_dir = disk.directory / f"{number:02d}"
        fill = Trouble(episode.first, episode.end, partial(disk.fill, episode.free_pages), disk.free)
        fit(model, fill, ConvVis(log_dir, budget=None), Announce(mouth, number), epochs=epochs)
        shutil.copytree(log_dir, Path(directory) / "logs" / log_dir.name)
        shutil.rmtree(log_dir)
