# mypy: ignore-errors
"""Milliseconds per image of Captum's Occlusion on model S in its own environment: occluder 4, stride 2.

python captum_occlusion.py WORK.npz: `images`, `labels` and the weights of S in order.
"""

import statistics
import sys
import time

import numpy as np
import torch
from captum.attr import Occlusion
from torch import nn

BATCH = 225


class ChannelsLastFlatten(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


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
        ChannelsLastFlatten(),
        nn.Linear(8 * 8 * 128, 10),
        nn.Softmax(1),
    ).eval()
    parts = [part for part in network if isinstance(part, nn.Conv2d | nn.Linear)]
    with torch.no_grad():
        for number, part in enumerate(parts):
            kernel = torch.tensor(data[f"weight{2 * number}"])
            part.weight.copy_(kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T)
            part.bias.copy_(torch.tensor(data[f"weight{2 * number + 1}"]))
    images = torch.tensor(data["images"]).permute(0, 3, 1, 2)
    labels = torch.tensor(data["labels"])
    method = Occlusion(network)

    def run() -> None:
        with torch.no_grad():
            for image, label in zip(images, labels, strict=True):
                method.attribute(
                    image[None],
                    sliding_window_shapes=(3, 4, 4),
                    strides=(3, 2, 2),
                    target=int(label),
                    baselines=0,
                    perturbations_per_eval=BATCH,
                )

    run()
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    print(statistics.median(seconds) / len(images) * 1e3)


if __name__ == "__main__":
    main(sys.argv[1])
