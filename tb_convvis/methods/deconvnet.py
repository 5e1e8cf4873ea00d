"""Deconvnet projections: which pixels of an image drive a unit, by the rule of Zeiler and Fergus or its relatives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_convvis.methods.backward_rule import Rule, RuleUse, check_rule
from tb_convvis.methods.full_projector import FullProjector
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.projection import Projections


class Deconvnet:
    """Projections of one layer, compiled at the first call and then used again, epoch after epoch.

    It reads the model's weights when called, so it follows training, and leaves the model as it is. Maths is
    float32 under mixed precision.

    Args:
        model: A built Keras model.
        layer: Path (``"backbone/conv1"``), name or layer object. A softmax layer is projected from its logits.
        rule: "deconvnet", "guided" (guided backpropagation) or "gradient" (the plain gradient).
        batch_size: Units per step; by default as many as an ordinary machine's memory takes.
        source: Which of several inputs to project to, counted from 0; by default the only one that holds images.

    Raises:
        RuleError: When called, if the rule is not defined for an operation on the way to the layer.
        ValueError: If the rule does not exist or, when called, the layer or a unit does not.

    Source:
        Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 2.1. "guided":
        Springenberg et al., "Striving for Simplicity", 2014, section 3.4. "gradient": Simonyan et al., "Deep
        Inside Convolutional Networks", 2013, section 3, times the activation.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> project = Deconvnet(model, "conv")
        >>> project(np.random.rand(2, 8, 8, 3), [[1, 2, 2, 0]]).window.shape
        (1, 3, 3, 3)
    """

    def __init__(
        self, model: Any, layer: Any, rule: Rule = "deconvnet", batch_size: int | None = None, source: int | None = None
    ) -> None:
        check_rule(rule)
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"Expected batch_size of at least 1. Received: {batch_size}.")
        self._model = model
        self._layer = layer
        self._rule: Rule = rule
        self._batch_size = batch_size
        self._source = source
        self._projector: FullProjector | None = None
        self._signature: Any = None
        self._traces = 0

    @property
    def trace_count(self) -> int:
        """How often the projection was compiled: once, unless the shape of the images changes."""
        return self._traces + (self._projector.trace_count if self._projector else 0)

    @property
    def rules_applied(self) -> tuple[RuleUse, ...]:
        """How each activation, gate and normalisation was passed; empty before the first call."""
        return tuple(self._projector.uses) if self._projector else ()

    def __call__(self, images: Any, units: Any) -> Projections:
        """Project ``units`` of ``images``.

        Args:
            images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs.
            units: Integers [m, 4]: image, row, col, map of each unit in the layer's output.

        Returns:
            One projection per unit, in their order; each starts from the unit's own activation.
        """
        data = ModelImages(images)
        if self._projector is None or self._signature != data.signature:
            size = self._batch_size or max(1, min(data.default_batch_size() // 2, 64))
            if self._projector is not None:
                self._traces += self._projector.trace_count
            source = image_input(data, self._source)
            self._projector = FullProjector(self._model, self._layer, self._rule, data, source, size)
            self._signature = data.signature
        return self._projector(data, np.asarray(units))


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
        float32 [m, H, W, C]: one projection per unit on a full-size image. It has the scale of unit's activation
        times weights; 0 for a unit that is not active.

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
    return Deconvnet(model, layer, rule)(images, units).canvas()


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
