"""The run directory of one training, shared by every callback that logs there."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.callbacks.announcement import announce
from tb_convvis.callbacks.fit_cost import FitCost
from tb_convvis.callbacks.logged_counts import LoggedCounts
from tb_convvis.callbacks.missing_epochs import MissingEpochs
from tb_convvis.callbacks.model_record import model_facts
from tb_convvis.callbacks.run_directory import logged_before, new_run, newest_run, run_name
from tb_convvis.events import EventWriter

RESUMES = "resumes"
"""Of the parameters of a loop of one's own: whether its first step goes on in the newest run."""


class LogWriteError(OSError):
    """A log directory that cannot be written at the moment."""


class TrainingLog:
    """Where and under which steps one `fit` is logged.

    Callbacks that log into the same directory share one, so that it has one event file at a time.
    A step is the number of completed epochs. Nothing on disk is touched before the first record.

    Which run a fit belongs to:

    * the same model trained on, in this process: its run goes on, its steps count on;
    * a fit that begins at a later epoch (`initial_epoch`, BackupAndRestore), or a loop that says so
      (`RESUMES`): the newest run in the directory goes on at that step;
    * anything else: a new run, `convvis`, or `convvis-2` and so on where there is one already, so that
      no training hides another.
    """

    _of_directory: ClassVar[dict[str, TrainingLog]] = {}

    def __init__(
        self,
        log_dir: str,
        params: Mapping[str, Any] | None,
        model: keras.Model,
        previous: TrainingLog | None,
    ) -> None:
        self.log_dir = log_dir
        self.first_step = 0
        self.last_step = 0
        self.cannot_write_was_said = False
        self.missing: dict[str, MissingEpochs] = {}
        """By view; what the fit before could not write is said by the one that goes on in its run."""
        self.cost = FitCost()
        self._params = params
        self._model = weakref.ref(model)
        self._previous = previous
        self._epoch_to_step: int | None = None
        self._resumes = False
        self._directory: str | None = None
        self._writer: EventWriter | None = None
        self._described = False
        self._finished = False
        self._writes = True
        self._counts = LoggedCounts()
        self._views: dict[str, Mapping[str, Any]] = {}
        self._class_names: Sequence[str] | None = None
        self._said: set[str] = set()

    @classmethod
    def join(
        cls,
        log_dir: str,
        params: Mapping[str, Any] | None,
        model: keras.Model,
        *,
        view: str,
        settings: Mapping[str, Any],
        class_names: Sequence[str] | None,
    ) -> TrainingLog:
        """Return the log of the fit that `params` belongs to, made by the first callback that asks.

        Args:
            log_dir: the user's log directory, local or remote.
            params: the callback's `params`: Keras hands the same object to every callback of a fit; None
                in a training loop that sets none.
            model: the model being trained.
            view: the view that will be logged.
            settings: the view's arguments, for the record of the run.
            class_names: names of the classes, or None.

        Raises:
            ValueError: the view is logged there already.
        """
        key = log_dir if "://" in log_dir else str(Path(log_dir).absolute())
        log = cls._of_directory.get(key)
        if log is None or not log._is_of(params, view):
            if log is not None:
                log.close()
                log._previous = None
            log = cls._of_directory[key] = cls(log_dir, params, model, previous=log)
        if view in log._views:
            raise ValueError(
                f"two callbacks log the view {view!r} into {log_dir!r} in one fit. "
                "Keep one of them, or give the second another log_dir."
            )
        log._views[view] = settings
        log._class_names = log._class_names or class_names
        return log

    def begin(self, epoch: int) -> None:
        """Take note of the first epoch of the fit; later calls change nothing."""
        if self._epoch_to_step is None:
            previous = self._previous if self._goes_on() else None
            resumes = (self._params or {}).get(RESUMES, epoch > 0)
            self._epoch_to_step = previous.last_step if previous and not resumes else 0
            self._resumes = resumes or (previous is not None and previous._resumes)
            self.missing = previous.missing if previous else {}
            self.first_step = self.last_step = epoch + self._epoch_to_step

    def completed(self, epoch: int) -> int:
        """Return the step after `epoch` (from 0) is through."""
        self.last_step = epoch + 1 + (self._epoch_to_step or 0)
        return self.last_step

    @property
    def planned(self) -> range | None:
        """The steps from epoch 0 of the fit, wherever it resumes, to its planned end; None without one."""
        epochs = (self._params or {}).get("epochs")
        before = self._epoch_to_step or 0
        return None if epochs is None else range(before, before + int(epochs) + 1)

    def missing_of(self, view: str) -> MissingEpochs:
        """What could not be written of a view."""
        return self.missing.setdefault(view, MissingEpochs())

    def write(
        self,
        kind: str,
        subject: str,
        step: int,
        facts: Mapping[str, Any],
        blobs: Sequence[schema.Blob] = (),
    ) -> int:
        """Write one record and return its size in bytes; raises LogWriteError."""
        if not self._writes:
            return 0
        writer = self._open()
        tag = schema.make_tag(kind, subject)
        payload = schema.encode(kind, facts, blobs, logged=self._counts.before(tag, step) + 1)
        before = writer.bytes_written
        with self._writing():
            writer.write(kind, subject, step, payload)
        self._counts.wrote(tag, step)
        return writer.bytes_written - before

    def write_histogram(self, tag: str, step: int, buckets: NDArray[np.float64]) -> int:
        """Write one histogram and return its size in bytes; raises LogWriteError."""
        if not self._writes:
            return 0
        writer = self._open()
        before = writer.bytes_written
        with self._writing():
            writer.write_histogram(tag, step, buckets)
        return writer.bytes_written - before

    @contextmanager
    def unwritten(self) -> Iterator[None]:
        """Let views look at a state without writing it."""
        self._writes = False
        try:
            yield
        finally:
            self._writes = True

    def flush(self) -> None:
        """Make sure that what was written survives this process; raises LogWriteError."""
        if self._writer is not None:
            with self._writing():
                self._writer.flush()
        self._counts.flushed()

    def announce_cost(self) -> None:
        """Print once what one logged epoch costs."""
        cost = self.cost.sentence()
        if cost is not None:
            self.say("cost", f"{cost}, in {self._directory}")

    def say(self, topic: str, sentence: str) -> None:
        """Print a sentence, once per topic, unless the fit is silent."""
        if topic not in self._said:
            announce(sentence, self._params)
        self._said.add(topic)

    def leave(self, view: str) -> None:
        """Say that a view is done with this fit; the last one closes the file."""
        self._views.pop(view, None)
        if not self._views:
            self._finished = True
            self.close()

    def close(self) -> None:
        """Close the event file; a failure here loses nothing, for every epoch was flushed.

        A local directory into which nothing could be written is removed, and its name free again.
        """
        if self._writer is not None:
            with suppress(tf.errors.OpError, OSError):
                self._writer.close()
        if self._directory is not None and "://" not in self._directory:
            with suppress(OSError):  # it holds what was written
                Path(self._directory).rmdir()
                self._directory = self._writer = None

    def _is_of(self, params: Mapping[str, Any] | None, view: str) -> bool:
        """Whether this is the log of the fit that a view is about to join."""
        again = params is None and view in self._views
        return self._params is params and not self._finished and not again

    def _goes_on(self) -> bool:
        """Whether the model was trained before, and what was logged of that is still there."""
        before = self._previous
        if before is None or before._model() is not self._model():
            return False
        return before._directory is None or tf.io.gfile.isdir(before._directory)

    def _open(self) -> EventWriter:
        model = self._model()
        # Made before anything is opened: a record that cannot be made must not leave a file behind.
        record = None
        if not self._described and getattr(model, "built", True):
            facts = {**model_facts(model), "settings": self._views, "class_names": self._class_names}
            record = schema.encode("run", facts)
        with self._writing():
            if self._writer is None:
                writer = EventWriter(self._choose_directory())
                writer.start(self.first_step)
                self._writer = writer
            if record is not None:
                self._writer.write("run", "model", self.last_step, record)
                self._described = True
        return self._writer

    def _choose_directory(self) -> str:
        if self._directory is not None:
            return self._directory
        if self._goes_on() and self._previous is not None and self._previous._directory is not None:
            self._directory = self._previous._directory
            self._counts = LoggedCounts(self._previous._counts.all_before(self.first_step))
            return self._directory
        newest = newest_run(self.log_dir)
        goes_on = self._resumes and newest > 0
        number = newest if goes_on else new_run(self.log_dir, newest)
        name = run_name(number)
        directory = f"{self.log_dir.rstrip('/')}/{name}"
        if goes_on:
            self._counts = LoggedCounts(logged_before(directory, self.first_step))
        elif number > 1:
            held = "holds another training" if newest else f"has a {run_name(1)} already"
            self.say("run", f"{self.log_dir} {held}; this one is logged as {name}.")
        self._directory = directory
        return directory

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn whatever TensorFlow or the system raises on a write into LogWriteError."""
        try:
            yield
        except (tf.errors.OpError, OSError) as error:
            # What was not flushed is lost, and what is written once per fit may be among it.
            self._counts.lost()
            self._described = False
            reason = getattr(error, "message", None) or error
            raise LogWriteError(f"cannot write to {self.log_dir!r}: {reason}") from error
