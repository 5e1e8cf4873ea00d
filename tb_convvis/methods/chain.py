"""A chain of convolutions and pools from the images to one layer, read off a traced model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import tensorflow as tf

from tb_convvis.methods.axis_field import left_padding
from tb_convvis.methods.backward_pass import BackwardPass
from tb_convvis.methods.backward_rule import Rule

Kind = Literal["convolution", "depthwise", "max_pool", "average_pool", "pad", "scale", "rectifier"]
PASSED = ("BiasAdd", "Identity", "Cast", "AddV2", "Add", "Sub")


@dataclass(frozen=True)
class Link:
    """One step of a chain, as it is needed on the way back.

    Args:
        kind: What it does.
        size: Rows and columns of its input.
        kernel: Rows and columns of its window.
        stride: Steps of its window.
        padding: Rows and columns that it adds above and on the left.
        tensor: What its reverse reads: kernel, factor per map, input of a max pool, or output of a rectifier.
    """

    kind: Kind
    size: tuple[int, int]
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (0, 0)
    tensor: Any = None


def find_chain(target: Any, backward: BackwardPass, rule: Rule) -> list[Link] | None:
    """The links from ``target`` down to the images, or None where the model is not a chain of known links.

    Args:
        target: Tensor [images, rows, cols, maps].
        backward: The reverse pass of the same graph; it judges, and may refuse, every activation.
        rule: The rule in force.

    Raises:
        RuleError: If the rule cannot be applied to an activation of the chain.
    """
    links: list[Link] = []
    tensor = target
    while tensor is not backward.source:
        if tensor.shape.rank != 4:
            return None
        step = _rectifier_link(tensor, backward, rule) or _linear_link(tensor, backward)
        if step is None:
            return None
        tensor, link = step
        if link is not None:
            links.append(link)
    return links


def _rectifier_link(tensor: Any, backward: BackwardPass, rule: Rule) -> tuple[Any, Link | None] | None:
    below, treatment = backward.activation(tensor)
    if treatment == "identity":
        return below, None
    if treatment not in ("rectifier", "extended"):
        return None
    return below, Link("rectifier", _size(below), tensor=None if rule == "deconvnet" else tensor)


def _linear_link(tensor: Any, backward: BackwardPass) -> tuple[Any, Link | None] | None:  # noqa: PLR0911
    operation = tensor.op
    data = [t for t in operation.inputs if backward.is_data(t)]
    if len(data) != 1 or data[0].shape.rank != 4 or data[0].dtype != tf.float32:
        return None
    below = data[0]
    kind = operation.type
    if kind in PASSED and below is operation.inputs[0] and tensor.shape[1:] == below.shape[1:]:
        return below, None
    if kind in ("AddV2", "Add") and tensor.shape[1:] == below.shape[1:]:
        return below, None
    if kind in ("Mul", "RealDiv"):
        return _scale_link(operation, below)
    if kind in ("Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool"):
        return _window_link(operation, below)
    if kind == "Pad":
        padding = tf.get_static_value(operation.inputs[1])
        if padding is not None and not padding[[0, 3]].any():
            return below, Link("pad", _size(below), padding=(int(padding[1][0]), int(padding[2][0])))
    return None


def _scale_link(operation: Any, below: Any) -> tuple[Any, Link | None] | None:
    factor = operation.inputs[1] if operation.inputs[0] is below else operation.inputs[0]
    if operation.type == "RealDiv":
        if operation.inputs[0] is not below:
            return None
        factor = 1 / factor
    if any(size != 1 for size in factor.shape[:-1]) or factor.dtype != tf.float32:
        return None
    factor = tf.broadcast_to(tf.reshape(factor, (-1,)), (below.shape[3],))
    return below, Link("scale", _size(below), tensor=factor)


def _window_link(operation: Any, below: Any) -> tuple[Any, Link | None] | None:
    attribute = operation.get_attr
    pool = operation.type in ("MaxPool", "AvgPool")
    padding = attribute("padding").decode()
    if attribute("data_format") != b"NHWC" or (not pool and tuple(attribute("dilations")) != (1, 1, 1, 1)):
        return None
    kernel = attribute("ksize")[1:3] if pool else operation.inputs[1].shape[:2]
    stride = attribute("strides")[1:3]
    size = _size(below)
    if padding == "EXPLICIT":
        explicit = attribute("explicit_paddings")
        left = (int(explicit[2]), int(explicit[4]))
    else:
        above, beside = (left_padding(padding, size[a], int(kernel[a]), int(stride[a]), 1) for a in (0, 1))
        left = (above, beside)
    geometry = (size, (int(kernel[0]), int(kernel[1])), (int(stride[0]), int(stride[1])), left)
    if operation.type == "MaxPool":
        return below, Link("max_pool", *geometry, below)
    if operation.type == "AvgPool":
        # Averages at a padded border divide by fewer units: left to the general pass.
        return (below, Link("average_pool", *geometry)) if padding == "VALID" else None
    weights = operation.inputs[1]
    grouped = operation.type == "Conv2D" and weights.shape[2] != below.shape[3]
    if grouped or weights.dtype != tf.float32:
        return None
    return below, Link("convolution" if operation.type == "Conv2D" else "depthwise", *geometry, weights)


def _size(tensor: Any) -> tuple[int, int]:
    return int(tensor.shape[1]), int(tensor.shape[2])
