# mypy: ignore-errors
"""Milliseconds per image of xplique's Occlusion on a saved model, in xplique's own environment.

python xplique_occlusion.py WORK.npz: `images`, `labels`, `size`, `stride`, `batch`; model.keras beside it.
"""

import statistics
import sys
import time
from pathlib import Path

import keras
import numpy as np
from xplique.attributions import Occlusion


def main(path: str) -> None:
    data = np.load(path)
    network = keras.models.load_model(Path(path).with_name("model.keras"))
    method = Occlusion(
        network,
        batch_size=int(data["batch"]),
        patch_size=int(data["size"]),
        patch_stride=int(data["stride"]),
        occlusion_value=0.0,
    )
    images = data["images"]
    targets = np.eye(network.output_shape[1], dtype=np.float32)[data["labels"]]
    method(images, targets)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        method(images, targets)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds) / len(images) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
