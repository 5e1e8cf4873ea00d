"""Occlusion sensitivity: what a model says of an image while a square of one colour covers part of it."""

from __future__ import annotations

from typing import Any

from tb_convvis.methods.occluder_steps import Progress
from tb_convvis.methods.occlusion_arguments import Colour
from tb_convvis.methods.occlusion_grid import Pair
from tb_convvis.methods.occlusion_probe import OcclusionProbe
from tb_convvis.methods.occlusion_result import Occlusion


def occlusion_sensitivity(  # noqa: PLR0917 (the order of its arguments is public)
    model: Any,
    images: Any,
    labels: Any = None,
    size: Pair | None = None,
    stride: Pair | None = None,
    value: Colour | None = None,
    layer: Any = None,
    progress: Progress | None = None,
) -> Occlusion:
    """Move a square of one colour over each image and watch the class and the strongest map.

    Args:
        model: A built Keras model that returns class scores [n, classes], or one score of two classes.
        images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs, of which
            the one of rank 4 is occluded.
        labels: True class of each image, int [n]; by default the class predicted for the whole image.
        size: Side of the occluder in pixels, or (rows, columns); by default a seventh of each axis.
        stride: Distance of positions in pixels, or (rows, columns); by default a quarter of the size.
        value: Colour of the occluder, a number or one for each channel; by default the mean of the images.
        layer: Path, name or layer object whose strongest map is watched; by default the last convolution
            whose maps are larger than one unit.
        progress: Called after each step with the positions done and in all.

    Raises:
        ValueError: As ``OcclusionProbe``, which does the work and is to be preferred for repeated calls.

    Source:
        Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 4.2, Fig. 7.

    Example:
        >>> model = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, name="conv"),
        ...     keras.layers.Flatten(), keras.layers.Dense(3, activation="softmax")])
        >>> occlusion_sensitivity(model, np.random.rand(2, 16, 16, 3), size=4, stride=4).top_class.shape
        (2, 4, 4)
    """
    return OcclusionProbe(model, layer, size, stride, value)(images, labels, progress)
