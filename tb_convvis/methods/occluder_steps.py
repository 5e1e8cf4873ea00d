"""The steps of an occluder over an image: batches of positions that fit the memory there is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.occluded_model import Columns, OccludedModel, Unoccluded, Way
from tb_convvis.methods.occlusion_grid import OccluderGrid

Progress = Callable[[int, int], object]


@dataclass
class OccludedImage:
    """One image under way.

    Args:
        arrays: The image, and the other inputs, [1, ...].
        seen: What the model says of it without an occluder.
        value: Colour of the occluder, [channels].
        choice: Class and map of interest.
    """

    arrays: list[NDArray[np.float32]]
    seen: Unoccluded
    value: NDArray[np.float32]
    choice: tuple[np.int32, np.int32]


class OccluderSteps:
    """Runs an occluder over images; where memory runs out, a way's batch is halved once.

    Args:
        model: What is run.
        grid: Positions of the occluder.
        batch_size: Positions per step, None for as many as an ordinary machine's memory takes.
    """

    def __init__(self, model: OccludedModel, grid: OccluderGrid, batch_size: int | None) -> None:
        self.grid = grid
        self._model, self._batch_size = model, batch_size
        self._halved: dict[Way, int] = {}

    def unoccluded(self, arrays: list[NDArray[np.float32]]) -> Unoccluded:
        """Look at one image without an occluder.

        Raises:
            MemoryError: If it does not fit.
        """
        try:
            return self._model.unoccluded(arrays)
        except tf.errors.ResourceExhaustedError:
            pass  # raised outside of the handler: the error would hold on to tensors
        raise MemoryError("Out of memory with one whole image: pass smaller images.")

    def cover(
        self, way: Way, image: OccludedImage, progress: Progress | None, number: int, images: int
    ) -> Columns:
        """Place the occluder at every position of image ``number`` of ``images``.

        Raises:
            MemoryError: If memory ran out a second time.
        """
        parts: list[Columns] = []
        count = self.grid.count
        first = 0
        while first < count:
            parts.append(self._step(way, image, first))
            first += len(parts[-1][0])
            if progress is not None:
                progress(number * count + first, images * count)
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    def time(self, way: Way, image: OccludedImage) -> tuple[float, Columns]:
        """Seconds per position, the better of two steps after one to warm up, and what the step gave.

        Raises:
            MemoryError: If memory ran out a second time.
        """
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            columns = self._step(way, image, 0)
            seconds.append(time.perf_counter() - start)
        return min(seconds[1:]) / len(columns[0]), columns

    def forget(self, way: Way) -> None:
        """Drop what was compiled for a way that is not taken."""
        self._model.forget(way, self._batch(way))

    def _batch(self, way: Way) -> int:
        """Positions per step, such that the steps of an image are of one size."""
        most = self._batch_size or self._model.most_positions(way)
        most = min(most, self._halved.get(way, most))
        count = self.grid.count
        return -(-count // -(-count // most))

    def _step(self, way: Way, image: OccludedImage, first: int) -> Columns:
        while True:
            batch = self._batch(way)
            options: Any = {
                "positions": self.grid.indices[:, first : first + batch],
                "value": image.value,
                "choice": image.choice,
            }
            try:
                return list(self._model.step(way, batch, image.arrays, image.seen, **options))
            except tf.errors.ResourceExhaustedError:
                pass  # handled below: the error would hold on to tensors
            if way in self._halved or batch == 1:
                after = ", after twice as many" if way in self._halved else ""
                raise MemoryError(
                    f"Out of memory with {batch} positions of the occluder at a time{after}: pass a "
                    "smaller batch_size, or smaller images."
                )
            self._halved[way] = max(1, batch // 2)
            self._model.forget(way, batch)
