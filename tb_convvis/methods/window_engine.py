"""The reverse of a chain in windows: from a unit down to just the pixels that it sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tb_convvis.methods.backward_rule import Rule, rectify
from tb_convvis.methods.chain import Link

OUTSIDE = float("-inf")


@dataclass
class Window:
    """The signal of a batch of units, each in a window of its own place.

    Args:
        signal: [units, rows, cols, maps].
        row: Row of the map at which each window begins, [units]; negative above the map.
        col: Column at which it begins.
    """

    signal: Any
    row: Any
    col: Any

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the windows."""
        return int(self.signal.shape[1]), int(self.signal.shape[2])


def run_chain(
    links: Sequence[Link],
    tensors: Mapping[Any, Any],
    image: Any,
    place: Any,
    activation: Any,
    *,
    maps: int,
    rule: Rule,
) -> Window:
    """Carry the activation of units down ``links``.

    Args:
        links: From the target to the images.
        tensors: Value of each link's tensor, by ``ref()`` of the symbol; those of the images' batch stay
            whole.
        image: Image of each unit, [units], within the batch of the forward pass.
        place: Row, col and map of each unit, [units, 3].
        activation: Their activations, [units].
        maps: Number of maps of the target.
        rule: What an activation does to the signal.
    """
    row, col, channel = place[:, 0], place[:, 1], place[:, 2]
    signal = tf.nn.relu(activation)
    number = 0
    # Until the first window the signal is one number per unit, not a plane of zeros around it.
    while number < len(links) and links[number].kind in ("scale", "rectifier"):
        link = links[number]
        if link.kind == "scale":
            signal *= tf.gather(tensors[link.tensor.ref()], channel)
        else:
            output = None
            if link.tensor is not None:
                output = tf.gather_nd(tensors[link.tensor.ref()], tf.stack([image, row, col, channel], 1))
            signal = _rectified(signal, output, rule)
        number += 1
    if number < len(links) and links[number].kind == "convolution":
        link = links[number]
        kernel = tf.transpose(tf.gather(tensors[link.tensor.ref()], channel, axis=3), (3, 0, 1, 2))
        row, col = row * link.stride[0] - link.padding[0], col * link.stride[1] - link.padding[1]
        window = _inside(Window(kernel * signal[:, None, None, None], row, col), link.size)
        number += 1
    else:
        window = Window((tf.one_hot(channel, maps) * signal[:, None])[:, None, None, :], row, col)
    for link in links[number:]:
        window = _reverse(link, window, tensors, image, rule)
    return window


def _reverse(link: Link, window: Window, tensors: Mapping[Any, Any], image: Any, rule: Rule) -> Window:
    tensor = None if link.tensor is None else tensors[link.tensor.ref()]
    if link.kind == "scale":
        return Window(window.signal * tensor, window.row, window.col)
    if link.kind == "rectifier":
        output = (
            None
            if tensor is None
            else take_windows(tensor, image, window.row, window.col, size=window.shape, fill=0.0)
        )
        return Window(_rectified(window.signal, output, rule), window.row, window.col)
    row = window.row * link.stride[0] - link.padding[0]
    col = window.col * link.stride[1] - link.padding[1]
    if link.kind == "pad":
        return _inside(Window(window.signal, row, col), link.size)
    height, width = ((n - 1) * s + k for n, s, k in zip(window.shape, link.stride, link.kernel, strict=True))
    below = Window(
        _transposed(link, window.signal, tensor, image, (row, col), size=(height, width)), row, col
    )
    return _inside(below, link.size)


