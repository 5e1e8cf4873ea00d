# mypy: ignore-errors
"""Milliseconds per projection of Captum's NeuronDeconvolution on model S, in batches, in its own environment.

python captum_deconvnet.py UNITS.npz: `images`, and under `conv1` to `conv5` units (image, row, col, map).
"""

import statistics
import sys
import time

import numpy as np
import torch
from captum.attr import NeuronDeconvolution
from torch import nn

BATCH = 64


def main(path: str) -> None:
    data = np.load(path)

    def conv(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]

    network = nn.Sequential(
        *conv(3, 32),
        *conv(32, 32),
        nn.MaxPool2d(2),
        *conv(32, 64),
        *conv(64, 64),
        nn.MaxPool2d(2),
        *conv(64, 128),
    ).eval()
    rectified = [layer for layer in network if isinstance(layer, nn.ReLU)]

    def project(number: int, layer: nn.Module) -> int:
        units = data[f"conv{number}"]
        method = NeuronDeconvolution(network, layer)
        images = torch.tensor(data["images"][units[:, 0]]).permute(0, 3, 1, 2)
        places = torch.tensor(units[:, 1:].astype(np.int64))
        for first in range(0, len(images), BATCH):
            x = images[first : first + BATCH].clone().requires_grad_()
            rows, cols, maps = places[first : first + BATCH].T

            def unit(output: torch.Tensor) -> torch.Tensor:
                return output[torch.arange(len(output)), maps, rows, cols]  # noqa: B023 (called at once)

            method.attribute(x, unit)
        return len(units)

    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        count = sum(project(number, layer) for number, layer in enumerate(rectified, start=1))
        seconds.append(time.perf_counter() - start)
    # The first round warms up.
    print(statistics.median(seconds[1:]) / count * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
