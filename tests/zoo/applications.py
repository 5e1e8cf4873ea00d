"""Networks of Keras's own, for the slow run; none of their weights are fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from tests.zoo.registry import ZOO, ZooModel

APPLICATIONS: dict[str, tuple[tuple[str, ...], int]] = {
    "VGG16": (("block2_conv2", "block5_conv3"), 48),
    "ResNet50V2": (("conv2_block3_out", "conv3_block4_out"), 64),
    "MobileNetV3Small": (("expanded_conv_1_expand", "expanded_conv_4_add"), 64),
    "EfficientNetB0": (("block2a_expand_activation", "block3b_add"), 64),
    "DenseNet121": (("conv2_block6_concat", "conv3_block2_concat"), 64),
    "InceptionV3": (("mixed0", "mixed3"), 96),
    "ConvNeXtTiny": (
        (
            "convnext_tiny_stage_0_block_0_depthwise_conv",
            "convnext_tiny_stage_1_block_0_pointwise_conv_1",
        ),
        64,
    ),
}


def _application(name: str, size: int) -> Callable[[], Any]:
    return lambda: getattr(keras.applications, name)(
        weights=None, include_top=False, input_shape=(size, size, 3)
    )


for _name, (_layers, _size) in APPLICATIONS.items():
    ZOO[_name] = ZooModel(_application(_name, _size), _layers, ((_size, _size, 3),), slow=True)