def _transposed(
    link: Link, signal: Any, tensor: Any, image: Any, start: tuple[Any, Any], *, size: tuple[int, int]
) -> Any:
    strides = [1, *link.stride, 1]
    units = tf.shape(signal)[0]
    if link.kind == "max_pool":
        read = take_windows(tensor, image, *start, size=size, fill=OUTSIDE)
        kernel = [1, *link.kernel, 1]
        peaks = tf.nn.max_pool2d(read, link.kernel, link.stride, "VALID")
        return tf.raw_ops.MaxPoolGrad(
            orig_input=read, orig_output=peaks, grad=signal, ksize=kernel, strides=strides, padding="VALID"
        )
    if link.kind == "average_pool":
        shape = tf.stack([units, *size, signal.shape[3]])
        return tf.raw_ops.AvgPoolGrad(
            orig_input_shape=shape, grad=signal, ksize=[1, *link.kernel, 1], strides=strides, padding="VALID"
        )
    channels = tensor.shape[2]
    if link.kind == "depthwise":
        return tf.nn.depthwise_conv2d_backprop_input(
            tf.stack([units, *size, channels]), tensor, signal, strides, "VALID"
        )
    if channels <= 4 and link.stride[0] == link.stride[1] > 1:
        return _transposed_by_phases(signal, tensor, link.stride[0], size)
    return tf.nn.conv2d_transpose(signal, tensor, tf.stack([units, *size, channels]), strides, "VALID")


def _transposed_by_phases(signal: Any, kernel: Any, stride: int, size: tuple[int, int]) -> Any:
    """A strided transposed convolution as one of stride 1 to stride² as many maps, then interleaved.

    Down to three colours the usual way uses a small part of the processor's vector units.
    """
    rows, cols, channels, maps = kernel.shape
    high, wide = -(-rows // stride), -(-cols // stride)
    kernel = tf.pad(kernel, [[0, high * stride - rows], [0, wide * stride - cols], [0, 0], [0, 0]])
    kernel = tf.reverse(tf.reshape(kernel, (high, stride, wide, stride, channels, maps)), [0, 2])
    kernel = tf.reshape(
        tf.transpose(kernel, (0, 2, 5, 1, 3, 4)), (high, wide, maps, stride * stride * channels)
    )
    around = [[0, 0], [high - 1, high - 1], [wide - 1, wide - 1], [0, 0]]
    phases = tf.nn.conv2d(signal, kernel, 1, around)
    return tf.nn.depth_to_space(phases, stride)[:, : size[0], : size[1]]


def _rectified(signal: Any, output: Any, rule: Rule) -> Any:
    if rule == "gradient":
        return tf.where(output > 0, signal, tf.zeros_like(signal))
    return rectify(signal, output, rule)


def _inside(window: Window, size: tuple[int, int]) -> Window:
    """``window`` with 0 outside the map; an axis on which it has outgrown the map becomes the whole axis."""
    signal = window.signal
    starts = []
    for axis, begin in enumerate((window.row, window.col)):
        start = begin
        length, limit = window.shape[axis], size[axis]
        if length >= limit:
            signal, start = _take_axis(signal, -start, limit, 1 + axis), tf.zeros_like(start)
        else:
            position = start[:, None] + tf.range(length)[None]
            inside = tf.cast((position >= 0) & (position < limit), signal.dtype)
            signal *= inside[:, :, None, None] if axis == 0 else inside[:, None, :, None]
        starts.append(start)
    return Window(signal, *starts)


def _take_axis(signal: Any, start: Any, length: int, axis: int) -> Any:
    """``length`` entries of each window from ``start`` on, 0 outside it."""
    limit = signal.shape[axis]
    position = start[:, None] + tf.range(length)[None]
    taken = tf.gather(signal, tf.clip_by_value(position, 0, limit - 1), axis=axis, batch_dims=1)
    inside = tf.cast((position >= 0) & (position < limit), signal.dtype)
    return taken * (inside[:, :, None, None] if axis == 1 else inside[:, None, :, None])


def take_windows(tensor: Any, image: Any, row: Any, col: Any, *, size: tuple[int, int], fill: float) -> Any:
    """Windows [units, *size, maps] of ``tensor`` [images, rows, cols, maps], ``fill`` outside it."""
    _, height, width, maps = tensor.shape
    rows, cols = row[:, None] + tf.range(size[0])[None], col[:, None] + tf.range(size[1])[None]
    near = (image[:, None] * height + tf.clip_by_value(rows, 0, height - 1))[:, :, None] * width
    flat = near + tf.clip_by_value(cols, 0, width - 1)[:, None, :]
    values = tf.gather(tf.reshape(tensor, (-1, maps)), flat)
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((cols >= 0) & (cols < width))[:, None, :]
    return tf.where(inside[..., None], values, tf.constant(fill, tensor.dtype))
