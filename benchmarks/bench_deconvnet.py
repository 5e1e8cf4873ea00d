"""Deconvnet projections of the 9 strongest units of every map against two obvious ways.

python -m benchmarks.bench_deconvnet [S A V] [--images N] [--rounds N] [--maps N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from benchmarks.models import MODELS, compare, conv_names, pictures, small
from tb_convvis.methods import Deconvnet, top_activations

IMAGES = {"S": 500, "A": 64, "V": 24}
SAMPLE = {"S": 60, "A": 16, "V": 6}


@tf.custom_gradient
def rectify(x: tf.Tensor) -> tuple[tf.Tensor, object]:
    return tf.nn.relu(x), tf.nn.relu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["S", "A"])
    parser.add_argument("--images", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--maps", type=int, default=10**9, help="maps per layer")
    options = parser.parse_args()
    print("ms per projection; the slow ways are timed on a random sample of the same units.")
    print("| model | projections | here | whole images | eager, one by one | whole / here | eager / here |")
    print("|---|---|---|---|---|---|---|")
    for key in options.models:
        print(bench(key, options.images or IMAGES[key], options.rounds, options.maps), flush=True)
    for name in PEERS:
        print(peer(name))


def bench(key: str, count: int, rounds: int, maps: int) -> str:
    build, size = MODELS[key]
    model, images = build(), pictures(count, size)
    names = conv_names(model)
    if key == "V":
        names = names[-1:]
    top = top_activations(model, names, images)
    units = {name: top[name].units(np.arange(min(maps, len(top[name].value)))) for name in names}
    total = sum(len(rows) for rows in units.values())
    random = np.random.default_rng(0)
    share = SAMPLE[key] * 4 / total
    sample = {
        name: random.permutation(rows)[: max(1, round(len(rows) * share))] for name, rows in units.items()
    }
    few = {name: rows[: max(1, len(rows) // 4)] for name, rows in sample.items()}
    fast, full = Deconvnet(model, names), Deconvnet(model, names, windows=False)

    def eager() -> None:
        for name, rows in few.items():
            for unit in rows:
                one_by_one(model, name, images[unit[0]], unit)

    runs = {"here": lambda: fast(images, units), "full": lambda: full(images, sample), "eager": eager}
    seconds = compare(runs, rounds)
    here = seconds["here"] / total
    whole = seconds["full"] / sum(len(rows) for rows in sample.values())
    single = seconds["eager"] / sum(len(rows) for rows in few.values())
    return (
        f"| {key} | {total} | {here * 1e3:.3f} | {whole * 1e3:.2f} | {single * 1e3:.1f} "
        f"| {whole / here:.1f} | {single / here:.1f} |"
    )


PEERS = {"xplique": "CONVVIS_XPLIQUE_PYTHON", "captum": "CONVVIS_CAPTUM_PYTHON"}


def peer(name: str) -> str:
    """A peer on all convolutions of S, timed between two runs of ours on the same units."""
    python = os.environ.get(PEERS[name])
    if not python:
        return f"{name}: set {PEERS[name]} to the Python of an environment that has it"
    model, images = small(), pictures(200, 32)
    names = conv_names(model)
    top = top_activations(model, names, images)
    units = {layer: top[layer].units() for layer in names}
    count = sum(map(len, units.values()))
    project = Deconvnet(model, names)

    def here() -> float:
        return compare({"here": lambda: project(images, units)}, 3)["here"] / count * 1e3

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.npz"
        np.savez(path, images=images, **units)
        before = here()
        script = str(Path(__file__).with_name(f"{name}_deconvnet.py"))
        run = subprocess.run([python, script, str(path)], capture_output=True, text=True, check=True)
        theirs, ours = float(run.stdout.split()[-1]), (before + here()) / 2
    return f"S, {count} units of all layers: here {ours:.3f} ms, {name} {theirs:.3f} ms: {theirs / ours:.1f}x"


def one_by_one(model: keras.Model, name: str, image: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Run the layers under a GradientTape with the rule as a custom gradient, for a single unit."""
    x = tf.constant(image[None])
    with tf.GradientTape() as tape:
        tape.watch(x)
        maps = x
        for layer in model.layers:
            if isinstance(layer, keras.layers.Conv2D):
                maps = tf.nn.conv2d(maps, layer.kernel, layer.strides, layer.padding.upper())
                maps = rectify(tf.nn.bias_add(maps, layer.bias))
            elif isinstance(layer, keras.layers.MaxPooling2D):
                maps = layer(maps)
            if layer.name == name:
                break
        value = maps[0, unit[1], unit[2], unit[3]]
    return (tape.gradient(value, x) * value).numpy()[0]


if __name__ == "__main__":
    main()
