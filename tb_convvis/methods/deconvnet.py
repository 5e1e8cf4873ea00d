"""Deconvnet projections: which pixels of an image drive a unit, by Zeiler and Fergus's rule or others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.backward_rule import Rule, RuleUse, check_rule
from tb_convvis.methods.full_projector import FullProjector
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.projection import Projections
from tb_convvis.methods.window_projector import WindowProjector


class Deconvnet:
    """Projections of layers of a model, compiled at the first call and then used again, epoch after epoch.

    It reads the model's weights when called, so it follows training, and leaves the model as it is. Maths is
    float32 under mixed precision. Layers at the end of a plain chain of convolutions and pools share one
    forward pass and go back in windows of the size of what a unit sees; the others take whole images both
    ways. Where memory runs out, steps are halved once.

    Args:
        model: A built Keras model.
        layers: Paths (``"backbone/conv1"``), names or layer objects. A softmax layer is projected from its
            logits.
        rule: "deconvnet", "guided" (guided backpropagation) or "gradient" (the plain gradient).
        batch_size: Units per step; by default as many as an ordinary machine's memory takes.
        source: Which of several inputs to project to, counted from 0; by default the only one that holds
            images.
        windows: Whether chains are projected in windows. The results are equal; False serves comparison.

    Raises:
        RuleError: When called, if the rule is not defined for an operation on the way to a layer.
        ValueError: If the rule does not exist or, when called, a layer or a unit does not.
        MemoryError: When called, if memory ran out a second time, after the steps had been halved.

    Source:
        Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 2.1.
        "guided": Springenberg et al., "Striving for Simplicity", 2014, section 3.4. "gradient": Simonyan et
        al., "Deep Inside Convolutional Networks", 2013, section 3, times the activation.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> project = Deconvnet(model, ["conv"])
        >>> project(np.random.rand(2, 8, 8, 3), {"conv": [[1, 2, 2, 0]]})["conv"].window.shape
        (1, 3, 3, 3)
    """

    def __init__(
        self,
        model: Any,
        layers: Iterable[Any],
        rule: Rule = "deconvnet",
        *,
        batch_size: int | None = None,
        source: int | None = None,
        windows: bool = True,
    ) -> None:
        check_rule(rule)
        self._layers = [layers] if isinstance(layers, str) else list(layers)
        if not self._layers:
            raise ValueError("Expected at least one layer. Received none.")
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"Expected batch_size of at least 1. Received: {batch_size}.")
        self._model = model
        self._rule: Rule = rule
        self._batch_size = batch_size
        self._source = source
        self._use_windows = windows
        self._windows: WindowProjector | None = None
        self._full: dict[int, FullProjector] = {}
        self._signature: Any = None
        self._share = 1
        self._traces = 0

    @property
    def trace_count(self) -> int:
        """How many functions were compiled; it stays the same unless the shape of the images changes."""
        return self._traces + sum(projector.trace_count for projector in self._projectors)

    @property
    def rules_applied(self) -> tuple[RuleUse, ...]:
        """How each activation, gate and normalisation was passed; empty before the first call."""
        return tuple(dict.fromkeys(use for projector in self._projectors for use in projector.uses))

    def __call__(self, images: Any, units: Mapping[Any, Any]) -> dict[Any, Projections]:
        """Project units of ``images``.

        Args:
            images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs.
            units: For some or all of ``layers``, as they were named there: integers [m, 4], the image, row,
                col and map of each unit in the layer's output.

        Returns:
            For each layer one projection per unit, in their order; each starts from the unit's own
            activation.
        """
        unknown = [layer for layer in units if layer not in self._layers]
        if unknown:
            raise ValueError(f"Expected units of layers {self._layers}. Received units of {unknown}.")
        data = ModelImages(images)
        if self._signature != data.signature:
            self._share = 1
            self._compile(data)
        places = {self._layers.index(layer): np.asarray(rows) for layer, rows in units.items()}
        found = self._run(data, places)
        if found is None and self._share == 1:
            self._share = 2
            self._compile(data)
            found = self._run(data, places)
        if found is None:
            raise MemoryError(
                "Out of memory while projecting, after steps of half the size: pass a smaller batch_size, "
                "or smaller images."
            )
        return {self._layers[key]: found[key] for key in places}

    def _run(self, data: ModelImages, places: Mapping[int, NDArray[Any]]) -> dict[int, Projections] | None:
        """Projections by layer; None where memory runs out, for the error would hold on to tensors."""
        try:
            return self._project(data, places)
        except tf.errors.ResourceExhaustedError:
            return None

    def _project(self, data: ModelImages, places: Mapping[int, NDArray[Any]]) -> dict[int, Projections]:
        in_windows = {key: rows for key, rows in places.items() if key not in self._full}
        found = {key: self._full[key](data, rows) for key, rows in places.items() if key in self._full}
        if self._windows is not None and in_windows:
            found.update(self._windows(data, in_windows))
        return found

    def _compile(self, data: ModelImages) -> None:
        self._traces = self.trace_count
        self._signature = None
        source = image_input(data, self._source)
        self._windows, self._full = None, {}
        covered = [False] * len(self._layers)
        if self._use_windows and len(data.signature[source]) == 3:
            self._windows = WindowProjector(
                self._model,
                self._layers,
                self._rule,
                data,
                source=source,
                batch_size=self._batch_size,
                share=self._share,
            )
            covered = self._windows.covered
        size = self._batch_size or max(1, min(data.default_batch_size() // 2, 64))
        size = max(1, size // self._share)
        self._full = {
            key: FullProjector(self._model, layer, self._rule, data, source=source, batch_size=size)
            for key, layer in enumerate(self._layers)
            if not covered[key]
        }
        self._signature = data.signature

    @property
    def _projectors(self) -> list[WindowProjector | FullProjector]:
        return [*([self._windows] if self._windows else []), *self._full.values()]


def deconvnet(
    model: Any, layer: Any, images: Any, units: Any, rule: Rule = "deconvnet"
) -> NDArray[np.float32]:
    """Project units of ``layer`` back into the image.

    Args:
        model: A built Keras model.
        layer: Path, name or layer object.
        images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs.
        units: Integers [m, 4]: image, row, col, map of each unit, such as ``TopActivations.units()``.
        rule: "deconvnet", "guided" or "gradient".

    Returns:
        float32 [m, H, W, C]: one projection per unit on a full-size image, in proportion to the unit's
        activation; 0 for a unit that is not active.

    Raises:
        RuleError: If the rule is not defined for an operation on the way to the layer.
        ValueError: If the rule, the layer or a unit does not exist.

    Source:
        As ``Deconvnet``, which does the work and is to be preferred for repeated calls.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> deconvnet(model, "conv", np.random.rand(2, 8, 8, 3), [[1, 2, 2, 0]]).shape
        (1, 8, 8, 3)
    """
    return Deconvnet(model, [layer], rule)(images, {layer: units})[layer].canvas()


def image_input(data: ModelImages, source: int | None) -> int:
    """Number of the input to project to.

    Raises:
        ValueError: If it is not given and not exactly one input holds images, or if there is no such input.
    """
    pictures = [number for number, shape in enumerate(data.signature) if len(shape) == 3]
    if source is None and len(pictures) == 1:
        return pictures[0]
    if source is None or not 0 <= source < len(data.signature):
        raise ValueError(
            f"Expected source to name one of {len(data.signature)} inputs, of which {pictures} hold images. "
            f"Received: source={source}."
        )
    return source
