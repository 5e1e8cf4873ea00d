"""How costs grow: seconds at once, twice, four and eight times of everything, and the exponent.

python -m benchmarks growth [--rounds N] [--write docs/performance.md]

An exponent of 1 is growth in proportion, 0 none. All sizes of an axis are measured in turn, after the first
log, which compiles.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks.models import pictures, small
from benchmarks.rounds import interleave, timed
from benchmarks.table import within
from tb_convvis.callbacks import TopActivations
from tests.backend.boards import Board
from tests.large_log import write_large

TIMES = (1, 2, 4, 8)
BEGIN, END = "<!-- growth -->", "<!-- end of growth -->"


@dataclass(frozen=True)
class Axis:
    """Something that grows: what one time of it is, and what is timed at a number of it."""

    name: str
    once: int
    timed: str
    make: Callable[[int, Path], Callable[[], object]]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", type=Path, help="a document whose table is replaced")
    options, _ = parser.parse_known_args()  # of the table's options only these are shared
    heads = " | ".join(f"{n}×" for n in TIMES)
    lines = [
        f"| grows | 1× is | timed | {heads} | exponent | of the last doubling |",
        "|---" * (5 + len(TIMES)) + "|",
    ]
    for axis in AXES:
        with tempfile.TemporaryDirectory() as folder:
            lines.append(measure(axis, Path(folder), options.rounds))
    text = [f"Seconds, medians of {options.rounds} rounds in turn.", "", *lines]
    print("\n" + "\n".join(text))
    if options.write:
        document = options.write.read_text("utf-8")
        options.write.write_text(within(document, BEGIN, END, text), "utf-8")


def measure(axis: Axis, folder: Path, rounds: int) -> str:
    """A line of the table."""
    works = {str(n): axis.make(n * axis.once, folder / str(n)) for n in TIMES}
    for work in works.values():
        work()
    found = interleave({name: timed(work) for name, work in works.items()}, rounds)
    seconds = [statistics.median(found[str(n)]) for n in TIMES]
    cells = " | ".join(f"{value:.3g}" for value in seconds)
    slopes = exponent(TIMES, seconds), exponent(TIMES[-2:], seconds[-2:])
    return f"| {axis.name} | {axis.once} | {axis.timed} | {cells} | {slopes[0]:.2f} | {slopes[1]:.2f} |"


def exponent(sizes: Any, seconds: Any) -> float:
    """The slope of the line through the logarithms."""
    return statistics.linear_regression(np.log(sizes), np.log(seconds)).slope


def logged(
    model: keras.Model, images: Any, folder: Path, first: int = 0, **options: Any
) -> Callable[[], object]:
    """A function that logs one more epoch's features, after the start, which compiles, and `first` epochs."""
    callback = TopActivations(str(folder), data=images, images=len(images), **options)
    callback.set_params({"epochs": 10**6, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    epochs = count()
    for _ in range(first):
        callback.on_epoch_end(next(epochs))
    return lambda: callback.on_epoch_end(next(epochs))


def _maps(number: int, folder: Path) -> Callable[[], object]:
    return logged(small(), pictures(200, 32), folder, layers=["conv5"], maps=number)


def _layers(number: int, folder: Path) -> Callable[[], object]:
    keras.utils.set_random_seed(0)
    depth = max(TIMES)
    same: Any = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    convolutions = [keras.layers.Conv2D(32, 3, name=f"conv{n + 1}", **same) for n in range(depth)]
    top = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input((32, 32, 3)), *convolutions, *top])
    # Evenly through the same network: taken from the bottom up, later ones would also be deeper.
    chosen = (
        [f"conv{depth // 2}"] if number == 1 else [f"conv{1 + n * depth // number}" for n in range(number)]
    )
    return logged(model, pictures(200, 32), folder, layers=chosen, maps=32)


def _images(number: int, folder: Path) -> Callable[[], object]:
    return logged(small(), pictures(number, 32), folder, maps=16)


def _side(number: int, folder: Path) -> Callable[[], object]:
    keras.utils.set_random_seed(0)
    same: Any = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((number, number, 3)),
            layers.Conv2D(32, 3, name="conv1", **same),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, name="conv2", **same),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return logged(model, pictures(100, number), folder, maps=16)


def _epochs_written(number: int, folder: Path) -> Callable[[], object]:
    return logged(small(), pictures(50, 32), folder, first=number, layers=["conv5"], maps=16)


class _Opened:
    """A log with so many epochs, on TensorBoard's own readers; opened anew, with its index, at every call."""

    def __init__(self, epochs: int, folder: Path, reader: str) -> None:
        write_large(folder, 1, epochs, 4, 16)
        self._folder, self._reader, self._epochs = folder, reader, epochs

    def __call__(self) -> None:
        with ExitStack() as stack:
            board = Board(self._folder, self._reader, ends=0)
            stack.callback(board.close)
            while True:
                runs = board.json("index", run="run0/convvis")["runs"]
                if max((len(tag["steps"]) for run in runs for tag in run["tags"]), default=0) >= self._epochs:
                    return


AXES = (
    Axis("maps drawn", 16, "log of an epoch's features of S's conv5", _maps),
    Axis("layers", 1, "log of an epoch's features, of 8 convolutions alike", _layers),
    Axis("images", 100, "log of an epoch's features of S, 16 maps a layer", _images),
    Axis("image side, pixels", 16, "log of an epoch's features of two convolutions", _side),
    Axis("epochs logged before", 16, "log of the next epoch", _epochs_written),
    Axis(
        "epochs logged",
        100,
        "opening the log: TensorBoard's data server reads it, and its index",
        lambda n, f: _Opened(n, f, "rust"),
    ),
    Axis(
        "epochs logged", 100, "the same on TensorBoard's Python reader", lambda n, f: _Opened(n, f, "python")
    ),
)


if __name__ == "__main__":
    main()
