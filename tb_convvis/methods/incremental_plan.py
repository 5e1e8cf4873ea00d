"""What of a traced model has to be computed again when an occluder moves: windows where they suffice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from tb_convvis.methods.axis_field import left_padding
from tb_convvis.methods.field_propagation import ELEMENTWISE, REDUCTIONS
from tb_convvis.methods.plane_change import PlaneChange, WindowGeometry, unite

LARGEST_SHARE = 0.64
"""A window of more than this share of its map, 0.8 of each side, gives way to the whole map."""

WINDOWED = ("Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool")
POINT = WindowGeometry()


@dataclass(frozen=True)
class Local:
    """An operation that is computed in windows: what changes in its output, and how it reads its inputs."""

    change: PlaneChange
    geometry: WindowGeometry


class IncrementalPlan:
    """The operations from ``source`` to ``targets`` and how each is computed when only an occluder moved.

    The same model traced for another number of images has the same plan, operation by operation.

    Args:
        source: The image tensor, [images, rows, cols, channels].
        targets: What is wanted.
        occluder: Pixels that change in ``source``.
    """

    def __init__(self, source: Any, targets: Sequence[Any], occluder: PlaneChange) -> None:
        self.source = source
        self.operations = operations_between(source, targets)
        self._data = {source.ref()} | {t.ref() for op in self.operations for t in op.outputs}
        self.changes: dict[Any, PlaneChange] = {source.ref(): occluder}
        self.local: dict[Any, Local] = {}
        self.base: dict[Any, Any] = {}
        """Tensors whose unoccluded values are read around a window, by ``ref()``."""
        for operation in self.operations:
            self._add(operation)
        for target in targets:
            if target.ref() in self.changes:
                self.base[target.ref()] = target

    @property
    def signature(self) -> list[Any]:
        """What has to agree between two traces of the same model."""
        number = {t.ref(): (n, i) for n, op in enumerate(self.operations) for i, t in enumerate(op.outputs)}
        base = [(number.get(ref, (-1, 0)), tuple(t.shape[1:])) for ref, t in self.base.items()]
        # Not their kinds: of two that do the same, Keras takes one for a single image, one for several.
        return [[op in self.local for op in self.operations], base]

    @property
    def work(self) -> tuple[float, float]:
        """Multiplications of one position of the occluder: in windows, and of the whole model."""
        parts = np.array([self._multiplications(op) for op in self.operations] or [(0.0, 0.0)])
        windows, whole = parts.sum(axis=0)
        return float(windows), float(whole)

    @property
    def largest(self) -> tuple[int, int]:
        """Values of the largest tensor of one position: in windows, and of the whole model."""
        whole = [_floats(t) for op in self.operations for t in op.outputs]
        windows = []
        for op in self.operations:
            local = self.local.get(op)
            if local is None:
                windows += [_floats(t) for t in [*op.outputs, *self.data_inputs(op)]]
                continue
            rows, cols = local.geometry.reach(local.change).shape
            windows += [rows * cols * int(t.shape[3]) for t in self.data_inputs(op)]
            windows.append(int(np.prod(local.change.shape)) * int(op.outputs[0].shape[3]))
        return max(windows, default=1), max(whole, default=1)

    def data_inputs(self, operation: Any) -> list[Any]:
        """Inputs of ``operation`` that depend on the image."""
        return [t for t in operation.inputs if t.ref() in self._data]

    def _add(self, operation: Any) -> None:
        data = self.data_inputs(operation)
        local = self._local(operation, data)
        if local is not None and local.change.share > LARGEST_SHARE:
            local = None
        for tensor in data:
            change = self.changes.get(tensor.ref())
            if change is not None and (
                local is None or not local.geometry.reach(local.change).is_window_of(change)
            ):
                self.base[tensor.ref()] = tensor
        if local is not None:
            self.local[operation] = local
            self.changes[operation.outputs[0].ref()] = local.change

    def _local(self, operation: Any, data: Sequence[Any]) -> Local | None:
        output = operation.outputs[0]
        changes = [self.changes[t.ref()] for t in data if t.ref() in self.changes]
        if len(changes) < len(data) or not _is_plane(output) or not all(_is_plane(t) for t in data):
            return None
        units = (int(output.shape[1]), int(output.shape[2]))
        if any(t.consumers() for t in operation.outputs[1:]):
            return None
        others = [t for t in operation.inputs if t.ref() not in self._data]
        geometry = window_geometry(operation) if len(data) == 1 and data[0] is operation.inputs[0] else None
        if geometry is not None:
            return Local(geometry.change(changes[0], units), geometry)
        if not _is_pointwise(operation, others) or any(
            (c.rows.units, c.cols.units) != units for c in changes
        ):
            return None
        return Local(unite(changes), POINT)

    def _multiplications(self, operation: Any) -> tuple[float, float]:
        if operation.type == "MatMul":
            whole = float(np.prod(operation.inputs[1].shape.as_list() or [0]))
        elif operation.type in ("Conv2D", "DepthwiseConv2dNative"):
            kernel = operation.inputs[1].shape
            each = kernel[:3] if operation.type == "Conv2D" else kernel[:2]
            whole = float(_floats(operation.outputs[0]) * np.prod(each))
        else:
            return 0.0, 0.0
        local = self.local.get(operation)
        return (whole if local is None else whole * local.change.share), whole


def operations_between(source: Any, targets: Iterable[Any]) -> list[Any]:
    """The operations that depend on ``source`` and on which ``targets`` depend, in order."""
    reached, found = {source.ref()}, []
    for operation in source.graph.get_operations():
        if operation is not source.op and any(t.ref() in reached for t in operation.inputs):
            reached.update(t.ref() for t in operation.outputs)
            found.append(operation)
    wanted = {target.op for target in targets}
    for operation in reversed(found):
        if operation in wanted:
            wanted.update(t.op for t in operation.inputs)
    return [operation for operation in found if operation in wanted]


def window_geometry(operation: Any) -> WindowGeometry | None:
    """How a convolution, pool or padding reads its first input; None for any other operation."""
    units = tuple(operation.inputs[0].shape[1:3])
    attribute = operation.get_attr
    if operation.type == "Pad":
        padding = tf.get_static_value(operation.inputs[1])
        if padding is None or padding[[0, 3]].any():
            return None
        return WindowGeometry(padding=(int(padding[1][0]), int(padding[2][0])))
    if operation.type not in WINDOWED or attribute("data_format") != b"NHWC":
        return None
    pool = operation.type in ("MaxPool", "AvgPool")
    kernel = tuple(int(k) for k in (attribute("ksize")[1:3] if pool else operation.inputs[1].shape[:2]))
    stride = tuple(int(s) for s in attribute("strides")[1:3])
    dilation = (1, 1) if pool else tuple(int(d) for d in attribute("dilations")[1:3])
    padding = attribute("padding").decode()
    if padding == "EXPLICIT":
        explicit = attribute("explicit_paddings")
        left: list[int] = [int(explicit[2]), int(explicit[4])]
    else:
        left = [left_padding(padding, int(units[a]), kernel[a], stride[a], dilation[a]) for a in (0, 1)]
    return WindowGeometry(
        (kernel[0], kernel[1]), (stride[0], stride[1]), (dilation[0], dilation[1]), (left[0], left[1])
    )


def _is_plane(tensor: Any) -> bool:
    return tensor.shape.rank == 4 and all(size is not None for size in tensor.shape[1:])


def _is_pointwise(operation: Any, others: Sequence[Any]) -> bool:
    """Whether a unit of the output reads its own place only, and every place alike."""
    kind = operation.type
    if kind in REDUCTIONS:
        axes = tf.get_static_value(operation.inputs[1])
        over_maps = axes is not None and {int(axis) % 4 for axis in np.ravel(axes)} == {3}
        return over_maps and bool(operation.get_attr("keep_dims"))
    if kind == "ConcatV2":
        return tf.get_static_value(operation.inputs[-1]) in (3, -1) and all(t.shape.rank == 0 for t in others)
    if kind == "FusedBatchNormV3":
        return not operation.get_attr("is_training") and operation.get_attr("data_format") == b"NHWC"
    if kind not in ELEMENTWISE or len(operation.outputs) != 1:
        return False
    shapes = [t.shape for t in others]
    return all(s.rank is not None and all(size == 1 for size in s[-3:-1]) for s in shapes)


def _floats(tensor: Any) -> int:
    return int(np.prod([size or 1 for size in tensor.shape[1:]])) if tensor.shape.rank else 1
