# mypy: ignore-errors
"""Run in an environment with torch and captum: python captum_occlusion.py WORK.npz.

Rebuilds the network of ``test_occlusion.py`` in torch from its saved weights and writes beside them what
Captum's Occlusion says of the same images, occluder and stride.
"""

import sys

import numpy as np
import torch
from captum.attr import Occlusion
from torch import nn


class ChannelsLastFlatten(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def main(path: str) -> None:
    data = dict(np.load(path))
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        ChannelsLastFlatten(),
        nn.Linear(5 * 8 * 12, 5),
        nn.Softmax(1),
    ).eval()
    parts = [part for part in network if isinstance(part, nn.Conv2d | nn.Linear)]
    with torch.no_grad():
        for number, part in enumerate(parts):
            kernel = torch.tensor(data[f"weight{2 * number}"])
            part.weight.copy_(kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T)
            part.bias.copy_(torch.tensor(data[f"weight{2 * number + 1}"]))
    (high, wide), (down, across) = data["size"].tolist(), data["stride"].tolist()
    found = Occlusion(network).attribute(
        torch.tensor(data["images"]).permute(0, 3, 1, 2),
        sliding_window_shapes=(3, high, wide),
        strides=(3, down, across),
        target=torch.tensor(data["labels"].astype(np.int64)),
        baselines=float(data["value"]),
    )
    # All channels are covered at once: each holds the same.
    np.savez(path, **data, captum=found.detach().numpy()[:, 0])


main(sys.argv[1])
