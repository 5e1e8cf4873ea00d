"""Logs a training that is over, from its checkpoints."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import tensorflow as tf

from tb_convvis.callbacks.checkpoint_files import load_checkpoint
from tb_convvis.callbacks.checkpoint_log import CheckpointLog
from tb_convvis.callbacks.run_directory import newest_run, run_name
from tb_convvis.callbacks.training_log import LogWriteError

STATE = "convvis-replay.json"
"""Beside the run: which checkpoints are logged, so that a replay which was stopped can go on."""


def replay(
    model: keras.Model,
    checkpoints: Mapping[int, str],
    log_dir: str | os.PathLike[str],
    *,
    data: Any = None,
    verbose: int = 1,
    **settings: Any,
) -> list[int]:
    """Log a finished training from its checkpoints, with the records that the callbacks would have written.

    Stopped and called again, it goes on after the last checkpoint that was logged.

    Args:
        model: model of the architecture that was trained; it is left with the weights of the last checkpoint.
        checkpoints: paths by the number of completed epochs, as from `find_checkpoints`; all are logged.
        log_dir: directory to log into, which holds no other training's log.
        data: pictures for the views that run some through the network, as in `ViewCallback`: as the
            network gets them.
        verbose: 0 to print nothing, 1 (default) for a progress bar.
        **settings: `layers`, `class_names`, `channel_order`, `on_error`, as in `ConvVis`.

    Returns:
        The steps that were logged by this call.

    Raises:
        ValueError: no checkpoints, one that cannot be loaded, a directory that holds another log, or
            checkpoints that lie before the last one that was logged there.
        OSError: the directory could not be written.

    Example:
        >>> model = keras.models.load_model("model.keras")  # doctest: +SKIP
        >>> found = find_checkpoints("ckpt/*.weights.h5")  # doctest: +SKIP
        >>> replay(model, found, "logs/replayed", data=(x_val, y_val))  # doctest: +SKIP

    """
    unknown = {"freq", "keep", "tensorboard"} & settings.keys()
    if unknown:
        raise ValueError(f"all checkpoints given are logged into log_dir. Received: {sorted(unknown)}.")
    steps = sorted(checkpoints)
    if not steps:
        raise ValueError("there is nothing to log. Received: no checkpoints.")
    directory = os.fspath(log_dir).rstrip("/")
    state = _State.begin(directory, model, settings)
    done = [step for step in steps if step in state.done]
    todo = [step for step in steps if step not in state.done]
    if done and todo and todo[0] < max(state.done):
        raise ValueError(
            f"steps are logged in their order. Received: a checkpoint of step {todo[0]}; "
            f"step {max(state.done)} is logged already. Choose another log_dir."
        )
    if not todo:
        return []
    progress = keras.utils.Progbar(len(steps), verbose=verbose, unit_name="checkpoint")
    # Silent but for the bar, into which the callbacks' sentences would be written.
    log = CheckpointLog(model, directory, data=data, epochs=steps[-1], verbose=0, **settings)
    try:
        if done:
            load_checkpoint(model, checkpoints[done[-1]])
            log.remember(done[-1])
        for step in todo:
            load_checkpoint(model, checkpoints[step])
            log.log(step)
            if log.missing:
                raise LogWriteError(
                    f"cannot write to {directory!r}: step {step} of {', '.join(log.missing)}."
                )
            state.done.append(step)
            state.write(directory)
            progress.update(len(set(state.done) & set(steps)))
    finally:
        log.close()
    return todo


@dataclass
class _State:
    """What is logged, and of which model with which settings."""

    of: dict[str, Any]
    done: list[int] = field(default_factory=list)

    @classmethod
    def begin(cls, directory: str, model: keras.Model, settings: Mapping[str, Any]) -> _State:
        """Read what an earlier call has left; raises ValueError where the directory holds another log."""
        shapes = [list(weight.shape) for weight in model.weights]
        state = cls(json.loads(json.dumps({"weights": shapes, "settings": settings}, default=str)))
        path = f"{directory}/{STATE}"
        if not tf.io.gfile.exists(path):
            if newest_run(directory):
                raise ValueError(
                    f"the directory holds a training's log. Received: log_dir={directory!r}. Choose another."
                )
            # Before the first record: what is then found here is known to be of this replay.
            tf.io.gfile.makedirs(directory)
            state.write(directory)
            return state
        with tf.io.gfile.GFile(path) as file:
            found = json.loads(file.read())
        if found["of"] != state.of:
            raise ValueError(
                "the directory holds the replay of another model, or one with other settings. "
                f"Received: log_dir={directory!r}. Choose another."
            )
        state.done = found["done"]
        unfinished = f"{directory}/{run_name(1)}"
        if not state.done and tf.io.gfile.exists(unfinished):
            # It was stopped within its first step: nothing of that was whole.
            tf.io.gfile.rmtree(unfinished)
        return state

    def write(self, directory: str) -> None:
        """Write it whole or not at all."""
        path = f"{directory}/{STATE}"
        with tf.io.gfile.GFile(f"{path}.new", "w") as file:
            file.write(json.dumps({"of": self.of, "done": self.done}))
        tf.io.gfile.rename(f"{path}.new", path, overwrite=True)
