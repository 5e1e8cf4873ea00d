"""Receptive fields of the tensors of a traced model, by layer where the layer is known, else by operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf
from keras import layers

from tb_convvis.methods.axis_field import AxisField, left_padding, merge
from tb_convvis.methods.layer_calls import LayerCall

WHOLE, GATE, STRUCTURAL = "whole image", "ignoring gate", "structural"


@dataclass(frozen=True)
class PlaneField:
    """Receptive fields of the units of one tensor along both axes, with what is to be known about them.

    Args:
        rows: Field along the rows.
        cols: Field along the columns.
        image: Rows and columns of the image, in pixels.
        notes: Subset of ``WHOLE``, ``GATE``, ``STRUCTURAL``.
    """

    rows: AxisField
    cols: AxisField
    image: tuple[int, int]
    notes: frozenset[str] = frozenset()


ELEMENTWISE = frozenset({
    "Abs", "Add", "AddN", "AddV2", "BiasAdd", "Cast", "ClipByValue", "Div", "DivNoNan", "Elu", "Erf",
    "Erfc", "Exp", "Expm1", "FusedBatchNormV3", "Greater", "GreaterEqual", "Identity", "IdentityN",
    "IsNan", "LRN", "LeakyRelu", "Less", "LessEqual", "Log", "Log1p", "Maximum", "Minimum", "Mul", "Neg",
    "Pow", "RealDiv", "Reciprocal", "Relu", "Relu6", "Rsqrt", "Select", "SelectV2", "Selu", "Sigmoid",
    "Sign", "Softmax", "Softplus", "Softsign", "Sqrt", "Square", "SquaredDifference", "StopGradient",
    "Sub", "Tanh",
})  # fmt: skip
REDUCTIONS = frozenset({"Mean", "Max", "Sum", "Min", "Prod", "All", "Any"})


def propagate_fields(inputs: Sequence[Any], calls: Sequence[LayerCall]) -> dict[Any, PlaneField]:
    """Fields of all tensors that depend on ``inputs``, by ``tensor.ref()``.

    Args:
        inputs: The symbolic inputs of the model; those of rank 4 are images.
        calls: The layer calls traced from them, all in one graph.
    """
    fields: dict[Any, PlaneField] = {}
    for tensor in inputs:
        if tensor.shape.rank == 4:
            _, height, width, _ = tensor.shape
            fields[tensor.ref()] = PlaneField(
                AxisField.image(height), AxisField.image(width), (height, width)
            )
    finished: dict[int, list[LayerCall]] = {}
    for call in calls:
        finished.setdefault(call.last_operation, []).append(call)
    for number, operation in enumerate(inputs[0].graph.get_operations(), start=1):
        known = [fields[t.ref()] for t in operation.inputs if t.ref() in fields]
        if known:
            for tensor in operation.outputs:
                fields[tensor.ref()] = _operation_field(operation, tensor, fields, known)
        for call in finished.get(number, []):
            _apply_layer_rule(call, fields)
    return fields


def _apply_layer_rule(call: LayerCall, fields: dict[Any, PlaneField]) -> None:
    known = [fields[t.ref()] for t in call.inputs if t.ref() in fields]
    if call.output is None or len(known) != 1 or call.output.shape.rank != 4:
        return
    field = layer_field(call.layer, known[0], call.output)
    if field is not None:
        fields[call.output.ref()] = field


def layer_field(layer: Any, field: PlaneField, tensor: Any) -> PlaneField | None:
    """The field of what a layer returns, of rank 4, where there is a rule for its class; else None."""
    if getattr(layer, "data_format", None) == "channels_first":
        return None
    for kind, rule in LAYER_RULES:
        # A subclass that computes otherwise, say pads in its call, is read off its operations.
        known_calls = [base.call for base in (kind if isinstance(kind, tuple) else (kind,))]
        if isinstance(layer, kind) and type(layer).call in known_calls:
            return rule(layer, field, tensor)
    return None


def _operation_field(
    operation: Any, tensor: Any, fields: Mapping[Any, PlaneField], known: Sequence[PlaneField]
) -> PlaneField:
    kind = operation.type
    if tensor.shape.rank == 4 and len({field.image for field in known}) == 1:
        if kind in ELEMENTWISE or (
            kind == "ConcatV2" and tf.get_static_value(operation.inputs[-1]) in (3, -1)
        ):
            return merged_field(known, tensor)
        if kind in REDUCTIONS and not {1, 2} & set(_axes(operation)):
            return known[0]
        if kind in ("Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool"):
            return _window_operation(operation, known[0], tensor)
        if kind in ("Pad", "PadV2", "MirrorPad"):
            padding = tf.get_static_value(operation.inputs[1])
            if padding is not None:
                return _shifted(known[0], (int(padding[1][0]), int(padding[2][0])), tensor)
        if kind in ("ResizeBilinear", "ResizeNearestNeighbor"):
            return _interpolated(known[0], tensor, kind == "ResizeBilinear")
    return whole_field(known[0], tensor)


def _axes(operation: Any) -> list[int]:
    axes = tf.get_static_value(operation.inputs[1])
    rank = operation.inputs[0].shape.rank
    return [1, 2] if axes is None or rank is None else [int(axis) % rank for axis in axes.reshape(-1)]


def merged_field(known: Sequence[PlaneField], tensor: Any) -> PlaneField:
    """The field of a tensor whose units read the unit of their own place in each of several tensors."""
    units = tensor.shape[1], tensor.shape[2]
    notes = frozenset[str]().union(*(field.notes for field in known))
    local = [field for field in known if (field.rows.units, field.cols.units) == units]
    if not local:
        return whole_field(known[0], tensor)
    if len(local) < len(known):
        notes = frozenset[str]().union(*(field.notes for field in local)) | {GATE}
    rows, cols = merge([field.rows for field in local]), merge([field.cols for field in local])
    return PlaneField(rows, cols, known[0].image, notes)


def whole_field(field: PlaneField, tensor: Any) -> PlaneField:
    """The field of a tensor whose every unit sees the whole image."""
    shape = tensor.shape
    units = (int(shape[1] or 1), int(shape[2] or 1)) if shape.rank == 4 else (1, 1)
    if shape.rank == 3:
        units = (int(shape[1] or 1), 1)
    rows, cols = (AxisField.whole(pixels, count) for pixels, count in zip(field.image, units, strict=True))
    return PlaneField(rows, cols, field.image, frozenset([WHOLE]))


def _windowed(
    field: PlaneField, kernel: Any, strides: Any, *, dilation: Any, padding: Any, tensor: Any
) -> PlaneField:
    axes = []
    for axis, field_axis in enumerate((field.rows, field.cols)):
        k, s, d = int(kernel[axis]), int(strides[axis]), int(dilation[axis])
        left = (
            left_padding(padding, field_axis.units, k, s, d)
            if isinstance(padding, str)
            else int(padding[axis])
        )
        axes.append(field_axis.window(k, s, d, left, tensor.shape[1 + axis]))
    return replace(field, rows=axes[0], cols=axes[1])


def _window_operation(operation: Any, field: PlaneField, tensor: Any) -> PlaneField:
    attribute = operation.get_attr
    if attribute("data_format") != b"NHWC":
        return whole_field(field, tensor)
    pool = operation.type in ("MaxPool", "AvgPool")
    kernel = attribute("ksize")[1:3] if pool else operation.inputs[1].shape[:2]
    dilation = (1, 1) if pool else attribute("dilations")[1:3]
    padding: Any = attribute("padding").decode()
    if padding == "EXPLICIT":
        explicit = attribute("explicit_paddings")
        padding = (explicit[2], explicit[4])
    return _windowed(
        field, kernel, attribute("strides")[1:3], dilation=dilation, padding=padding, tensor=tensor
    )


def _shifted(field: PlaneField, padding: tuple[int, int], tensor: Any) -> PlaneField:
    rows, cols = field.rows.shift(padding[0], tensor.shape[1]), field.cols.shift(padding[1], tensor.shape[2])
    return replace(field, rows=rows, cols=cols)


def _interpolated(field: PlaneField, tensor: Any, bilinear: bool) -> PlaneField:
    rows = field.rows.interpolate(tensor.shape[1], bilinear)
    cols = field.cols.interpolate(tensor.shape[2], bilinear)
    return replace(field, rows=rows, cols=cols)


def _convolution(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    return _windowed(
        field,
        layer.kernel_size,
        layer.strides,
        dilation=layer.dilation_rate,
        padding=layer.padding,
        tensor=tensor,
    )


def _pool(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    return _windowed(
        field, layer.pool_size, layer.strides, dilation=(1, 1), padding=layer.padding, tensor=tensor
    )


def _transposed_convolution(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    axes = []
    for axis, field_axis in enumerate((field.rows, field.cols)):
        k, s, d, units = (
            layer.kernel_size[axis],
            layer.strides[axis],
            layer.dilation_rate[axis],
            tensor.shape[1 + axis],
        )
        # The transposed layer undoes a convolution that maps its output back onto its input.
        left = left_padding(layer.padding, units, k, s, d)
        axes.append(field_axis.transposed_window(k, s, d, left, units))
    return replace(field, rows=axes[0], cols=axes[1])


def _padding(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    return _shifted(field, (layer.padding[0][0], layer.padding[1][0]), tensor)


def _cropping(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    return _shifted(field, (-layer.cropping[0][0], -layer.cropping[1][0]), tensor)


def _upsampling(layer: Any, field: PlaneField, tensor: Any) -> PlaneField:
    if layer.interpolation not in ("nearest", "bilinear"):
        return whole_field(field, tensor)
    return _interpolated(field, tensor, layer.interpolation == "bilinear")


def _pointwise(_: Any, field: PlaneField, __: Any) -> PlaneField:
    return field


def _normalisation(layer: Any, field: PlaneField, _: Any) -> PlaneField:
    axis = getattr(layer, "axis", -1)
    channels_only = not isinstance(layer, layers.GroupNormalization) and axis in (
        -1,
        3,
        [3],
        [-1],
        (3,),
        (-1,),
    )
    return field if channels_only else replace(field, notes=field.notes | {STRUCTURAL})


LAYER_RULES: tuple[tuple[Any, Callable[[Any, PlaneField, Any], PlaneField]], ...] = (
    (layers.Conv2DTranspose, _transposed_convolution),
    ((layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D), _convolution),
    ((layers.MaxPooling2D, layers.AveragePooling2D), _pool),
    (layers.ZeroPadding2D, _padding),
    (layers.Cropping2D, _cropping),
    (layers.UpSampling2D, _upsampling),
    ((layers.GroupNormalization, layers.LayerNormalization, layers.UnitNormalization), _normalisation),
    (
        (layers.Dense, layers.BatchNormalization, layers.PReLU, layers.Dropout, layers.SpatialDropout2D),
        _pointwise,
    ),
)
