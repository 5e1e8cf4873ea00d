"""A model compiled to answer for batches of occluder positions, from one image and the positions alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.class_scores import ClassScores, Scores, read_class_scores
from tb_convvis.methods.incremental_pass import IncrementalPass, Occluders
from tb_convvis.methods.incremental_plan import IncrementalPlan
from tb_convvis.methods.layer_calls import (
    channels_last,
    compile_traced,
    find_call,
    single_tensor,
    trace_model,
)
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.occlusion_grid import OccluderGrid
from tb_convvis.methods.plane_change import AxisChange, PlaneChange

Way = Literal["incremental", "plain"]
Columns = list[NDArray[Any]]
"""Probability of the class, class, total activation of the map; each [positions]."""

FLOATS_PER_STEP = 1 << 25
"""Values of the largest tensor of a step: 128 MiB."""
LEAST_SAVING = 1.15
"""Windows are only tried where they save this factor of multiplications: reading them has a price."""


@dataclass(frozen=True)
class Unoccluded:
    """What a model says of one whole image.

    Args:
        probability: Of each class, [classes].
        output: What the model returned, [1, units].
        totals: Total activation of each map of the layer, [maps].
        base: Values that the incremental way reads around its windows, on the device; none where it is not
            of use.
    """

    probability: NDArray[np.float32]
    output: NDArray[np.float32]
    totals: NDArray[np.float32]
    base: list[Any]


class OccludedModel:
    """``model`` with an occluder before it, compiled for one shape of images; weights are read when called.

    Args:
        model: A built Keras model with one output of class scores.
        layer: Path, name or layer object whose maps are summed.
        data: Images of the shape to compile for.
        grid: Positions of the occluder.
        source: Which of the model's inputs, counted from 0, is the image.
        scores: What the output is, where the caller knows better than the graph.
        way: "incremental", "plain", or "auto", which leaves windows out where they would save little.

    Raises:
        ValueError: If the model has several outputs or no class scores, or the layer is unknown.
    """

    def __init__(
        self,
        model: Any,
        layer: Any,
        data: ModelImages,
        grid: OccluderGrid,
        *,
        source: int,
        scores: Scores | None,
        way: Literal["auto"] | Way,
    ) -> None:
        self._way = way
        self._model, self._layer, self._data, self._grid = model, layer, data, grid
        self._source, self._told = source, scores
        self.trace_count = 0
        self.layer = ""
        self.scores: ClassScores = ClassScores(0, "logits", "", False)
        self.work = (1.0, 1.0)
        """Multiplications of one position, in windows and of the whole model."""
        self.windows = True
        """Whether computing in windows is asked for, or worth a try."""
        self._largest = (1, 1)
        self._plan: list[Any] = []
        self._specs: list[Any] = []
        self._steps: dict[tuple[Way, int], Any] = {}
        self._base = compile_traced(self._trace_base, *data.specs(1))

    def unoccluded(self, arrays: Sequence[NDArray[np.float32]]) -> Unoccluded:
        """Look at one image, ``arrays`` [1, ...] of each input, without an occluder."""
        probability, output, totals, base = self._base(*[tf.constant(a) for a in arrays])
        return Unoccluded(probability.numpy()[0], output.numpy(), totals.numpy()[0], base)

    def most_positions(self, way: Way) -> int:
        """Positions per step that fit an ordinary machine's memory."""
        largest = self._largest[0 if way == "incremental" else 1]
        return int(np.clip(FLOATS_PER_STEP // largest, 1, 256))

    def step(
        self,
        way: Way,
        batch: int,
        arrays: Sequence[Any],
        seen: Unoccluded,
        *,
        positions: Any,
        value: Any,
        choice: Any,
    ) -> Columns:
        """Place the occluder at up to ``batch`` positions.

        Args:
            way: How.
            batch: Positions that the step is compiled for.
            arrays: The image, and the other inputs, [1, ...].
            seen: The same without an occluder.
            positions: Index of each position's row and column in the grid, int32 [2, up to batch].
            value: Colour of the occluder, [channels].
            choice: Class and map of interest.
        """
        if (way, batch) not in self._steps:
            self._steps[way, batch] = self._compile(way, batch)
        count = positions.shape[1]
        padded = positions[:, np.minimum(np.arange(batch), count - 1)]
        inputs = [tf.constant(part) for part in (*padded, value, *choice)]
        base = seen.base if way == "incremental" else []
        columns = self._steps[way, batch](*inputs, base, *[tf.constant(a) for a in arrays])
        return [column.numpy()[:count] for column in columns]

    def forget(self, way: Way, batch: int) -> None:
        """Drop a step that is not to be used again."""
        self._steps.pop((way, batch), None)

    def _compile(self, way: Way, batch: int) -> Any:
        index = tf.TensorSpec((batch,), tf.int32)
        scalar = tf.TensorSpec((), tf.int32)
        channels = self._data.signature[self._source][-1:]
        value = tf.TensorSpec(channels, tf.float32)
        base = self._specs if way == "incremental" else []
        return compile_traced(
            partial(self._trace_step, way),
            index,
            index,
            value,
            scalar,
            scalar,
            base,
            *self._data.specs(1),
        )

    def _trace_base(self, inline: bool, *inputs: Any) -> Any:
        source, output, call = self._run(inline, list(inputs))
        self.layer = call.path
        maps = single_tensor(call)
        plan = self._plan_of(source, [output, maps])
        self._plan, self.work, self._largest = plan.signature, plan.work, plan.largest
        windows, whole = plan.work
        self.windows = {"incremental": True, "plain": False}.get(self._way, whole >= LEAST_SAVING * windows)
        base = list(plan.base.values()) if self.windows else []
        self._specs = [tf.TensorSpec((1, *t.shape[1:]), t.dtype) for t in base]
        totals = tf.reduce_sum(tf.cast(channels_last(call, maps), tf.float32), (1, 2))
        self.trace_count += 1
        return self.scores.probabilities(output), tf.cast(output, tf.float32), totals, base

    def _trace_step(  # noqa: PLR0917 (compiled functions take tensors by position)
        self,
        way: Way,
        inline: bool,
        row: Any,
        col: Any,
        value: Any,
        label: Any,
        number: Any,
        base: Any,
        *inputs: Any,
    ) -> Any:
        batch = int(row.shape[0])
        repeated = [tf.broadcast_to(t, (batch, *t.shape[1:])) for t in inputs]
        if way == "plain":
            repeated[self._source] = self._occlude(inputs[self._source], row, col, value)
        source, output, call = self._run(inline, repeated)
        maps = single_tensor(call)
        if way == "plain":
            total = tf.reduce_sum(tf.gather(channels_last(call, maps), number, axis=3), (1, 2))
        else:
            plan = self._plan_of(source, [output, maps])
            if plan.signature != self._plan:
                raise ValueError("the model's operations depend on the number of images")
            done = IncrementalPass(plan, base, Occluders(row, col, value))
            output = done.whole(output)
            if maps.shape.rank == 4:
                total = done.map_total(maps, number)
            else:
                total = tf.reduce_sum(
                    tf.gather(channels_last(call, done.whole(maps)), number, axis=3), (1, 2)
                )
        probability = self.scores.probabilities(output)
        self.trace_count += 1
        best = tf.argmax(probability, 1, output_type=tf.int32)
        return tf.gather(probability, label, axis=1), best, tf.cast(total, tf.float32)

    def _run(self, inline: bool, inputs: list[Any]) -> Any:
        """The image tensor, the output and the call of the layer, of the model traced on ``inputs``."""
        inputs[self._source] = source = tf.identity(inputs[self._source])
        calls, output = trace_model(self._model, self._data.pack(inputs), inline)
        output, self.scores = read_class_scores(self._model, output, self._told, inline)
        return source, output, find_call(calls, self._layer)

    def _plan_of(self, source: Any, targets: list[Any]) -> IncrementalPlan:
        grid = self._grid
        rows = AxisChange.occluder(grid.rows, grid.size[0], int(source.shape[1]))
        cols = AxisChange.occluder(grid.cols, grid.size[1], int(source.shape[2]))
        return IncrementalPlan(source, targets, PlaneChange(rows, cols))

    def _occlude(self, image: Any, row: Any, col: Any, value: Any) -> Any:
        axes = []
        for axis, corners, index in ((0, self._grid.rows, row), (1, self._grid.cols, col)):
            start = tf.gather(tf.constant(corners), index)[:, None]
            pixel = tf.range(int(image.shape[1 + axis]))[None]
            axes.append((pixel >= start) & (pixel < start + self._grid.size[axis]))
        covered = axes[0][:, :, None, None] & axes[1][:, None, :, None]
        return tf.where(covered, value, image)
