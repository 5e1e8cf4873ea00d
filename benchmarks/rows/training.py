"""What logging adds to an epoch of training."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np

from benchmarks import flops
from benchmarks.contest import OURS, Contest, Goal, Limit, Row
from benchmarks.models import conv_names, pictures, small
from benchmarks.peers.timed_fit import timed_fit
from benchmarks.rounds import Run, timed
from benchmarks.work import bare_forward, lay_down
from tb_convvis.callbacks import ConvVis, TopActivations
from tb_convvis.methods import feature_layers, occluder_grid, top_activations

IMAGES, TIMES, COUNTED = 500, 10, 2
"""Pictures, how often an epoch has them, and how often its time is counted."""
EPOCHS = 2
"""Of one fit; the first is not counted."""
SHOWN = 8
"""Pictures of which occlusion maps are made."""


def rows(models: str) -> list[Row]:
    """Everything, and the features alone; of model S, whose epochs are short."""
    if "S" not in models:
        return []
    lacks = dict.fromkeys(("xplique", "tf-keras-vis", "Captum"), "has no training callback")
    amount = IMAGES * TIMES
    what = f"share of an epoch of {COUNTED * amount:,} pictures ({amount:,}, counted twice), all views logged"
    alone = "its callbacks show no features"
    return [
        Row(
            "epoch, all views, S",
            f"{what}; by tf-explain occlusion of {SHOWN} pictures, side by side, and the maps of one layer",
            everything,
            {"tf-explain": "epoch"},
            lacks,
            most_rounds=3,
            warm_up=False,
            unit="share",
        ),
        Row(
            "epoch, features, S",
            what.replace("all views", "top-9 with projections"),
            features,
            lacks={**lacks, "tf-explain": alone},
            most_rounds=3,
            warm_up=False,
            unit="share",
        ),
    ]


def everything(folder: Path) -> Contest:
    """ConvVis with all its defaults but the budget, which would leave epochs out."""
    fits = _Fits(folder)
    keras_own = fits.run(lambda directory: keras.callbacks.TensorBoard(directory, histogram_freq=1))
    return Contest(
        ours=fits.run(lambda directory: ConvVis(directory, data=fits.data, budget=None)),
        limit=fits.limit(occludes=True),
        obvious=keras_own,
        obvious_words="keras.callbacks.TensorBoard(histogram_freq=1), which writes histograms alone",
        goals=(Goal(OURS, None, 0.09, at_most=True),),
    )


def features(folder: Path) -> Contest:
    """The top-9 search, its projections, their pictures."""
    fits = _Fits(folder)
    ours = fits.run(lambda directory: TopActivations(directory, data=fits.data))
    goals = (Goal(OURS, None, 0.06, at_most=True),)
    return Contest(ours=ours, limit=fits.limit(occludes=False), goals=goals)


class _Fits:
    """Fits of one model with a callback each, and what is laid down for peers who do the same."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count()
        self._model, self._images = small(), pictures(IMAGES, 32)
        self.data = (self._images, np.arange(IMAGES) % 10)
        self._epoch = 0.0
        lay_down(
            folder,
            self._model,
            images=self._images,
            labels=self.data[1],
            looked_at=self._images[:SHOWN],
            size=occluder_grid(32, 32).size[0],
            layer=conv_names(self._model)[-1],
            times=TIMES,
            counted=COUNTED,
            epochs=EPOCHS,
        )
        self._model.compile("sgd", "sparse_categorical_crossentropy")

    def run(self, make: Callable[[str], Any]) -> Run:
        """The share of an epoch's time that a callback takes."""
        x, y = (np.concatenate([array] * TIMES) for array in self.data)

        def run() -> float:
            with contextlib.redirect_stdout(io.StringIO()):  # what is said once a fit
                callback = make(str(self._folder / f"run{next(self._numbers)}"))
                training, logging = timed_fit(self._model, x, y, [callback], EPOCHS)
            self._epoch = training * COUNTED
            return logging / self._epoch

        return run

    def limit(self, *, occludes: bool) -> Limit:
        """What is logged at the rate of a bare forward pass, over the time of the last fit's epoch."""
        steps = flops.chain(self._model)
        layers = feature_layers(self._model, self._images)
        found = top_activations(self._model, layers, self._images)
        units = {name: top.units(np.arange(min(64, len(top.value)))) for name, top in found.items()}
        seen = len(np.unique(np.concatenate([rows[:, 0] for rows in units.values()])))
        logged = (IMAGES + seen) * flops.forward(steps, layers[-1])
        logged += sum(flops.projected(steps, name, rows) for name, rows in units.items())
        grid, parts = occluder_grid(32, 32), "search and projections"
        if occludes:
            logged += SHOWN * flops.occluded(steps, (grid.rows, grid.cols), grid.size)
            parts = "search, projections and occlusion"
        forward = timed(bare_forward(self._model, self._images, IMAGES))
        words = (
            f"{logged / 1e9:.1f} GFLOP of {parts} at the rate of a bare forward pass, over the epoch's time"
        )
        return Limit(words, lambda: forward() / self._epoch, logged / (IMAGES * flops.forward(steps)))
