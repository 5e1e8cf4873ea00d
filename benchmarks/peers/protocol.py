# mypy: ignore-errors
"""How a peer is asked to work: one JSON object a line on stdin, one answer a line on stdout.

    {"prepare": "occlusion", "folder": "/tmp/x", "answer": "a.npz"}
            makes the task of that name ready, as a rule runs it once, writes what is to be compared
    {"run": true}
            runs it again, and answers {"value": 0.31}, its seconds

A failure is answered by {"error": "..."}. Needs the standard library and NumPy only: it runs in each peer's
environment, where this project is not installed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Job:
    """A task that is ready.

    `run` does the work that is timed, or, where it measures something itself, returns that as a float.
    `scores`: what the peer's model says of the images, to be compared with ours. `answer`: from what `run`
    returned to the arrays that are compared. `warm_up`: whether there is a first run that is not counted.
    """

    run: Callable[[], Any]
    scores: Any = None
    answer: Callable[[Any], Mapping[str, Any]] | None = None
    warm_up: bool = True


class Work:
    """What the driver has laid down in a folder: arrays in work.npz, the model beside it.

    `layers` are the class and the arguments of each layer of the model, `weights` its weights in order, for
    peers that cannot read model.keras.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.arrays = dict(np.load(self.folder / "work.npz"))
        self.model_path = self.folder / "model.keras"

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    @property
    def units(self) -> dict[str, np.ndarray]:
        """By layer, rows of image, row, column and map."""
        prefix = "units/"
        return {name[len(prefix) :]: rows for name, rows in self.arrays.items() if name.startswith(prefix)}

    @property
    def layers(self) -> list[dict[str, Any]]:
        return json.loads((self.folder / "layers.json").read_text())

    @property
    def weights(self) -> list[np.ndarray]:
        stored = np.load(self.folder / "weights.npz")
        return [stored[str(number)] for number in range(len(stored.files))]


def serve(tasks: Mapping[str, Callable[[Work], Job]]) -> None:
    """Answer until stdin ends. What libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    job: Job | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "prepare" in asked:
                job = None  # what the last task held is let go before the next is made
                job = tasks[asked["prepare"]](Work(asked["folder"]))
                answer = _first(job, Path(asked["folder"]) / asked["answer"])
            else:
                answer = {"value": _timed(job.run)[0]}
        except Exception as error:  # noqa: BLE001 (whatever a peer raises stands in the table)
            answer = {"error": f"{type(error).__name__}: {error}".strip().splitlines()[0][:300]}
        answers.write(json.dumps(answer) + "\n")


def _first(job: Job, path: Path) -> dict[str, Any]:
    """The first run, which compiles; what is compared goes to `path`."""
    result = job.run() if job.warm_up else None
    arrays = {} if job.answer is None else dict(job.answer(result))
    if job.scores is not None:
        arrays["scores"] = job.scores
    np.savez(path, **{name: np.asarray(array) for name, array in arrays.items()})
    return {"ready": True}


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - began
    return (result if isinstance(result, float) else seconds), result
