"""What logging costs where there is an accelerator, in absolute times.

python -m benchmarks accelerator [--models SAV] [--rounds N] [--device CPU:0]

Everything is run once before it is timed, and the device has finished its work before the clock starts and
before it stops. Where TensorFlow sees no accelerator it says so and measures nothing; `--device CPU:0` tries
the code without one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks import flops, machine
from benchmarks.models import MODELS, conv_names, pictures
from benchmarks.rounds import Spread, interleave, timed
from benchmarks.work import bare_forward
from tb_convvis.callbacks import ConvVis
from tb_convvis.methods import Deconvnet, OcclusionProbe, TopActivationSearch, occluder_grid, top_activations

IMAGES = {"S": 4096, "A": 512, "V": 128}
MAPS = 64
SHOWN = 8


def main() -> None:
    """Print a table, or that there is no accelerator."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks accelerator", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--models", default="SAV")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--images", type=int, help="instead of as many as keep an accelerator busy")
    parser.add_argument("--device", help="such as GPU:0; by default the first accelerator")
    options = parser.parse_args()
    if options.device is None and not machine.names_of_accelerators():
        print("no accelerator: TensorFlow sees no GPU here, so nothing was measured")
        return
    print(f"{machine.describe()}\n")
    print("| model | task | seconds (least–largest) | what |\n|---|---|---|---|")
    with tf.device(options.device or "GPU:0"), tempfile.TemporaryDirectory() as folder:
        for key in options.models:
            for line in measure(key, options.images or IMAGES[key], Path(folder) / key, options.rounds):
                print(line, flush=True)


def measure(key: str, amount: int, folder: Path, rounds: int) -> list[str]:
    """The lines of one model."""
    build, side = MODELS[key]
    model = build()
    images = np.tile(pictures(min(amount, 64), side), (-(-amount // 64), 1, 1, 1))[:amount]
    names = conv_names(model)
    batch = min(amount, 256)
    found = top_activations(model, names, images)
    units = {name: found[name].units(np.arange(min(MAPS, len(found[name].value)))) for name in names}
    grid = occluder_grid(side, side, side // 8, side // 16)
    tasks: dict[str, tuple[Callable[[], object], str]] = {
        "bare forward pass": (bare_forward(model, images, batch), _forward_words(model, amount)),
        "top-9 search": (
            _of(TopActivationSearch(model, names), images),
            f"{amount} pictures, all convolutions",
        ),
        "projections": (
            _of(Deconvnet(model, names), images, units),
            f"{sum(map(len, units.values()))} units, {MAPS} maps a layer",
        ),
        "occlusion": (
            _of(OcclusionProbe(model, size=side // 8, stride=side // 16), images[:SHOWN]),
            f"{SHOWN} pictures, {grid.count} positions each",
        ),
        "an epoch's logging": (
            _logging(model, images, folder),
            f"ConvVis with its defaults, {amount} pictures given",
        ),
    }
    for work, _ in tasks.values():
        work()
    values = interleave({name: timed(_synchronised(work)) for name, (work, _) in tasks.items()}, rounds)
    spreads = {name: Spread.of(seconds) for name, seconds in values.items()}
    return [
        f"| {key} | {name} | {s.median:.4g} ({s.least:.4g}–{s.largest:.4g}) | {tasks[name][1]} |"
        for name, s in spreads.items()
    ]


def _of(method: Callable[..., object], *arguments: Any) -> Callable[[], object]:
    return lambda: method(*arguments)


def _synchronised(work: Callable[[], object]) -> Callable[[], object]:
    """`work`, and whatever it left the device to do."""

    def run() -> None:
        work()
        tf.test.experimental.sync_devices()

    return run


def _forward_words(model: Any, amount: int) -> str:
    return f"{amount} pictures, {amount * flops.forward(flops.chain(model)) / 1e9:.0f} GFLOP"


def _logging(model: Any, images: Any, folder: Path) -> Callable[[], object]:
    """One more epoch of a training, from the search to the flushed file."""
    callback = ConvVis(str(folder), data=images, budget=None)
    callback.set_params({"epochs": 10**6, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    epochs = count()
    return lambda: callback.on_epoch_end(next(epochs))


if __name__ == "__main__":
    main()
