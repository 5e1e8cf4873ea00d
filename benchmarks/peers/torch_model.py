# mypy: ignore-errors
"""The benchmarks' models in torch: convolutions, max pools and dense layers, with Keras's weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn


class ChannelsLastFlatten(nn.Module):
    """Flattens in the order in which Keras does."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 2, 3, 1).flatten(1)


def build(layers: list[dict], weights: list[np.ndarray], images: np.ndarray) -> tuple[nn.Sequential, dict]:
    """The model, and by the name of each convolution the number of the module that gives its maps.

    Args:
        layers: class and arguments of each Keras layer.
        weights: kernel and bias of each layer that has some, in order.
        images: [n, H, W, C]; only their size matters, which TensorFlow's 'same' padding depends on.
    """
    modules: list[nn.Module] = []
    ends: dict[str, int] = {}
    remaining = iter(weights)
    size, channels = images.shape[1:3], images.shape[3]
    for layer in layers:
        kind = layer["class"]
        if kind == "Conv2D":
            kernel, bias = next(remaining), next(remaining)
            before, padding = _padding(layer, size, layer["kernel_size"], value=0.0)
            conv = nn.Conv2d(channels, kernel.shape[3], kernel.shape[:2], layer["strides"], padding)
            _set(conv, kernel.transpose(3, 2, 0, 1), bias)
            modules += [*before, conv, *_activation(layer)]
            ends[layer["name"]], channels = len(modules) - 1, kernel.shape[3]
        elif kind == "MaxPooling2D":
            before, padding = _padding(layer, size, layer["pool_size"], value=float("-inf"))
            modules += [*before, nn.MaxPool2d(layer["pool_size"], layer["strides"], padding)]
        elif kind == "Flatten":
            modules.append(ChannelsLastFlatten())
            channels *= size[0] * size[1]
        elif kind == "Dense":
            kernel, bias = next(remaining), next(remaining)
            dense = nn.Linear(channels, kernel.shape[1])
            _set(dense, kernel.T, bias)
            modules += [dense, *_activation(layer)]
            channels = kernel.shape[1]
        elif kind != "InputLayer":
            raise ValueError(
                f"Expected a chain of convolutions, max pools and dense layers. Received: {kind}."
            )
        if kind in ("Conv2D", "MaxPooling2D"):
            window = layer.get("kernel_size", layer.get("pool_size"))
            size = tuple(map(_units, size, window, layer["strides"], [layer["padding"]] * 2))
    return nn.Sequential(*modules).eval(), ends


def channels_first(images: np.ndarray) -> torch.Tensor:
    return torch.tensor(images).permute(0, 3, 1, 2).contiguous()


def _units(pixels: int, window: int, stride: int, padding: str) -> int:
    return -(-pixels // stride) if padding == "same" else (pixels - window) // stride + 1


def _padding(layer, size, window, value):
    """A module before the window, where the sides differ, and else what torch's own padding is."""
    if layer["padding"] == "valid":
        return [], 0
    around = []
    for pixels, side, stride in zip(size, window, layer["strides"], strict=True):
        total = max((_units(pixels, side, stride, "same") - 1) * stride + side - pixels, 0)
        around.append((total // 2, total - total // 2))
    if all(before == after for before, after in around):
        return [], tuple(before for before, _ in around)
    (top, bottom), (left, right) = around
    return [nn.ConstantPad2d((left, right, top, bottom), value)], 0


def _activation(layer):
    known = {"linear": [], "relu": [nn.ReLU()], "softmax": [nn.Softmax(1)]}
    return known[layer["activation"]]


def _set(module, kernel, bias):
    with torch.no_grad():
        module.weight.copy_(torch.tensor(np.ascontiguousarray(kernel)))
        module.bias.copy_(torch.tensor(bias))
