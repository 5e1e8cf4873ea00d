"""Logs states of a model that are handed to it, where there is no `model.fit`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from tb_convvis.callbacks.checkpoint_search import CheckpointSearch
from tb_convvis.callbacks.convvis import ConvVis
from tb_convvis.callbacks.run_directory import given_directory, last_logged
from tb_convvis.callbacks.top_activations import TopActivations
from tb_convvis.callbacks.training_log import RESUMES
from tb_convvis.callbacks.whole_numbers import whole


class CheckpointLog:
    """Logs the states of one model, as `ConvVis` does at the epochs of a fit.

    Args:
        model: built Keras model; its weights change between one state and the next.
        log_dir: directory to log into, as in `ViewCallback`.
        epochs: how many epochs the training has, where that is known: `keep` needs it, and `freq` for the
            last of them, which is always logged.
        verbose: 0 to print nothing.
        resume: whether the first step goes on in the newest run of the directory, where it supersedes what
            that holds from this step on. None (default): where it holds no such step yet, or is of this
            model, whose steps then count on; else another run is begun, which hides nothing.
        search: a search of all states that was, or will be, done before the first is logged, as `replay`
            does it; None to search each state as it is logged.
        **settings: the other arguments of `ConvVis`, such as `data` and `class_names`.

    Raises:
        ValueError: an argument that cannot be used, `keep` without `epochs`, or a model that is not built.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        >>> log = CheckpointLog(model, "logs/loop")
        ConvVis: data=... was not given, so neither features nor occlusion maps are logged.
        >>> for step in range(3):
        ...     log.log(step)
        >>> log.close()  # doctest: +ELLIPSIS
        ConvVis: ... s and ... kB per logged epoch (filters, weights), ...

    """

    def __init__(
        self,
        model: keras.Model,
        log_dir: str | os.PathLike[str],
        *,
        epochs: int | None = None,
        verbose: int = 1,
        resume: bool | None = None,
        search: CheckpointSearch | None = None,
        **settings: Any,
    ) -> None:
        if not model.built:
            raise ValueError(
                f"the model has no weights yet. Received: {model.name!r}, which is not built. "
                "Call it once on a batch, or give it an Input."
            )
        if epochs is None and settings.get("keep") is not None:
            raise ValueError(
                f"keep needs to know how many epochs there will be. Received: keep={settings['keep']!r} "
                "without epochs. Expected epochs=n."
            )
        self.model = model
        self.settings = {**settings, "epochs": epochs, "verbose": verbose, "resume": resume}
        self.last_step: int | None = None
        self._log_dir = str(given_directory(log_dir, None))
        # Whoever hands a state in wants it logged.
        self._callback = ConvVis(log_dir, **{"budget": None, **settings})
        if search is not None:
            self.features.beforehand = search
        self._params = {"epochs": epochs, "verbose": verbose, RESUMES: resume}
        self._callback.set_params(self._params)
        self._callback.set_model(model)
        self._callback.on_train_begin()

    def log(self, step: int) -> None:
        """Log the model as it is now.

        Args:
            step: number of completed epochs; larger than the one before.

        Raises:
            ValueError: a step that is none, or not larger.
        """
        number = whole(step)
        if number is None or number < 0 or (self.last_step is not None and number <= self.last_step):
            since = "" if self.last_step is None else f" after step {self.last_step}"
            raise ValueError(
                f"a step is the number of completed epochs, and goes up. Received: step={step!r}{since}."
            )
        if self.last_step is None:
            if self._params[RESUMES] is None:
                self._params[RESUMES] = -1 < last_logged(self._log_dir) < number
            self._callback.on_epoch_begin(number)
        else:
            self._callback.on_epoch_end(number - 1)
        self.last_step = number

    def has_passed(self, step: int) -> bool:
        """Whether a step as large, or a larger one, was logged."""
        number = whole(step)
        return number is not None and self.last_step is not None and number <= self.last_step

    @property
    def features(self) -> TopActivations:
        """The callback that logs what excites each map; there is one where `data` was given."""
        (features,) = (view for view in self._callback.views if isinstance(view, TopActivations))
        return features

    def remember(self, step: int) -> None:
        """Take the model as the state of a step that is logged already: changes are told against it."""
        for view in self._callback.views:
            view.remember(step)

    @property
    def missing(self) -> list[str]:
        """The views whose log of the last step could not be written."""
        return [view.view for view in self._callback.views if view.logged_step != self.last_step]

    @property
    def failed(self) -> dict[str, str]:
        """The views that failed as a whole at the last step, and why."""
        return {view.view: view.failure for view in self._callback.views if view.failure is not None}

    def close(self) -> None:
        """Close the event file; what was logged is safe without it."""
        for view in self._callback.views:
            # Not as a fit ends: what the model is by now is the state of no step that was handed in.
            view.leave()


_open: dict[str, CheckpointLog] = {}


def log_checkpoint(
    model: keras.Model, log_dir: str | os.PathLike[str], step: int, *, data: Any = None, **settings: Any
) -> None:
    """Log the state of a model, from a training loop of one's own (`GradientTape`, no `fit`).

    What the first call of a log directory compiles and draws from `data` serves the later ones. A step
    that is not larger than the one before begins anew, as another `fit` would: with the same model the
    steps count on, with another it is another run.

    Args:
        model: built Keras model.
        log_dir: directory to log into.
        step: number of completed epochs; 0 is the state before training.
        data: pictures for the views that run some through the network, as in `ViewCallback`.
        **settings: the other arguments of `ConvVis`, and `epochs` and `resume` of `CheckpointLog`; the same
            in every call.

    Raises:
        ValueError: an argument that cannot be used, or settings that are not those of the first call.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)])
        >>> for epoch in range(3):
        ...     log_checkpoint(model, "logs/loop", step=epoch)  # then train the epoch
        ConvVis: data=... was not given, so neither features nor occlusion maps are logged.
        >>> log_checkpoint(model, "logs/loop", step=3)

    """
    path = os.fspath(log_dir)
    key = path if "://" in path else str(Path(path).absolute())
    log = _open.get(key)
    if log is not None and (log.model is not model or log.has_passed(step)):
        log.close()
        log = None
    if log is None:
        log = _open[key] = CheckpointLog(model, path, data=data, **settings)
    elif any(not _same(log.settings.get(name), value) for name, value in settings.items()):
        first = {name: log.settings.get(name) for name in settings}
        raise ValueError(
            f"the settings of a log stay. Received: {settings!r}. Expected {first!r}, as at first."
        )
    log.log(step)


def _same(one: Any, other: Any) -> bool:
    # Names of classes may come as an array.
    return np.array_equal(one, other) if isinstance(other, np.ndarray) else bool(one == other)
