"""The top-9 search and the deconvnet projections of what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks import flops
from benchmarks.contest import LIMIT, OBVIOUS, OURS, Contest, Goal, Limit, Row
from benchmarks.models import MODELS, conv_names, pictures
from benchmarks.rounds import timed
from benchmarks.work import bare_forward, lay_down
from tb_convvis.methods import Deconvnet, Projections, Rule, TopActivationSearch, top_activations
from tb_convvis.methods.model_images import ModelImages

IMAGES = {"S": 500, "A": 64}
MAPS = {"S": 128, "A": 7}
"""Maps projected of each layer, at the most; 7 of 9 pictures make one batch of a peer."""
ROUNDS = {"S": 1000, "A": 3}
"""Peers take a minute for one of A."""
SAMPLE = {"S": 60, "A": 16}
"""Units of which one by one are timed, from all layers; the time is then multiplied."""
COMPARED = 9
"""Units of each layer whose projections are compared with a peer's."""

SEARCH_GOAL = {"S": 1.35, "A": 1.10}
PROJECTIONS_GOAL = {"S": (88, 6.6), "A": (31, 10)}
"""Over one by one, and over xplique."""
NO_SEARCH = "has no search over pictures"


def rows(models: str) -> list[Row]:
    """Of each model both tasks."""
    return [row for key in models for row in (_search_row(key), _projections_row(key))]


def _search_row(key: str) -> Row:
    lacks = dict.fromkeys(("tf-explain", "xplique", "tf-keras-vis", "Captum"), NO_SEARCH)
    what = f"{IMAGES[key]} pictures, all convolutions"
    return Row(f"top-9 search, {key}", what, partial(search, key), lacks=lacks)


def _projections_row(key: str) -> Row:
    peers = dict.fromkeys(("xplique", "tf-keras-vis", "Captum"), "projections")
    lacks = {"tf-explain": "has no deconvnet: its gradients are those of a class's score"}
    most = "all maps" if MAPS[key] >= 128 else f"{MAPS[key]} maps of each layer"
    what = f"deconvnet of the 9 strongest units of {most}, all convolutions, {IMAGES[key]} pictures"
    return Row(f"projections, {key}", what, partial(projections, key), peers, lacks, ROUNDS[key])


def search(key: str, folder: Path) -> Contest:
    """The top-9 search over all convolutions of a model."""
    build, side = MODELS[key]
    model, images = build(), pictures(IMAGES[key], side)
    names = conv_names(model)
    batch = min(ModelImages(images).default_batch_size(), len(images))
    seek = TopActivationSearch(model, names)

    def naive() -> None:
        for name in names:
            part = keras.Model(model.inputs, model.get_layer(name).output)
            maps = part.predict(images, verbose=0, batch_size=batch)
            flat = maps.reshape(len(images), -1, maps.shape[-1])
            order = np.argsort(-flat.max(axis=1), axis=0, kind="stable")[:9]
            np.take_along_axis(flat.argmax(axis=1), order, axis=0)

    count = len(images) * flops.forward(flops.chain(model), names[-1])
    return Contest(
        ours=timed(lambda: seek(images)),
        limit=Limit(
            f"a bare compiled forward pass of the same pictures up to {names[-1]}, {count / 1e9:.1f} GFLOP",
            timed(bare_forward(model, images, batch, names[-1])),
        ),
        obvious=timed(naive),
        obvious_words="one `predict` for each layer, then NumPy",
        goals=(Goal(OURS, LIMIT, SEARCH_GOAL[key], at_most=True), Goal(OBVIOUS, OURS, 5)),
    )


def projections(key: str, folder: Path) -> Contest:
    """Deconvnet projections of the strongest units of every layer."""
    build, side = MODELS[key]
    model, images = build(), pictures(IMAGES[key], side)
    names = conv_names(model)
    found = top_activations(model, names, images)
    units = {name: found[name].units(np.arange(min(MAPS[key], len(found[name].value)))) for name in names}
    project = Deconvnet(model, names)
    total = sum(map(len, units.values()))
    share = SAMPLE[key] / total
    few = {name: rows[:: max(1, round(1 / share))] for name, rows in units.items()}

    def eager() -> None:
        for name, rows in few.items():
            for unit in rows:
                _one_by_one(model, name, images[unit[0]], unit)

    one_by_one = timed(eager)
    multiple = total / sum(map(len, few.values()))
    steps = flops.chain(model)
    seen = len(np.unique(np.concatenate([rows[:, 0] for rows in units.values()])))
    way_up = seen * flops.forward(steps, names[-1])
    way_down = sum(flops.projected(steps, name, rows) for name, rows in units.items())
    whole = len(images) * flops.forward(steps, names[-1])
    batch = min(ModelImages(images).default_batch_size(), len(images))
    first = {name: rows[:COMPARED] for name, rows in units.items()}
    numbered = {f"units/{name}": rows for name, rows in units.items()}
    lay_down(folder, model, images=images, compared=COMPARED, **numbered)
    return Contest(
        ours=timed(lambda: project(images, units)),
        limit=Limit(
            f"{way_up / 1e9:.1f} GFLOP up through {seen} pictures and {way_down / 1e9:.1f} back in windows "
            f"of what {total} units see, at the rate of a bare forward pass",
            timed(bare_forward(model, images, batch, names[-1])),
            (way_up + way_down) / whole,
        ),
        obvious=lambda: one_by_one() * multiple,
        obvious_words=f"a GradientTape for each unit, layer by layer; a sample of {SAMPLE[key]}, multiplied",
        judge=partial(_judge, model, images, first),
        goals=(
            Goal(OBVIOUS, OURS, PROJECTIONS_GOAL[key][0]),
            Goal("xplique", OURS, PROJECTIONS_GOAL[key][1]),
        ),
    )


def _judge(
    model: keras.Model, images: Any, units: Mapping[str, Any], peer: str, answer: Mapping[str, Any]
) -> float:
    """The median over units: one whose pool has two equal maxima may take either."""
    rule: Rule = "guided" if peer == "tf-keras-vis" else "deconvnet"
    differences: list[float] = []
    for name, ours in Deconvnet(model, list(units), rule)(images, units).items():
        differences += _difference(ours, answer[name])
    return float(np.median(differences))


def _difference(ours: Projections, theirs: Any) -> list[float]:
    """Peers start from 1 where Zeiler and Fergus start from the activation."""
    expected = theirs * np.maximum(ours.activation, 0)[:, None, None, None]
    largest = np.abs(expected).max(axis=(1, 2, 3))
    return list(np.abs(ours.canvas() - expected).max(axis=(1, 2, 3)) / np.maximum(largest, 1e-12))


@tf.custom_gradient
def _rectify(x: tf.Tensor) -> tuple[tf.Tensor, object]:
    return tf.nn.relu(x), tf.nn.relu


def _one_by_one(model: keras.Model, name: str, image: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Run the layers under a GradientTape with the rule as a custom gradient, for a single unit."""
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        maps = x
        for layer in model.layers:
            if isinstance(layer, keras.layers.Conv2D):
                maps = tf.nn.conv2d(maps, layer.kernel, layer.strides, layer.padding.upper())
                maps = _rectify(tf.nn.bias_add(maps, layer.bias))
            elif isinstance(layer, keras.layers.MaxPooling2D):
                maps = layer(maps)
            if layer.name == name:
                break
        value = maps[0, unit[1], unit[2], unit[3]]
    return (tape.gradient(value, x) * value).numpy()[0]
