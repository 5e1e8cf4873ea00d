"""Logs a training that is over, from its checkpoints."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from tb_convvis.callbacks.checkpoint_files import load_checkpoint
from tb_convvis.callbacks.checkpoint_log import CheckpointLog
from tb_convvis.callbacks.checkpoint_search import CheckpointSearch
from tb_convvis.callbacks.occlusion_maps import OcclusionMaps
from tb_convvis.callbacks.picture_directory import PictureDirectory
from tb_convvis.callbacks.run_directory import given_directory, newest_run, run_name
from tb_convvis.callbacks.training_log import LogWriteError
from tb_convvis.callbacks.whole_file import write_whole
from tb_convvis.callbacks.whole_numbers import count_of

DRAWN = 500
"""How many pictures are searched where nothing is said, as in `TopActivations`."""
SETTINGS = ("channel_order", "class_names", "layers", "on_error")
STATE = "convvis-replay.json"
"""Beside the run: which checkpoints are logged, so that a replay which was stopped can go on."""


def replay(
    model: keras.Model,
    checkpoints: Mapping[int, str],
    log_dir: str | os.PathLike[str],
    *,
    data: Any = None,
    images: int | Literal["all"] = DRAWN,
    ray: str | None = None,
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
        images: how many of them are searched for what excites a map most: so many, drawn as in
            `TopActivations`, or "all". All need not fit into memory: they are searched part by part, and
            those that are found are logged. They are a `PictureDirectory`, or arrays.
        ray: address of a Ray cluster that shares in the search, such as "10.0.0.1:6379" or "auto", or "local"
            for one on this machine alone: pictures and checkpoints are spread over its workers, which have
            to reach the same files. None (default) for this process.
        verbose: 0 to print nothing, 1 (default) for progress bars.
        **settings: `layers`, `class_names`, `channel_order`, `on_error`, as in `ConvVis`.

    Returns:
        The steps that were logged by this call.

    Raises:
        ValueError: no checkpoints, one that cannot be loaded, a directory that holds another log,
            checkpoints that lie before the last one that was logged there, or pictures that cannot be
            searched part by part where that is asked for; or a view other than occlusion that fails as a
            whole at the first.
        OSError: the directory could not be written, or workers were lost again and again.
        ModuleNotFoundError: `ray` is given and Ray is not installed.

    Example:
        >>> from tb_convvis.callbacks.checkpoint_files import find_checkpoints
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3),
        ...     keras.layers.GlobalAveragePooling2D()])
        >>> for epoch in (1, 2):
        ...     model.save_weights(f"epoch-{epoch:02}.weights.h5")
        >>> found = find_checkpoints("epoch-*.weights.h5")
        >>> replay(model, found, "logs/replayed", data=np.zeros((20, 8, 8, 3)), verbose=0)
        [1, 2]

    """
    unknown = sorted(settings.keys() - SETTINGS)
    if unknown:
        raise ValueError(
            "all checkpoints given are logged into log_dir, and the last of them is the last epoch. "
            f"Received: {', '.join(unknown)}. Expected of the settings of ConvVis only {', '.join(SETTINGS)}."
        )
    drawn = DRAWN if images == "all" else count_of("images", images)
    steps = sorted(checkpoints)
    if not steps:
        raise ValueError("there is nothing to log. Received: no checkpoints.")
    directory = str(given_directory(log_dir, None)).rstrip("/")
    search = None
    if images == "all" or ray is not None:
        search = CheckpointSearch(model, checkpoints, data, directory, images=images, ray=ray)
    # Of a directory, what the network gets; where it lies may change.
    pictures = data.described if isinstance(data, PictureDirectory) else data is not None
    given = {"pictures": pictures, "images": images, **settings}
    state = _State.begin(directory, model, given)
    done, todo = state.part(steps)
    if not todo:
        return []
    # Silent but for the bars, into which the callbacks' sentences would be written.
    settings |= {"data": data, "images": drawn, "verbose": 0}
    log = CheckpointLog(model, directory, epochs=steps[-1], resume=bool(done), search=search, **settings)
    try:
        if search is not None:
            search.run(log.features, verbose)
        progress = keras.utils.Progbar(len(steps), verbose=verbose, unit_name="checkpoint")
        if done:
            load_checkpoint(model, checkpoints[done[-1]])
            log.remember(done[-1])
            if search is not None and search.probe.count > state.pictures:
                log.features.record_pictures()
        for step in todo:
            load_checkpoint(model, checkpoints[step])
            log.log(step)
            if log.missing:
                raise LogWriteError(
                    f"not everything could be written to {directory!r}, as the warnings say: "
                    f"step {step} lacks {', '.join(log.missing)}. The same call goes on there."
                )
            if not state.done and log.failed.keys() - {OcclusionMaps.view}:
                # Nothing is gained by as many epochs without it. Occlusion is for classifiers alone.
                raise ValueError("; ".join(f"{view} failed: {reason}" for view, reason in log.failed.items()))
            state.done.append(step)
            state.pictures = 0 if search is None else search.probe.count
            state.write(directory)
            progress.update(len(set(state.done) & set(steps)))
    finally:
        log.close()
    return todo


@dataclass
class _State:
    """What is logged, and of which model with which settings.

    `pictures`: how many there are in the log of a search beforehand; later checkpoints may need more.
    """

    of: dict[str, Any]
    done: list[int] = field(default_factory=list)
    pictures: int = 0

    @classmethod
    def begin(cls, directory: str, model: keras.Model, settings: Mapping[str, Any]) -> _State:
        """Read what an earlier call has left; raises ValueError where the directory holds another log."""
        shapes = [list(weight.shape) for weight in model.weights]
        state = cls(json.loads(json.dumps({"weights": shapes, **settings}, default=_plain)))
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
        state.done, state.pictures = found["done"], found["pictures"]
        if not state.done:
            # What was tried with other settings has logged nothing that is whole.
            state.write(directory)
        elif found["of"] != state.of:
            raise ValueError(
                f"the directory holds a replay with other {_differing(found['of'], state.of)}. "
                f"Received: log_dir={directory!r}. Choose another, or remove this one to begin anew."
            )
        unfinished = newest_run(directory)
        if not state.done and unfinished:
            # It was stopped within its first step: nothing of that was whole.
            tf.io.gfile.rmtree(f"{directory}/{run_name(unfinished)}")
        return state

    def part(self, steps: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return which of these steps are logged and which are not; ValueError where one comes too late."""
        done = [step for step in steps if step in self.done]
        todo = [step for step in steps if step not in self.done]
        if done and todo and todo[0] < max(self.done):
            raise ValueError(
                f"steps are logged in their order. Received: a checkpoint of step {todo[0]}; "
                f"step {max(self.done)} is logged already. Choose another log_dir."
            )
        return done, todo

    def write(self, directory: str) -> None:
        """Write it whole or not at all."""
        write_whole(f"{directory}/{STATE}", json.dumps(asdict(self)).encode())


def _plain(value: Any) -> Any:
    """An array as a list, anything else by its name."""
    return value.tolist() if isinstance(value, np.ndarray) else str(value)


def _differing(there: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What two replays do not share, in words."""
    if there["weights"] != now["weights"]:
        return "weights: it is of another model"
    names = [name for name in sorted({*there, *now}) if there.get(name) != now.get(name)]
    return "; ".join(f"{name}: {there.get(name)!r}, now {now.get(name)!r}" for name in names)
