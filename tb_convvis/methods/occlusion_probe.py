"""Occlusion sensitivity of one model, epoch after epoch."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.class_scores import Scores
from tb_convvis.methods.feature_layers import feature_layers
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.occluded_model import Columns, OccludedModel, Unoccluded, Way
from tb_convvis.methods.occlusion_arguments import Colour, check_labels, colour, image_input
from tb_convvis.methods.occlusion_grid import OccluderGrid, Pair, occluder_grid
from tb_convvis.methods.occlusion_result import Occlusion

LEAST_SAVING = 1.15
"""Windows are only tried where they save this factor of multiplications: reading them has a price."""

Progress = Callable[[int, int], object]


@dataclass
class _Job:
    """One image under way."""

    arrays: list[NDArray[np.float32]]
    seen: Unoccluded
    value: NDArray[np.float32]
    choice: tuple[np.int32, np.int32]


class OcclusionProbe:
    """Occlusion sensitivity compiled at its first call and then used again, epoch after epoch.

    It reads the model's weights when called, so it follows training, and leaves the model as it is. Maths is
    float32 under mixed precision. Where an occluder changes a small part of every map only these parts are
    computed again (way "incremental"); where that is not faster the whole model is (way "plain"). The results
    are the same to float tolerance.

    Args:
        model: A built Keras model that returns class scores [n, classes], or one score of two classes.
        layer: Path, name or layer object whose strongest map is watched; by default the last convolution.
        size: Side of the occluder in pixels, or (rows, columns); by default a seventh of each axis.
        stride: Distance of positions in pixels, or (rows, columns); by default a quarter of the size. The
            last position is flush with the edge, so that every pixel is covered.
        value: Colour of the occluder, a number or one for each channel; by default the mean of the images.
        way: "incremental", "plain", or "auto": both are timed at the first call and the faster is kept.
        batch_size: Positions per step; by default as many as an ordinary machine's memory takes.
        scores: "probabilities" or "logits", what the model returns; by default read off its last operation.

    Raises:
        ValueError: If ``way``, ``batch_size`` or ``scores`` is none of these; when called, if the occluder
            does not fit the images, a label is not a class, or the model does not return class scores.

    Source:
        Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 4.2, Fig. 7.

    Example:
        >>> model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, name="conv"),
        ...     keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
        >>> probe = OcclusionProbe(model, size=4, stride=4)
        >>> probe(np.random.rand(2, 16, 16, 3)).probability.shape
        (2, 4, 4)
    """

    def __init__(
        self,
        model: Any,
        layer: Any = None,
        size: Pair | None = None,
        stride: Pair | None = None,
        value: Colour | None = None,
        *,
        way: Literal["auto"] | Way = "auto",
        batch_size: int | None = None,
        scores: Scores | None = None,
    ) -> None:
        if way not in ("auto", "incremental", "plain"):
            raise ValueError(f"Expected way of 'auto', 'incremental' or 'plain'. Received: {way!r}.")
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"Expected a batch_size of at least 1. Received: {batch_size!r}.")
        if scores not in (None, "probabilities", "logits"):
            raise ValueError(f"Expected scores of 'probabilities', 'logits' or None. Received: {scores!r}.")
        self._model, self._layer, self._size, self._stride = model, layer, size, stride
        self._value, self._asked, self._scores = value, way, scores
        self._most = batch_size
        self._halved = False
        self._signature: Any = None
        self._grid: Any = None
        self._compiled: Any = None
        self._way: tuple[Way, str] | None = None

    @property
    def trace_count(self) -> int:
        """How often something was compiled; it grows only when images of another shape come."""
        return 0 if self._compiled is None else int(self._compiled.trace_count)

    def __call__(self, images: Any, labels: Any = None, progress: Progress | None = None) -> Occlusion:
        """Occlude ``images`` at every position.

        Args:
            images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs, of
                which the one of rank 4 is occluded.
            labels: True class of each image, int [n]; by default the class predicted for the whole image.
            progress: Called after each step with the positions done and in all.

        Raises:
            ValueError: As the class says.
            MemoryError: If memory ran out a second time, after the batch had been halved.
        """
        data = ModelImages(images)
        source = image_input(data)
        if self._signature != data.signature:
            self._compile(data, source)
        model, grid = self._compiled, self._grid
        value = colour(self._value, data.arrays[source])
        wanted = check_labels(labels, data.count, model.scores.classes)
        seen_all: list[Unoccluded] = []
        chosen: list[tuple[np.int32, np.int32]] = []
        columns: list[Columns] = []
        for number in range(data.count):
            arrays = data.take(np.array([number]))
            seen = model.unoccluded(arrays)
            model.scores.check(seen.output)
            label = np.argmax(seen.probability) if wanted is None else wanted[number]
            choice = (np.int32(label), np.int32(np.argmax(seen.totals)))
            job = _Job(arrays, seen, value, choice)
            if self._way is None:
                self._way = self._choose(job)
            done = number * grid.count
            columns.append(self._cover(job, progress, done, data.count * grid.count))
            seen_all.append(seen)
            chosen.append(choice)
        return self._result(seen_all, chosen, columns, value, data.signature[source])

    def _compile(self, data: ModelImages, source: int) -> None:
        height, width = data.signature[source][:2]
        grid = occluder_grid(height, width, self._size, self._stride)
        layer = self._layer
        if layer is None:
            paths = feature_layers(self._model, data.structure)
            if not paths:
                raise ValueError("The model has no convolution whose maps could be watched: pass layer=.")
            layer = paths[-1]
        self._compiled = OccludedModel(self._model, layer, data, grid, source=source, scores=self._scores)
        self._grid, self._signature, self._way = grid, data.signature, None

    def _batch(self, way: Way) -> int:
        """Positions per step, such that the steps of an image are of one size."""
        most: int = self._most or self._compiled.most_positions(way)
        count: int = self._grid.count
        return -(-count // -(-count // most))

    def _choose(self, job: _Job) -> tuple[Way, str]:
        if self._asked != "auto":
            return self._asked, "as asked"
        windows, whole = self._compiled.work
        if whole < LEAST_SAVING * windows:
            return "plain", f"windows would save {1 - windows / max(whole, 1):.0%} of the multiplications"
        try:
            fast, small = self._time("incremental", job)
        except (ValueError, NotImplementedError) as error:
            return "plain", f"windows cannot be computed: {error}"
        slow, full = self._time("plain", job)
        count = min(len(small[0]), len(full[0]))
        if not _agree([c[:count] for c in small], [c[:count] for c in full]):
            return "plain", "windows gave other values"
        chosen, other = _order(fast, slow)
        self._compiled.forget(other, self._batch(other))
        return chosen, f"measured: {fast * 1e3:.3g} ms per position in windows, {slow * 1e3:.3g} ms plain"

    def _time(self, way: Way, job: _Job) -> tuple[float, Columns]:
        """Seconds per position, the better of two steps after one to warm up, and what the step gave."""
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            columns = self._step(way, job, 0)
            seconds.append(time.perf_counter() - start)
        return min(seconds[1:]) / len(columns[0]), columns

    def _cover(self, job: _Job, progress: Progress | None, done: int, total: int) -> Columns:
        if self._way is None:
            raise AssertionError("The way is chosen before the first position.")
        parts: list[Columns] = []
        first = 0
        while first < self._grid.count:
            parts.append(self._step(self._way[0], job, first))
            first += len(parts[-1][0])
            if progress is not None:
                progress(done + first, total)
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    def _step(self, way: Way, job: _Job, first: int) -> Columns:
        while True:
            batch = self._batch(way)
            positions = self._grid.indices[:, first : first + batch]
            try:
                return list(
                    self._compiled.step(
                        way,
                        batch,
                        job.arrays,
                        job.seen,
                        positions=positions,
                        value=job.value,
                        choice=job.choice,
                    )
                )
            except tf.errors.ResourceExhaustedError as error:
                if self._halved or batch == 1:
                    after = ", after twice as many" if self._halved else ""
                    raise MemoryError(
                        f"Out of memory with {batch} positions of the occluder at a time{after}: pass a "
                        "smaller batch_size, or smaller images."
                    ) from error
                self._halved, self._most = True, max(1, batch // 2)
                self._compiled.forget(way, batch)

    def _result(
        self,
        seen: list[Unoccluded],
        chosen: list[tuple[np.int32, np.int32]],
        columns: list[Columns],
        value: Any,
        shape: Any,
    ) -> Occlusion:
        if self._way is None:
            raise AssertionError("The way is chosen before the first position.")
        grid: OccluderGrid = self._grid
        plane = (len(chosen), len(grid.rows), len(grid.cols))
        probability, top_class, activation = (np.stack(c).reshape(plane) for c in zip(*columns, strict=True))
        labels, maps = (np.array(c, np.int32) for c in zip(*chosen, strict=True))
        each = np.arange(len(seen))
        whole = np.stack([s.probability for s in seen])
        return Occlusion(
            probability=probability,
            top_class=top_class,
            activation=activation,
            unoccluded_probability=whole[each, labels],
            unoccluded_class=whole.argmax(axis=1).astype(np.int32),
            unoccluded_activation=np.stack([s.totals for s in seen])[each, maps],
            labels=labels,
            classes=self._compiled.scores.classes,
            strongest_map=maps,
            grid=grid,
            image=(int(shape[0]), int(shape[1])),
            value=value,
            layer=self._compiled.layer,
            scores=self._compiled.scores.note,
            way=self._way[0],
            reason=self._way[1],
        )


def _agree(left: Columns, right: Columns) -> bool:
    """Whether probabilities and activations are the same to float tolerance."""
    scale = float(np.abs(right[2]).max(initial=0)) + 1e-6
    return np.allclose(left[0], right[0], atol=1e-4, equal_nan=True) and np.allclose(
        left[2], right[2], rtol=1e-3, atol=1e-3 * scale, equal_nan=True
    )


def _order(windows: float, whole: float) -> tuple[Way, Way]:
    return ("incremental", "plain") if windows < whole else ("plain", "incremental")
