"""What every callback of one view shares: when it runs, where it writes, and that it never stops training."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import keras
import numpy as np
from numpy.typing import NDArray

from tb_convvis import schema
from tb_convvis.callbacks.argument_names import argument_names, refuse_unknown
from tb_convvis.callbacks.budget import Budget
from tb_convvis.callbacks.chief import is_chief
from tb_convvis.callbacks.class_names import given_names
from tb_convvis.callbacks.failures import Failures, OnError
from tb_convvis.callbacks.guard import guarded
from tb_convvis.callbacks.layers import LayerChoice, layer_names, listed
from tb_convvis.callbacks.missing_epochs import MissingEpochs
from tb_convvis.callbacks.run_directory import followed_directory, given_directory
from tb_convvis.callbacks.schedule import Frequency, Schedule
from tb_convvis.callbacks.training_log import LogWriteError, TrainingLog


class ViewCallback(keras.callbacks.Callback):
    """Base of the callbacks that log one view: subclasses set `view` and implement `log_step`.

    Args:
        log_dir: directory to log into, `~` for home; the records go to its sub-directory `convvis`.
        tensorboard: a `keras.callbacks.TensorBoard` whose directory is followed, instead of `log_dir`.
            It is asked when training begins, so that a tuner may still move it.
        data: pictures for the views that run some through the network: an array, (x, y), a
            tf.data.Dataset, a keras.utils.PyDataset or a `PictureDirectory`. Views of weights do not look
            at it.
        layers: None for the view's own choice, "all", or a list of layers, paths or names.
        freq: int n for every n-th epoch, a list of epochs, or "log"; see `Schedule`. Default 1.
        keep: int of at least 2, the most epochs that one fit logs: of those that `freq` names up to the
            planned end the first, the last and evenly spread ones between. The last state of a training
            that stops early is among them; a fit that is resumed chooses as the whole one does. None
            (default): no bound.
        class_names: names of the classes, in the order of the network's outputs.
        on_error: "warn" (default): a failure is logged, warned of once, and training goes on;
            "raise": it stops training.

    Raises:
        TypeError: an argument of another name.
        ValueError: an argument that cannot be used, or not exactly one of `log_dir` and `tensorboard`.

    Example:
        >>> class Spread(ViewCallback):
        ...     view = "weights"
        ...     def log_step(self, step):
        ...         edges = [[-1.0, 0.0, 2.0], [0.0, 1.0, 3.0]]
        ...         self.write_histogram(step, "convvis/weights/all", np.array(edges))
        >>> callback = Spread("logs/run1", freq=2)
    """

    view: ClassVar[str]

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        *,
        tensorboard: keras.callbacks.TensorBoard | None = None,
        data: Any = None,
        layers: LayerChoice = None,
        freq: Frequency = 1,
        keep: int | None = None,
        class_names: Sequence[str] | None = None,
        on_error: OnError = "warn",
        **unknown: object,
    ) -> None:
        super().__init__()
        refuse_unknown(type(self), unknown, argument_names(type(self)))
        self._failures = Failures(self.view, on_error)
        self.log_dir = given_directory(log_dir, tensorboard)
        self.tensorboard = tensorboard
        self.data = data
        self.layers = listed(layers)
        self._schedule = Schedule(freq, keep)
        self.freq, self.keep = self._schedule.freq, self._schedule.keep
        self.class_names = given_names(class_names)
        self.on_error = on_error
        self._log: TrainingLog | None = None
        self.logged_step = -1
        """The last step that was logged in this fit; -1 where none was."""
        self._bytes, self._begun, self._missing = 0, False, MissingEpochs()
        self._notes: list[str] = []
        self._budget: Budget | None = None

    def keep_to(self, budget: Budget | None) -> None:
        """Log no more than a budget that several views share has room for."""
        self._budget = budget

    def log_step(self, step: int) -> None:
        """Write this view's records for the state after `step` completed epochs."""
        raise NotImplementedError

    def settings(self) -> dict[str, Any]:
        """The arguments that shape what is logged, as JSON values, for the record of the run."""
        return {"layers": layer_names(self.layers), "freq": self.freq, "keep": self.keep}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, less `data` and `tensorboard`, which have no JSON form."""
        return {
            "log_dir": self.log_dir,
            **self.settings(),
            "class_names": self.class_names,
            "on_error": self.on_error,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ViewCallback:
        """Make a callback from what `get_config` returned."""
        return cls(**config)

    def write(
        self,
        step: int,
        kind: str,
        subject: str,
        facts: Mapping[str, Any],
        blobs: Sequence[schema.Blob] = (),
    ) -> None:
        """Write one record of this view, from `log_step`; raises LogWriteError."""
        assert self._log is not None  # noqa: S101 (log_step runs only inside of a fit)
        self._bytes += self._log.write(kind, subject, step, facts, blobs)

    def write_histogram(self, step: int, tag: str, buckets: NDArray[np.float64]) -> None:
        """Write one histogram [n, 3] of left edge, right edge, count, from `log_step`."""
        assert self._log is not None  # noqa: S101 (log_step runs only inside of a fit)
        self._bytes += self._log.write_histogram(tag, step, buckets)

    @guarded
    def remember(self, step: int) -> None:
        """Take the model as the state of a step that is logged already: changes are told against it."""
        if self._log is not None:
            with self._log.unwritten():
                self.log_step(step)

    def note(self, sentence: str) -> None:
        """Say beside this epoch's records what was sampled, capped or counted apart."""
        self._notes.append(sentence)

    def say(self, topic: str, sentence: str) -> None:
        """Print a sentence, once per fit and topic, unless the fit is silent."""
        if self._log is not None:
            self._log.say(topic, sentence)

    def isolated(self, layer: str | None) -> AbstractContextManager[None]:
        """Keep a failure of a layer, or of all, from the rest: it is logged with the epoch, warned of once.

        A log directory that cannot be written ends the epoch for the whole view.
        """
        return self._failures.kept(layer)

    @property
    def failure(self) -> str | None:
        """Why the last step that was tried failed as a whole; None where it did not."""
        return self._failures.of_all

    @guarded
    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Join the log of this fit."""
        # Even one that was interrupted is forgotten: its model may be another.
        self._log = None
        self._forget()
        self._begun, self.logged_step = False, -1
        self._failures.forget()
        if not is_chief(self.model):
            return
        self._schedule.check(self.params)
        self._log = TrainingLog.join(
            self.log_dir or followed_directory(self.tensorboard),
            self.params,
            self.model,
            view=self.view,
            settings={**self.settings(), "budget": None if self._budget is None else self._budget.share},
            class_names=self.class_names,
        )

    @guarded
    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the state before training, or the one that a resumed fit begins from."""
        if self._log is None:
            return
        if self._begun:
            self._log.announce_cost()
            return
        # Only here is it known where a fit begins: BackupAndRestore says so as training begins.
        self._begun = True
        self._log.begin(epoch)
        self._missing = self._log.missing_of(self.view)
        step = self._log.first_step
        if not self.model.built:
            # A subclassed model has no weights yet.
            self._log.say(
                "built",
                "the model is built at its first batch, so the state before training is not logged; "
                "call it once on a batch before fit to see that state.",
            )
        elif (step > 0 and self.keep is None) or self._schedule.includes(step, self._log.planned):
            # What an earlier fit logged from this step on is superseded, so the step is logged anew;
            # not beyond `keep`, which many resumes would exceed.
            self._log_epoch(step)

    @guarded
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the epoch when it is due, or when training is about to stop early."""
        if self._log is None:
            return
        step = self._log.completed(epoch)
        stops = bool(getattr(self.model, "stop_training", False))
        if self._schedule.includes(step, self._log.planned, stops) and self._affords(step, stops):
            self._log_epoch(step)

    @guarded
    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Leave the log of this fit."""
        if self._log is None:
            return
        try:
            # A callback further down the list may have stopped training after ours had run.
            step = self._log.last_step
            logged = max(self.logged_step, self._log.first_step)
            due = step > logged and self._schedule.includes(step, self._log.planned, stops=True)
            if due and self._affords(step, stops=True):
                self._log_epoch(step)
        except Exception as error:  # noqa: BLE001 (here, where the log still knows what was said)
            self.report(error)
        finally:
            self.leave()

    def leave(self) -> None:
        """Leave the log of this fit, and log nothing more."""
        if self._log is not None:
            self._log.announce_cost()
            self._log.leave(self.view)
            self._log = None
            self._forget()

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes along: not the log of a fit that was interrupted."""
        return {**self.__dict__, "_log": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> ViewCallback:
        """A copy, as a tuner makes one for every trial; the pictures are shared, not held as often."""
        copied = memo[id(self)] = object.__new__(type(self))
        memo[id(self.data)] = self.data
        copied.__dict__.update(copy.deepcopy(self.__getstate__(), memo))
        return copied

    def _forget(self) -> None:
        """Let go of what was made for one fit."""

    def _affords(self, step: int, stops: bool) -> bool:
        """Whether the budget of all views has room for a step that is due."""
        if self._budget is None or self._schedule.listed or self._log is None:
            return True
        last = stops or (self._log.planned is not None and step == self._log.planned[-1])
        if not (affords := self._budget.affords(step, always=last)):
            self._log.say("budget", self._budget.sentence)
        return affords

    def _log_epoch(self, step: int) -> None:
        assert self._log is not None  # noqa: S101 (called only inside of a fit)
        self._bytes, self._failures.of_epoch = 0, []
        left_out = None if self._budget is None else self._budget.note(step)
        self._notes = [*self._missing.before(step), *([left_out] if left_out else [])]
        began = time.perf_counter()
        try:
            with self.isolated(None):
                self.log_step(step)
            facts = {
                "view": self.view,
                "seconds": time.perf_counter() - began,
                "bytes": self._bytes,
                "failures": self._failures.of_epoch,
                "notes": self._notes,
            }
            self.write(step, "run", self.view, facts)
            self._log.flush()
            self._missing.clear()
            self.logged_step = step
            self._log.cost.add(self.view, step, time.perf_counter() - began, self._bytes)
        except LogWriteError as error:
            self._missing.add(step, str(error))
            raise
        finally:
            if self._budget is not None:
                self._budget.took(step, time.perf_counter() - began, logged=self.logged_step == step)

    def report(self, error: Exception) -> None:
        """Warn of a failure that no record tells of; raise it where `on_error` says so."""
        self._failures.report(error, self._log)
