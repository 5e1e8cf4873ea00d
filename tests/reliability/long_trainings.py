"""What a training of many epochs gathers: memory, Python's objects and compiled functions.

    python -m tests.reliability.long_trainings 500 --logged

prints it as JSON; a long training has a process of its own, for memory is never given back.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
from tensorflow.python.framework.func_graph import FuncGraph  # every tracing makes one

from tb_convvis.callbacks import ConvVis
from tests.methods.test_zoo import _resident_mib
from tests.reliability.figure import Figure
from tests.reliability.repeated_training import network, pictures

ROOT = Path(__file__).parents[2]
MOST_MIB = 20
MOST_OBJECTS = 5
"""Of Python's, per epoch; a model or a compiled function has thousands."""


class Meter(keras.callbacks.Callback):
    """What there is after the warm-up and at the end.

    Args:
        warm: number of epochs after which all is there that is made once.
    """

    def __init__(self, warm: int) -> None:
        super().__init__()
        self.warm = warm
        self.found: list[dict[str, float]] = []
        self.traced = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what TensorFlow traces."""
        made = FuncGraph.__init__

        def counted(graph: FuncGraph, *arguments: Any, **named: Any) -> None:
            self.traced += 1
            made(graph, *arguments, **named)

        FuncGraph.__init__ = counted
        try:
            yield
        finally:
            FuncGraph.__init__ = made

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch + 1 in (self.warm, self.params["epochs"]):
            gc.collect()
            counted = {"objects": len(gc.get_objects()), "traced": self.traced}
            self.found.append({"epoch": epoch + 1, "mib": _resident_mib(), **counted})


def train(epochs: int, logged: bool) -> list[dict[str, float]]:
    """What there is after a tenth of the epochs, and what after all."""
    x, y = pictures()
    meter = Meter(max(2, epochs // 10))
    with tempfile.TemporaryDirectory() as directory, meter.counting(), warnings.catch_warnings():
        # Whoever collects warnings, as pytest does, would gather one object after another.
        warnings.simplefilter("ignore")
        callbacks = [ConvVis(directory, data=(x, y), budget=None)] if logged else []
        network().fit(x, y, batch_size=8, epochs=epochs, verbose=0, callbacks=[*callbacks, meter])
    return meter.found


def grown(epochs: int, logged: bool) -> dict[str, float]:
    """What the epochs after the warm-up add, in a process of its own."""
    command = [sys.executable, "-m", __name__, str(epochs), *(["--logged"] if logged else [])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return difference(*json.loads(done.stdout.splitlines()[-1]))


def difference(warm: dict[str, float], end: dict[str, float]) -> dict[str, float]:
    """What was added from one moment to another."""
    return {name: end[name] - warm[name] for name in end}


def figures(short: bool) -> Iterator[Figure]:
    """Growth over 500 epochs with every view, and without any for comparison; in short over 40, here."""
    epochs = 40 if short else 500
    ours = difference(*train(epochs, logged=True)) if short else grown(epochs, logged=True)
    compared = ""
    if not short:
        plain = grown(epochs, logged=False)
        compared = f" (without callbacks {plain['mib']:.1f} MiB)"
    objects = ours["objects"] / ours["epoch"]
    yield Figure(
        f"a training of {epochs} epochs, each logged by ConvVis, from epoch {epochs - ours['epoch']:.0f} on",
        f"at most {MOST_MIB} MiB and {MOST_OBJECTS} objects an epoch more, nothing traced again",
        f"{ours['mib']:.1f} MiB more{compared}, {objects:.1f} objects an epoch, "
        f"{ours['traced']:.0f} tracings",
        ours["mib"] <= MOST_MIB and objects <= MOST_OBJECTS and not ours["traced"],
    )


if __name__ == "__main__":
    sys.stdout.write(json.dumps(train(int(sys.argv[1]), "--logged" in sys.argv)) + "\n")
