"""Receptive fields: the box of input pixels that each unit of a layer can see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from tb_convvis.methods.axis_field import AxisField
from tb_convvis.methods.field_propagation import PlaneField, propagate_fields
from tb_convvis.methods.layer_calls import compile_traced, trace_layer_calls


@dataclass(frozen=True)
class ReceptiveField:
    """The box of input pixels seen by a unit of a layer; every pair is (rows, columns).

    Args:
        size: Side of the box in pixels, before it is clipped to the image. After an upsampling, where boxes
            differ, the largest.
        stride: Distance in pixels of the boxes of neighbouring units; None where it varies along the axis.
        start: First pixel of the box of unit (0, 0); negative where padding lies outside the image.
        image: Size of the image in pixels.
        note: Empty, or what the arithmetic could not say: ``"whole image"``, ``"ignoring gate"`` (a
            squeeze-excite gate sees the whole image, the box is that of the gated maps), ``"structural"`` (a
            normalisation over the plane is left out), several joined by ``", "``.
    """

    size: tuple[int, int]
    stride: tuple[int | None, int | None]
    start: tuple[int, int]
    image: tuple[int, int]
    note: str
    _rows: AxisField
    _cols: AxisField

    @property
    def units(self) -> tuple[int, int]:
        """Rows and columns of the layer."""
        return self._rows.units, self._cols.units

    def box(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Pixels (top, left, bottom, right) that unit (row, col) sees in the image; the last two excluded.

        Raises:
            IndexError: If the layer has no such unit.
        """
        height, width = self.units
        if not (0 <= row < height and 0 <= col < width):
            raise IndexError(f"Expected a unit inside {height} x {width}. Received row {row}, column {col}.")
        top, bottom = _clip(self._rows, row, self.image[0])
        left, right = _clip(self._cols, col, self.image[1])
        return top, left, bottom, right


def receptive_fields(
    model: Any, image_shape: Sequence[int] | Sequence[Sequence[int]] | None = None
) -> dict[str, ReceptiveField]:
    """The receptive field of every layer of ``model``, nested layers included.

    Args:
        model: A built Keras model. Nothing about it is changed and no weight is read.
        image_shape: (rows, columns, channels) of the images, or one such shape for each input. Only needed
            where the model leaves it open. 'Same' padding makes receptive fields depend on it.

    Returns:
        Slash path of each layer call (``"backbone/conv1"``; the second call of a shared layer is
        ``"conv1:1"``) to its receptive field, in the order in which the layers run.

    Raises:
        ValueError: If the model leaves the image size open and no ``image_shape`` is given.

    Source:
        Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.

    Example:
        >>> model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3, name="conv")])
        >>> receptive_fields(model)["conv"].size
        (3, 3)
    """
    specs = _input_specs(model, image_shape)
    found: dict[str, ReceptiveField] = {}

    def trace(inline: bool, *inputs: Any) -> None:
        calls = trace_layer_calls(model, _pack(model, inputs), inline, runs=False)
        fields = propagate_fields(inputs, calls)
        for call in calls:
            field = None if call.output is None else fields.get(call.output.ref())
            if field is not None:
                found[call.path] = _public(field)

    compile_traced(trace, *specs)
    return found


def _public(field: PlaneField) -> ReceptiveField:
    rows, cols = field.rows, field.cols
    size = (int(np.max(rows.last - rows.first)) + 1, int(np.max(cols.last - cols.first)) + 1)
    start = (int(rows.first[0]), int(cols.first[0]))
    note = ", ".join(sorted(field.notes))
    return ReceptiveField(size, (rows.stride, cols.stride), start, field.image, note, rows, cols)


def _clip(axis: AxisField, unit: int, pixels: int) -> tuple[int, int]:
    first = min(max(int(axis.first[unit]), 0), pixels)
    return first, max(first, min(int(axis.last[unit]) + 1, pixels))


def _input_specs(model: Any, image_shape: Any) -> list[tf.TensorSpec]:
    inputs = getattr(model, "inputs", None)
    if image_shape is not None:
        single = all(isinstance(size, int) for size in image_shape)
        shapes = [tuple(shape) for shape in ([image_shape] if single else image_shape)]
    elif inputs:
        shapes = [tuple(tensor.shape[1:]) for tensor in inputs]
    else:
        raise ValueError(
            "The model does not say its input shape: pass image_shape=(rows, columns, channels)."
        )
    if any(size is None for shape in shapes for size in shape):
        raise ValueError(
            f"The model leaves its input shape open ({shapes}): pass image_shape=(rows, columns, channels)."
        )
    return [tf.TensorSpec((1, *shape), tf.float32) for shape in shapes]


def _pack(model: Any, inputs: tuple[Any, ...]) -> Any:
    structure = getattr(model, "_inputs_struct", None)
    if structure is None:
        return inputs[0] if len(inputs) == 1 else list(inputs)
    return tf.nest.pack_sequence_as(structure, list(inputs))
