"""The run directory of one training, shared by every callback that logs there."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.callbacks.model_record import model_facts
from tb_convvis.callbacks.run_directory import newest_run, run_name
from tb_convvis.events import EventWriter


class LogWriteError(OSError):
    """A log directory that cannot be written at the moment."""


class TrainingLog:
    """Where and under which steps one `fit` is logged.

    Callbacks that log into the same directory share one, so that it has one event file at a time.
    A step is the number of completed epochs. Nothing on disk is touched before the first record.

    Which run a fit belongs to:

    * the same model trained on, in this process: its run goes on, its steps count on;
    * a fit that begins at a later epoch (`initial_epoch`, BackupAndRestore): the newest run in the
      directory goes on at that step;
    * anything else: a new run, `convvis`, or `convvis-2` and so on where there is one already, so that
      no training hides another.
    """

    _of_directory: ClassVar[dict[str, TrainingLog]] = {}

    def __init__(
        self, log_dir: str, params: Mapping[str, Any], model: keras.Model, previous: TrainingLog | None
    ) -> None:
        self.log_dir = log_dir
        self.first_step = 0
        self.last_step = 0
        self._params = params
        self._model = weakref.ref(model)
        self._previous = previous
        self._epoch_to_step = 0
        self._begun = False
        self._writer: EventWriter | None = None
        self._views: dict[str, Mapping[str, Any]] = {}
        self._class_names: Sequence[str] | None = None
        self._costs: dict[str, tuple[float, int]] = {}
        self._announced = False

    @classmethod
    def join(
        cls,
        log_dir: str,
        params: Mapping[str, Any],
        model: keras.Model,
        *,
        view: str,
        settings: Mapping[str, Any],
        class_names: Sequence[str] | None,
    ) -> TrainingLog:
        """Return the log of the fit that `params` belongs to, made by the first callback that asks.

        Args:
            log_dir: the user's log directory, local or remote.
            params: the callback's `params`: Keras hands the same object to every callback of a fit.
            model: the model being trained.
            view: the view that will be logged.
            settings: the view's arguments, for the record of the run.
            class_names: names of the classes, or None.

        Raises:
            ValueError: the view is logged there already.
        """
        key = log_dir if "://" in log_dir else str(Path(log_dir).absolute())
        log = cls._of_directory.get(key)
        if log is None or log._params is not params:
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
        if self._begun:
            return
        self._begun = True
        if epoch == 0 and self._goes_on():
            assert self._previous is not None  # noqa: S101 (for the type checker)
            self._epoch_to_step = self._previous.last_step
        self.first_step = self.last_step = epoch + self._epoch_to_step

    def completed(self, epoch: int) -> int:
        """Return the step after `epoch` (from 0) is through."""
        self.last_step = epoch + 1 + self._epoch_to_step
        return self.last_step

    @property
    def planned_last_step(self) -> int | None:
        """The step at which the fit is planned to end, where Keras says so."""
        epochs = self._params.get("epochs")
        return None if epochs is None else int(epochs) + self._epoch_to_step

    def write(self, kind: str, subject: str, step: int, payload: Sequence[bytes]) -> int:
        """Write one record and return its size in bytes; raises LogWriteError."""
        writer = self._open()
        before = writer.bytes_written
        with _write_errors(self.log_dir):
            writer.write(kind, subject, step, payload)
        return writer.bytes_written - before

    def write_histogram(self, tag: str, step: int, buckets: NDArray[np.float64]) -> int:
        """Write one histogram and return its size in bytes; raises LogWriteError."""
        writer = self._open()
        before = writer.bytes_written
        with _write_errors(self.log_dir):
            writer.write_histogram(tag, step, buckets)
        return writer.bytes_written - before

    def flush(self) -> None:
        """Make sure that what was written survives this process; raises LogWriteError."""
        if self._writer is not None:
            with _write_errors(self.log_dir):
                self._writer.flush()

    def add_cost(self, view: str, seconds: float, size: int) -> None:
        """Take note of what a view cost at one epoch, for `announce_cost`; only the first counts."""
        self._costs.setdefault(view, (seconds, size))

    def announce_cost(self) -> None:
        """Print once what one logged epoch costs."""
        if self._announced or not self._costs or self._params.get("verbose") == 0:
            return
        self._announced = True
        seconds = sum(cost[0] for cost in self._costs.values())
        size = sum(cost[1] for cost in self._costs.values())
        print(
            f"ConvVis: {seconds:.2f} s and {_in_units(size)} per logged epoch "
            f"({', '.join(self._costs)}), in {self.directory}",
            flush=True,
        )

    def leave(self, view: str) -> None:
        """Say that a view is done with this fit; the last one closes the file."""
        self._views.pop(view, None)
        if not self._views:
            self.close()

    def close(self) -> None:
        """Close the event file; failures at this point lose nothing that was flushed."""
        if self._writer is not None:
            with _write_errors(self.log_dir):
                self._writer.close()

    @property
    def directory(self) -> str:
        """The run directory, or the log directory before anything was written."""
        return self._writer.directory if self._writer else self.log_dir

    def _goes_on(self) -> bool:
        return self._previous is not None and self._previous._model() is self._model()

    def _open(self) -> EventWriter:
        if self._writer is None:
            with _write_errors(self.log_dir):
                writer = EventWriter(self._choose_directory())
                writer.start(self.first_step)
                facts = {
                    **model_facts(self._model()),
                    "settings": self._views,
                    "class_names": self._class_names,
                }
                writer.write("run", "model", self.first_step, schema.encode("run", facts))
            self._writer = writer
        return self._writer

    def _choose_directory(self) -> str:
        if self._goes_on() and self._previous is not None and self._previous._writer is not None:
            return self._previous._writer.directory
        newest = newest_run(self.log_dir)
        if self.first_step > 0 and newest:
            number = newest
        else:
            number = newest + 1
            if newest:
                print(
                    f"ConvVis: {self.log_dir} holds an earlier training; "
                    f"this one is logged as {run_name(number)} beside it."
                )
        return f"{self.log_dir.rstrip('/')}/{run_name(number)}"


class _write_errors:  # noqa: N801 (reads as a statement)
    """Turns whatever TensorFlow or the system raises on a write into LogWriteError."""

    def __init__(self, log_dir: str) -> None:
        self._log_dir = log_dir

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (tf.errors.OpError, OSError)):
            reason = getattr(error, "message", None) or error
            raise LogWriteError(f"cannot write to {self._log_dir!r}: {reason}") from error


def _in_units(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"
