"""Top-9 search over all convolutions against a bare forward pass and against one predict per layer.

python -m benchmarks.bench_top_activations [S A V] [--images N] [--rounds N]
"""

from __future__ import annotations

import argparse
import resource

import keras
import numpy as np
import tensorflow as tf

from benchmarks.models import MODELS, compare, conv_names, pictures
from tb_convvis.methods import TopActivationSearch
from tb_convvis.methods.model_images import ModelImages

IMAGES = {"S": 1024, "A": 64, "V": 16}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["S", "A", "V"])
    parser.add_argument("--images", type=int)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int)
    options = parser.parse_args()
    print("| model | images | bare s | search s | search / bare | predict s | predict / search | extra MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for key in options.models:
        print(bench(key, options.images or IMAGES[key], options.rounds, options.batch), flush=True)


def bench(key: str, count: int, rounds: int, batch: int | None) -> str:
    build, size = MODELS[key]
    model, images = build(), pictures(min(count, 128), size)
    images = np.concatenate([images] * -(-count // len(images)))[:count]
    names = conv_names(model)
    search = TopActivationSearch(model, names, batch_size=batch)
    step = batch or min(ModelImages(images).default_batch_size(), count)
    top = keras.Model(model.inputs, model.get_layer(names[-1]).output)
    forward = tf.function(lambda x: tf.reduce_sum(top(x, training=False)[:, 0, 0, 0]))

    def bare() -> float:
        parts = [forward(tf.constant(images[first : first + step])) for first in range(0, count, step)]
        return float(tf.add_n(parts))

    def naive() -> None:
        for name in names:
            part = keras.Model(model.inputs, model.get_layer(name).output)
            maps = part.predict(images, verbose=0, batch_size=step)
            flat = maps.reshape(count, -1, maps.shape[-1])
            order = np.argsort(-flat.max(axis=1), axis=0, kind="stable")[:9]
            np.take_along_axis(flat.argmax(axis=1), order, axis=0)

    bare()
    before = _peak()
    search(images)
    extra = _peak() - before
    seconds = compare({"bare": bare, "search": lambda: search(images)}, rounds)
    slow = compare({"search": lambda: search(images), "predict": naive}, max(1, rounds // 3))
    return (
        f"| {key} | {count} | {seconds['bare']:.3f} | {seconds['search']:.3f} "
        f"| {seconds['search'] / seconds['bare']:.2f} "
        f"| {slow['predict']:.3f} | {slow['predict'] / slow['search']:.1f} | {extra:.0f} |"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
