"""What each callback adds to the demo's epochs.

One training each: the time spent in it is measured around its hooks, the epoch's own time between them, so
that both come from the same run and the machine's drift cancels.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras

from benchmarks.peers.timed_fit import timed_fit
from demo_training import dataset
from demo_training.model import FirstLayer, build
from tb_convvis.callbacks import ConvVis
from tb_convvis.callbacks.convvis import VIEWS

EPOCHS = 6


def main() -> None:
    pictures = dataset.load("photographs", seed=0)
    print(
        f"{'callback':18s} {'epoch s':>9s} {'logging s':>10s} {'share':>7s}   medians of {EPOCHS - 1} epochs"
    )
    for kind in (*VIEWS, ConvVis):
        keras.utils.set_random_seed(0)
        model = build(pictures.x_train.shape[1:], len(pictures.class_names), FirstLayer(9, 2))
        model.compile("sgd", "sparse_categorical_crossentropy")
        with tempfile.TemporaryDirectory() as directory:
            callback = kind(directory, data=(pictures.x_val, pictures.y_val))
            epoch, hook = timed_fit(model, pictures.x_train, pictures.y_train, [callback], EPOCHS)
            size = sum(path.stat().st_size for path in Path(directory).rglob("*tfevents*"))
        print(
            f"{kind.__name__:18s} {epoch:9.2f} {hook:10.4f} {hook / epoch:7.2%}   "
            f"{size / (EPOCHS + 1) / 1e3:.0f} kB an epoch"
        )
