"""Occlusion sensitivity, in windows and plain, against positions x bare forward passes.

python -m benchmarks.bench_occlusion [S A V] [--rounds N] [--stride-divisor N]
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.models import MODELS, compare, pictures
from tb_convvis.methods import OccluderGrid, OcclusionProbe, occluder_grid

DIVISOR = {"S": 16, "A": 16, "V": 8}
BATCH = {"S": 225, "A": 75, "V": 16}
PEERS = {
    "xplique": "CONVVIS_XPLIQUE_PYTHON",
    "captum": "CONVVIS_CAPTUM_PYTHON",
    "tf_explain": "CONVVIS_XPLIQUE_PYTHON",
}
SIDE_BY_SIDE = ("tf_explain",)
"""Peers whose positions cannot overlap: the stride is the size."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["S", "A"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stride-divisor", type=int, help="stride is the image's side through this")
    options = parser.parse_args()
    print(
        "ms per position of an occluder of an eighth of the image's side; bare: occluded images made before,"
    )
    print("nothing but compiled forward passes in batches.")
    print(
        "| model | positions | bare | plain | windows | bare / windows | multiplications saved | largest dp |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for key in options.models:
        print(bench(key, options.rounds, options.stride_divisor or DIVISOR[key]), flush=True)
    # Captum's script builds S itself: torch reads no Keras model.
    for name, key in [("captum", "S"), *itertools.product(("xplique", "tf_explain"), "SA")]:
        if key in options.models:
            print(peer(name, key), flush=True)


def bench(key: str, rounds: int, divisor: int) -> str:
    build, size = MODELS[key]
    model, image = build(), pictures(1, size)
    options: dict[str, Any] = {"size": size // 8, "stride": max(1, size // divisor)}
    windows = OcclusionProbe(model, way="incremental", **options)
    plain = OcclusionProbe(model, way="plain", **options)
    grid = occluder_grid(size, size, **options)
    forward = bare(model, image[0], grid, BATCH[key])
    seconds = compare(
        {"bare": forward, "plain": lambda: plain(image), "windows": lambda: windows(image)}, rounds
    )
    each = {name: value / grid.count * 1e3 for name, value in seconds.items()}
    found, expected = windows(image), plain(image)
    difference = np.abs(found.probability - expected.probability).max()
    saved = windows._compiled.work[1] / windows._compiled.work[0]
    return (
        f"| {key} | {grid.count} | {each['bare']:.3f} | {each['plain']:.3f} | {each['windows']:.3f} "
        f"| {each['bare'] / each['windows']:.1f} | {saved:.1f} | {difference:.1e} |"
    )


def bare(model: keras.Model, image: np.ndarray, grid: OccluderGrid, batch: int) -> Any:
    """A function that runs ``model`` as often as there are positions, on one batch made beforehand."""
    images = tf.constant(np.repeat(image[None], batch, 0))
    run = tf.function(lambda x: model(x, training=False)).get_concrete_function(
        tf.TensorSpec(images.shape, tf.float32)
    )
    rest = grid.count % batch
    last = tf.function(lambda x: model(x, training=False))

    def forward() -> None:
        for _ in range(grid.count // batch):
            run(images)[0, 0].numpy()
        if rest:
            last(images[:rest])[0, 0].numpy()

    return forward


def peer(name: str, key: str) -> str:
    """A peer on a model with its weights, the same images and positions, timed between two runs of ours."""
    python = os.environ.get(PEERS[name])
    if not python:
        return f"{name}: set {PEERS[name]} to the Python of an environment that has it"
    build, side = MODELS[key]
    model, images = build(), pictures({"S": 4, "A": 1}[key], side)
    size = side // 8
    stride = size if name in SIDE_BY_SIDE else size // 2
    probe = OcclusionProbe(model, size=size, stride=stride, value=0)
    probe(images)

    def here() -> float:
        return compare({"here": lambda: probe(images)}, 3)["here"] * 1e3 / len(images)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.npz"
        labels = model.predict(images, verbose=0).argmax(axis=1)
        weights = {f"weight{number}": weight for number, weight in enumerate(model.get_weights())}
        np.savez(path, images=images, labels=labels, size=size, stride=stride, batch=BATCH[key], **weights)
        model.save(path.with_name("model.keras"))
        before = here()
        script = str(Path(__file__).with_name(f"{name}_occlusion.py"))
        run = subprocess.run([python, script, str(path)], capture_output=True, text=True, check=True)
        theirs, ours = float(run.stdout.split()[-1]), (before + here()) / 2
    count = occluder_grid(side, side, size, stride).count
    return (
        f"{key}, {count} positions, ms per image: here {ours:.1f}, {name} {theirs:.1f}: {theirs / ours:.1f}x"
    )


if __name__ == "__main__":
    main()
