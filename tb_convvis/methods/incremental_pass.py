"""A traced model computed again for many positions of an occluder, in the windows that it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tb_convvis.methods.incremental_plan import WINDOWED, IncrementalPlan, Local
from tb_convvis.methods.plane_change import PlaneChange, Reach


@dataclass(frozen=True)
class Occluders:
    """The occluders of a step: where they stand among the positions, and what they show.

    Args:
        row: Index of the row of positions, int32 [batch].
        col: Index of the column of positions, int32 [batch].
        value: What is put in place of the image, [channels].
    """

    row: Any
    col: Any
    value: Any


class IncrementalPass:
    """Values of the tensors of a plan, for a batch of occluders, made by the plan's own operations.

    Outside its window a tensor equals that of the unoccluded image, from which a window is filled up where an
    operation reads beyond it.

    Args:
        plan: The plan of the graph that is being traced.
        base: Unoccluded values [1, ...] of the tensors in ``plan.base``, in that order.
        occluders: Where the occluders stand.

    Source:
        Nakandala et al., "Incremental and approximate inference for faster occlusion-based deep CNN
        explanations", SIGMOD 2019, section 4.
    """

    def __init__(self, plan: IncrementalPlan, base: Sequence[Any], occluders: Occluders) -> None:
        self._plan = plan
        self._base = dict(zip(plan.base, base, strict=True))
        self._occluders = occluders
        change = plan.changes[plan.source.ref()]
        self._batch = int(occluders.row.shape[0])
        shape = (self._batch, *change.shape, plan.source.shape[3])
        self._windows: dict[Any, Any] = {plan.source.ref(): tf.broadcast_to(occluders.value, shape)}
        self._whole: dict[Any, Any] = {}
        for operation in plan.operations:
            local = plan.local.get(operation)
            if local is None:
                inputs = [self.whole(t) for t in operation.inputs]
                copied = copy_operation(operation, inputs)
                self._whole.update((t.ref(), new) for t, new in zip(operation.outputs, copied, strict=True))
            else:
                self._windows[operation.outputs[0].ref()] = self._compute(operation, local)

    def whole(self, tensor: Any) -> Any:
        """``tensor`` under each occluder, whole, [batch, ...]; a tensor outside the plan is itself."""
        ref = tensor.ref()
        if ref not in self._whole:
            change = self._plan.changes.get(ref)
            if change is None:
                return tensor
            self._whole[ref] = self._read(tensor, Reach.whole(change), 0)
        return self._whole[ref]

    def map_total(self, tensor: Any, number: Any) -> Any:
        """Sum of map ``number`` of ``tensor`` [images, rows, cols, maps] over its plane, [batch]."""
        window = self._windows.get(tensor.ref())
        if window is None:
            return tf.reduce_sum(tf.gather(self.whole(tensor), number, axis=3), (1, 2))
        change = self._plan.changes[tensor.ref()]
        base = tf.gather(self._base[tensor.ref()], [number], axis=3)
        rows, cols = (
            i for i, _ in self._indices(Reach((change.rows.start, change.cols.start), change.shape))
        )
        before = tf.gather(tf.reshape(base, (-1,)), _grid(rows, cols, change.cols.units))
        return tf.reduce_sum(base) + tf.reduce_sum(tf.gather(window, number, axis=3) - before, (1, 2))

    def _compute(self, operation: Any, local: Local) -> Any:
        reach, kind = local.geometry.reach(local.change), operation.type
        fill: Any = operation.inputs[0].dtype.min if kind == "MaxPool" else 0
        inputs = [self._read(t, reach, fill) if t.ref() in self._windows else t for t in operation.inputs]
        if kind == "Pad":
            return inputs[0]
        if kind not in WINDOWED:
            return copy_operation(operation, inputs)[0]
        changed: dict[str, Any] = {"padding": b"VALID"}
        if kind != "AvgPool":
            changed["explicit_paddings"] = []
        result = copy_operation(operation, inputs, changed)[0]
        if kind == "AvgPool" and operation.get_attr("padding") == b"SAME":
            # An average at the border is over the units inside.
            plane = self._plan.changes[operation.inputs[0].ref()]
            inside = tf.cast(self._inside(reach, plane), result.dtype)[..., None]
            result /= copy_operation(operation, [inside], changed)[0]
        return result

    def _read(self, tensor: Any, reach: Reach, fill: Any) -> Any:
        """A window of ``tensor`` under each occluder, ``fill`` outside its plane."""
        change, window = self._plan.changes[tensor.ref()], self._windows[tensor.ref()]
        if reach.is_window_of(change):
            return window
        base = self._base[tensor.ref()]
        height, width, maps = (int(size) for size in base.shape[1:])
        (high, wide), area = change.shape, height * width
        rows, cols = (i for i, _ in self._indices(reach))
        top, left = (
            tf.gather(tf.constant(axis.start, tf.int32), which)[:, None]
            for axis, which in zip(
                (change.rows, change.cols), (self._occluders.row, self._occluders.col), strict=True
            )
        )
        old = _grid(tf.clip_by_value(rows, 0, height - 1), tf.clip_by_value(cols, 0, width - 1), width)
        inner = _grid(
            tf.clip_by_value(rows - top, 0, high - 1), tf.clip_by_value(cols - left, 0, wide - 1), wide
        )
        new = area + tf.range(self._batch)[:, None, None] * (high * wide) + inner
        changed = _both(_within(rows - top, high), _within(cols - left, wide))
        index = tf.where(changed, new, old)
        # One table of all units that may be read makes one gather of it.
        table = [tf.reshape(base, (area, maps)), tf.reshape(window, (-1, maps))]
        if reach.sticks_out(change):
            index = tf.where(self._inside(reach, change), index, area + self._batch * high * wide)
            table.append(tf.fill((1, maps), tf.constant(fill, window.dtype)))
        return tf.gather(tf.concat(table, 0), index)

    def _indices(self, reach: Reach) -> list[tuple[Any, int]]:
        """Rows and columns that each occluder's window takes, [batch, length], with their number."""
        pairs = zip(reach.start, (self._occluders.row, self._occluders.col), reach.shape, strict=True)
        return [
            (tf.gather(tf.constant(start, tf.int32), which)[:, None] + tf.range(n)[None], n)
            for start, which, n in pairs
        ]

    def _inside(self, reach: Reach, change: PlaneChange) -> Any:
        (rows, _), (cols, _) = self._indices(reach)
        return _both(_within(rows, change.rows.units), _within(cols, change.cols.units))


def copy_operation(operation: Any, inputs: Sequence[Any], changed: dict[str, Any] | None = None) -> list[Any]:
    """Outputs of a new operation like ``operation`` on other ``inputs``, with some attributes ``changed``."""
    attributes = {key: value for key, value in operation.node_def.attr.items() if key != "_class"}
    for key, value in (changed or {}).items():
        if isinstance(value, bytes):
            attributes[key] = tf.compat.v1.AttrValue(s=value)
        else:
            attributes[key] = tf.compat.v1.AttrValue(list=tf.compat.v1.AttrValue.ListValue(i=value))
    made = operation.graph.create_op(
        operation.type,
        list(inputs),
        [t.dtype for t in operation.outputs],
        attrs=attributes,
        op_def=operation.op_def,
        name=f"occluded/{operation.name}",
    )
    return list(made.outputs)


def _within(index: Any, length: int) -> Any:
    return (index >= 0) & (index < length)


def _both(rows: Any, cols: Any) -> Any:
    return rows[:, :, None] & cols[:, None, :]


def _grid(rows: Any, cols: Any, width: int) -> Any:
    return rows[:, :, None] * width + cols[:, None, :]
