"""Projections through chains of convolutions and pools: one forward pass per image, then small windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.backward_pass import BackwardPass
from tb_convvis.methods.backward_rule import Rule, RuleUse
from tb_convvis.methods.chain import Link, find_chain
from tb_convvis.methods.layer_calls import (
    channels_last,
    compile_traced,
    find_call,
    single_tensor,
    trace_layer_calls,
)
from tb_convvis.methods.model_images import ModelImages, float_source
from tb_convvis.methods.projection import Projections, check_units
from tb_convvis.methods.target import before_softmax
from tb_convvis.methods.window_engine import run_chain

FLOATS_PER_STEP = 1 << 24
"""Values of the largest tensor of a step: 64 MiB."""


@dataclass
class _Target:
    """One layer: its links, the forward outputs they read, and its compiled reverse."""

    path: str
    shape: tuple[int, int, int]
    links: list[Link]
    reads: list[int]
    batch_size: int
    project: Any = None


class WindowProjector:
    """A projector of those ``layers`` that a chain joins to the images, compiled once per shape of images.

    All layers share one forward pass over the images in question, of which only what the way back reads is
    kept.

    Args:
        model: A built Keras model.
        layers: Paths, names or layer objects.
        rule: "deconvnet", "guided" or "gradient".
        data: Images of the shape to compile for.
        source: Which of the model's inputs, counted from 0, the signal is carried down to.
        batch_size: Units per step; None takes what fits into ``FLOATS_PER_STEP``.
        share: By how much steps are smaller than that, and than an ordinary machine's memory takes.

    Raises:
        RuleError: If the rule cannot be applied to an activation of a chain.
        ValueError: If a layer is unknown or has no single output.
    """

    def __init__(
        self,
        model: Any,
        layers: Sequence[Any],
        rule: Rule,
        data: ModelImages,
        *,
        source: int,
        batch_size: int | None,
        share: int = 1,
    ) -> None:
        self._model = model
        self._layers = layers
        self._rule: Rule = rule
        self._source = source
        self._batch_size = batch_size
        self._share = share
        self._image_batch = max(1, data.default_batch_size() // share)
        self._targets: list[_Target | None] = []
        self.uses: list[RuleUse] = []
        self.trace_count = 0
        self._forward = compile_traced(partial(self._trace, data.pack), *data.specs(self._image_batch))
        for target in self._targets:
            if target is not None:
                self._compile(target)

    @property
    def covered(self) -> list[bool]:
        """Whether each of the layers is at the end of a chain."""
        return [target is not None for target in self._targets]

    def __call__(self, data: ModelImages, units: Mapping[int, Any]) -> dict[int, Projections]:
        """Project units of ``data``; keys count the layers."""
        height, width = data.signature[self._source][:2]
        results: dict[int, _Collected] = {}
        for key, rows in units.items():
            target = self._target(key)
            checked = check_units(rows, data.count, target.path, target.shape)
            results[key] = _Collected(checked, target.project.structured_outputs)
        wanted = np.unique(np.concatenate([result.units[:, 0] for result in results.values()]))
        for first in range(0, len(wanted), self._image_batch):
            images = wanted[first : first + self._image_batch]
            padded = images[np.minimum(np.arange(self._image_batch), len(images) - 1)]
            values = self._forward(*data.take(padded))
            for key, result in results.items():
                self._project(self._target(key), values, images, result)
        return {key: result.projections((height, width)) for key, result in results.items()}

    def _target(self, key: int) -> _Target:
        target = self._targets[key]
        if target is None:
            raise AssertionError("Only layers that are covered are asked for.")
        return target

    def _project(
        self, target: _Target, values: Sequence[Any], images: NDArray[Any], result: _Collected
    ) -> None:
        order = result.by_image
        numbers = result.units[order, 0]
        chosen = order[np.searchsorted(numbers, images[0]) : np.searchsorted(numbers, images[-1], "right")]
        reads = [values[read] for read in target.reads]
        for first in range(0, len(chosen), target.batch_size):
            rows = chosen[first : first + target.batch_size]
            size = step_size(len(rows), target.batch_size)
            padded = rows[np.minimum(np.arange(size), len(rows) - 1)]
            units = result.units[padded].copy()
            units[:, 0] = np.searchsorted(images, units[:, 0])
            for array, part in zip(result.arrays, target.project(tf.constant(units), *reads), strict=True):
                array[rows] = part.numpy()[: len(rows)]

    def _trace(self, pack: Any, inline: bool, *inputs: Any) -> list[Any]:
        calls = trace_layer_calls(self._model, pack(inputs), inline)
        backward = BackwardPass(float_source(inputs[self._source]), calls, self._rule)
        outputs: list[Any] = []
        self._targets = []
        for layer in self._layers:
            call = find_call(calls, layer)
            maps = channels_last(call, before_softmax(single_tensor(call)))
            used = len(backward.uses)
            links = find_chain(maps, backward, self._rule) if backward.is_data(maps) else None
            if links is None or not any(link.kind == "convolution" for link in links):
                del backward.uses[used:]
                self._targets.append(None)
                continue
            reads = []
            for tensor in [maps, *(link.tensor for link in links if link.tensor is not None)]:
                known = [number for number, output in enumerate(outputs) if output is tensor]
                reads.append(known[0] if known else len(outputs))
                if not known:
                    outputs.append(tensor)
            shape = (int(maps.shape[1]), int(maps.shape[2]), int(maps.shape[3]))
            size = max(1, (self._batch_size or _units_per_step(links, shape[2])) // self._share)
            self._targets.append(_Target(call.path, shape, links, reads, size))
        self.uses = backward.uses
        self.trace_count += 1
        return outputs

    def _compile(self, target: _Target) -> None:
        tensors = [link.tensor for link in target.links if link.tensor is not None]

        def project(units: Any, maps: Any, *values: Any) -> tuple[Any, Any, Any, Any]:
            by_symbol = {tensor.ref(): value for tensor, value in zip(tensors, values, strict=True)}
            activation = tf.gather_nd(maps, units)
            window = run_chain(
                target.links,
                by_symbol,
                units[:, 0],
                units[:, 1:],
                activation,
                maps=target.shape[2],
                rule=self._rule,
            )
            self.trace_count += 1
            return window.signal, window.row, window.col, activation

        reads = [self._forward.structured_outputs[read] for read in target.reads]
        specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in reads]
        units = tf.TensorSpec((None, 4), tf.int32)
        target.project = tf.function(project, autograph=False).get_concrete_function(units, *specs)


class _Collected:
    """Results of one layer, filled in step by step in the order in which the units were given."""

    def __init__(self, units: NDArray[np.int32], outputs: Sequence[Any]) -> None:
        self.units = units
        self.by_image = np.argsort(units[:, 0], kind="stable")
        self.arrays: list[NDArray[Any]] = [
            np.empty((len(units), *output.shape[1:]), output.dtype.as_numpy_dtype) for output in outputs
        ]

    def projections(self, size: tuple[int, int]) -> Projections:
        window, row, col, activation = self.arrays
        return Projections(window, row, col, activation, size)


def step_size(units: int, most: int) -> int:
    """How many units a step of ``units`` is filled up to: a power of two or halfway between, or ``most``.

    A few sizes, as convolutions are tuned anew for each; not ``most`` alone, as a batch of large images
    holds far fewer units than fit into a step.
    """
    power = 1 << (units - 1).bit_length()
    return min(most, 3 * power // 4 if units <= 3 * power // 4 else power)


def _units_per_step(links: Sequence[Link], maps: int) -> int:
    """Units whose windows, at their largest, fill ``FLOATS_PER_STEP``."""
    rows, cols, most = 1, 1, maps
    for link in links:
        if link.kind in ("convolution", "depthwise"):
            maps = int(link.tensor.shape[2])
        rows = min((rows - 1) * link.stride[0] + link.kernel[0], link.size[0])
        cols = min((cols - 1) * link.stride[1] + link.kernel[1], link.size[1])
        most = max(most, rows * cols * maps)
    return int(np.clip(FLOATS_PER_STEP // most, 4, 256))
