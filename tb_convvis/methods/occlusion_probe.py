"""Occlusion sensitivity of one model, epoch after epoch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from tb_convvis.methods.class_scores import Scores
from tb_convvis.methods.feature_layers import watched_layer
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.occluded_model import Columns, OccludedModel, Unoccluded, Way
from tb_convvis.methods.occluder_steps import OccludedImage, OccluderSteps, Progress
from tb_convvis.methods.occlusion_arguments import Colour, check_labels, colour, image_input
from tb_convvis.methods.occlusion_grid import Pair, occluder_grid
from tb_convvis.methods.occlusion_result import Occlusion
from tb_convvis.methods.occlusion_way import choose_way


class OcclusionProbe:
    """Occlusion sensitivity compiled at its first call and then used again, epoch after epoch.

    It reads the model's weights when called, so it follows training, and leaves the model as it is. Maths is
    float32 under mixed precision. Where an occluder changes a small part of every map only these parts are
    computed again (way "incremental"); where that is not faster the whole model is (way "plain"). The results
    are the same to float tolerance.

    Args:
        model: A built Keras model that returns class scores [n, classes], or one score of two classes.
        layer: Path, name or layer object whose strongest map is watched; by default the last convolution
            whose maps are larger than one unit.
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
        self._batch_size = batch_size
        self._signature: Any = None
        self._compiled: Any = None
        self._steps: Any = None
        self._way: tuple[Way, str] | None = None

    @property
    def trace_count(self) -> int:
        """How often something was compiled; it grows only when images of another shape come."""
        return 0 if self._compiled is None else int(self._compiled.trace_count)

    def classes(self, images: Any) -> int:
        """Number of classes of the model, compiled for ``images``, of which only the shape matters.

        Raises:
            ValueError: As the class says, but for the labels.
        """
        self._compile(ModelImages(images))
        return int(self._compiled.scores.classes)

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
        source = self._compile(data)
        model, steps = self._compiled, self._steps
        value = colour(self._value, data.arrays[source])
        wanted = check_labels(labels, data.count, model.scores.classes)
        seen_all: list[Unoccluded] = []
        chosen: list[tuple[np.int32, np.int32]] = []
        columns: list[Columns] = []
        for number in range(data.count):
            arrays = data.take(np.array([number]))
            seen = steps.unoccluded(arrays)
            model.scores.check(seen.output)
            label = np.argmax(seen.probability) if wanted is None else wanted[number]
            choice = (np.int32(label), np.int32(np.argmax(seen.totals)))
            image = OccludedImage(arrays, seen, value, choice)
            if self._way is None:
                self._way = choose_way(self._asked, model, steps, image)
            columns.append(steps.cover(self._way[0], image, progress, number, data.count))
            # What windows read of this image must not stay on the device while others have their turn.
            seen_all.append(replace(seen, base=[]))
            chosen.append(choice)
            del seen, image
        return self._result(seen_all, chosen, columns, value, data.signature[source])

    def _compile(self, data: ModelImages) -> int:
        """Compile for images of another shape than before; return which of the inputs is occluded."""
        source = image_input(data)
        if self._signature == data.signature:
            return source
        height, width = data.signature[source][:2]
        grid = occluder_grid(height, width, self._size, self._stride)
        layer = self._layer
        if layer is None:
            layer = watched_layer(self._model, data.structure)
            if layer is None:
                raise ValueError("The model has no convolution whose maps could be watched: pass layer=.")
        options: Any = {"source": source, "scores": self._scores, "way": self._asked}
        self._compiled = OccludedModel(self._model, layer, data, grid, **options)
        self._steps = OccluderSteps(self._compiled, grid, self._batch_size)
        self._signature, self._way = data.signature, None
        return source

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
        grid = self._steps.grid
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
