# mypy: ignore-errors
"""Milliseconds per projection of Captum's NeuronDeconvolution on model S, in batches, in its own environment.

python captum_deconvnet.py UNITS.npz: `images` and `units` (image, row, col, map) of the last convolution.
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
    method = NeuronDeconvolution(network, network[-1])
    images = torch.tensor(data["images"][data["units"][:, 0]]).permute(0, 3, 1, 2)
    places = torch.tensor(data["units"][:, 1:].astype(np.int64))

    def project() -> None:
        for first in range(0, len(images), BATCH):
            x = images[first : first + BATCH].clone().requires_grad_()
            rows, cols, maps = places[first : first + BATCH].T

            def unit(output: torch.Tensor) -> torch.Tensor:
                return output[torch.arange(len(output)), maps, rows, cols]  # noqa: B023 (called at once)

            method.attribute(x, unit)

    project()
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        project()
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds) / len(images) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
