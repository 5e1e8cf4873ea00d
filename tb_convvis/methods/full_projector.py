"""Projections through any graph: a batch of whole images forward and back, one unit in each."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.backward_pass import BackwardPass
from tb_convvis.methods.backward_rule import Rule, RuleUse
from tb_convvis.methods.field_propagation import PlaneField, propagate_fields
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


class FullProjector:
    """A projector of one layer, compiled once for one shape of images.

    Args:
        model: A built Keras model.
        layer: Path, name or layer object.
        rule: "deconvnet", "guided" or "gradient".
        data: Images of the shape to compile for.
        source: Which of the model's inputs, counted from 0, the signal is carried down to.
        batch_size: Units per step.

    Raises:
        RuleError: If the rule cannot be applied.
        ValueError: If the layer is unknown or has no single output.
    """

    def __init__(
        self, model: Any, layer: Any, rule: Rule, data: ModelImages, *, source: int, batch_size: int
    ) -> None:
        self._model = model
        self._layer = layer
        self._rule: Rule = rule
        self._source = source
        self._batch_size = batch_size
        self.trace_count = 0
        self.uses: list[RuleUse] = []
        self.path = ""
        self.shape = (0, 0, 0)
        places = tf.TensorSpec((batch_size, 3), tf.int32)
        project = partial(self._trace, data.pack)
        self._project = compile_traced(project, places, *data.specs(batch_size))

    def __call__(self, data: ModelImages, units: Any) -> Projections:
        """Project ``units`` of ``data``; see ``Deconvnet``."""
        units = check_units(units, data.count, self.path, self.shape)
        parts: list[list[NDArray[Any]]] = []
        for first in range(0, len(units), self._batch_size):
            chunk = units[first : first + self._batch_size]
            padded = chunk[np.minimum(np.arange(self._batch_size), len(chunk) - 1)]
            results = self._project(tf.constant(padded[:, 1:]), *data.take(padded[:, 0]))
            parts.append([result.numpy()[: len(chunk)] for result in results])
        if not parts:
            empty = self._project.structured_outputs
            parts = [[np.zeros((0, *t.shape[1:]), t.dtype.as_numpy_dtype) for t in empty]]
        window, row, col, activation = (np.concatenate(column) for column in zip(*parts, strict=True))
        height, width = data.signature[self._source][:2]
        return Projections(window, row, col, activation, (height, width))

    def _trace(self, pack: Any, inline: bool, places: Any, *inputs: Any) -> tuple[Any, Any, Any, Any]:
        calls = trace_layer_calls(self._model, pack(inputs), inline)
        call = find_call(calls, self._layer)
        tensor = before_softmax(single_tensor(call))
        maps = channels_last(call, tensor)
        self.path, self.shape = call.path, (int(maps.shape[1]), int(maps.shape[2]), int(maps.shape[3]))
        field = propagate_fields(inputs, calls).get(tensor.ref())
        at = tf.concat([tf.range(self._batch_size)[:, None], places], 1)
        activation = tf.gather_nd(maps, at)
        signal = tf.scatter_nd(at, tf.nn.relu(activation), maps.shape)
        backward = BackwardPass(float_source(inputs[self._source]), calls, self._rule)
        image = backward.run(maps, signal)
        self.uses = backward.uses
        window, row, col = _cut(image, field, places)
        self.trace_count += 1
        return window, row, col, activation


def _cut(image: Any, field: PlaneField | None, places: Any) -> tuple[Any, Any, Any]:
    """The window of each image that its unit sees; the whole image where the receptive field is not exact."""
    none = tf.zeros_like(places[:, 0])
    if image.shape.rank != 4 or field is None or field.notes or field.image != tuple(image.shape[1:3]):
        return image, none, none
    window, starts = image, []
    for axis, along in enumerate((field.rows, field.cols)):
        pixels = image.shape[1 + axis]
        size = min(int(np.max(along.last - along.first)) + 1, pixels)
        start = tf.gather(tf.constant(np.clip(along.first, 0, pixels - size), tf.int32), places[:, axis])
        window = tf.gather(window, start[:, None] + tf.range(size)[None], axis=1 + axis, batch_dims=1)
        starts.append(start)
    return window, starts[0], starts[1]
