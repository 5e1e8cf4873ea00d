# mypy: ignore-errors
"""Milliseconds per image of tf-explain's OcclusionSensitivity on a saved model, in its environment.

python tf_explain_occlusion.py WORK.npz: `images`, `labels`, `size`, `batch`; model.keras beside it. The
patches of tf-explain stand side by side: its stride is its size.
"""

import statistics
import sys
import time
from pathlib import Path

import keras
import numpy as np
from tf_explain.core.occlusion_sensitivity import OcclusionSensitivity


def main(path: str) -> None:
    data = np.load(path)
    network = keras.models.load_model(Path(path).with_name("model.keras"))
    method, size = OcclusionSensitivity(batch_size=int(data["batch"])), int(data["size"])
    keras.utils.disable_interactive_logging()
    pairs = list(zip(data["images"], data["labels"], strict=True))
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        for image, label in pairs:
            method.get_sensitivity_map(network, image, int(label), size)
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds[1:]) / len(pairs) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
