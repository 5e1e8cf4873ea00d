# mypy: ignore-errors
"""Run in an environment with torch and captum: python captum_deconvnet.py WORK.npz.

Rebuilds the network of ``test_deconvnet.py`` in torch from its saved weights and writes beside them what
Captum's NeuronDeconvolution and NeuronGuidedBackprop say of the same units.
"""

import sys

import numpy as np
import torch
from captum.attr import NeuronDeconvolution, NeuronGuidedBackprop
from torch import nn


def main(path: str) -> None:
    data = dict(np.load(path))
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8, eps=1e-3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 12, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(12, 10, 3, padding=1),
        nn.ReLU(),
    ).eval()
    with torch.no_grad():
        for number, name in ((0, "conv1"), (4, "conv2"), (7, "target")):
            network[number].weight.copy_(torch.tensor(data[f"{name}/kernel"]).permute(3, 2, 0, 1))
            network[number].bias.copy_(torch.tensor(data[f"{name}/bias"]))
        network[1].weight.copy_(torch.tensor(data["norm/gamma"]))
        network[1].bias.copy_(torch.tensor(data["norm/beta"]))
        network[1].running_mean.copy_(torch.tensor(data["norm/mean"]))
        network[1].running_var.copy_(torch.tensor(data["norm/variance"]))
    for name, method in (("deconvnet", NeuronDeconvolution), ("guided", NeuronGuidedBackprop)):
        attribute = method(network, network[8]).attribute
        found = []
        for image, row, col, number in data["units"]:
            x = torch.tensor(data["images"][image : image + 1]).permute(0, 3, 1, 2).requires_grad_()
            place = (int(number), int(row), int(col))
            found.append(attribute(x, place).detach().permute(0, 2, 3, 1).numpy()[0])
        data[name] = np.stack(found)
    np.savez(path, **data)


main(sys.argv[1])
