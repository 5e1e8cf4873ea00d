"""The list of the models, how each is built, and what is to be expected of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ZooModel:
    """How to build a model, and what is to be expected of it.

    ``layers``: the deeper of the layers that are probed comes last. ``refused``: layers that rule='deconvnet'
    refuses, and the word that the reason must hold. ``slow``: left out of the quick run.
    """

    build: Callable[[], Any]
    layers: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...] = ((16, 16, 3),)
    refused: dict[str, str] = field(default_factory=dict)
    slow: bool = False

    def images(self, count: int = 4, seed: int = 0) -> Any:
        random = np.random.default_rng(seed)
        arrays = [random.normal(size=(count, *shape)).astype(np.float32) for shape in self.shapes]
        return arrays[0] if len(arrays) == 1 else arrays


ZOO: dict[str, ZooModel] = {}


def zoo_model(*names: str, **expectations: Any) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(build: Callable[[], Any]) -> Callable[[], Any]:
        ZOO[build.__name__] = ZooModel(build, names, **expectations)
        return build

    return register


def build(name: str) -> Any:
    """The zoo's model ``name`` with fixed, non-trivial weights."""
    model = ZOO[name].build()
    if not model.built:
        model(ZOO[name].images(1))
    random = np.random.default_rng(7)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if (
            not str(weight.dtype).startswith("float")
            or "seed" in weight.path
            or weight.path.endswith("mean_imagenet")
        ):
            continue
        if len(shape) > 1:
            fan_in = max(int(np.prod(shape[:-1])), 1)
            if "depthwise" in weight.path:
                fan_in = int(np.prod(shape[:2]))
            weight.assign(random.normal(size=shape) * np.sqrt(2 / fan_in))
        elif "variance" in weight.path or "gamma" in weight.path:
            weight.assign(random.uniform(0.5, 1.5, size=shape))
        else:
            weight.assign(random.normal(size=shape) * 0.1)
    return model
