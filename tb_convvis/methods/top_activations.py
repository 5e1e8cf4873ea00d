"""Top activations: for every map of a layer, the images and positions that excite it most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.methods.layer_calls import (
    LayerCall,
    channels_last,
    compile_traced,
    find_call,
    single_tensor,
    trace_layer_calls,
)
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.target import before_softmax

Ranking = tuple[Any, Any, Any]
"""State of one layer: value, image and flat position, each [maps, k]; position -1 is still to be found."""


@dataclass(frozen=True)
class TopActivations:
    """The strongest activations of every map of one layer; arrays are [maps, k], strongest first.

    Args:
        value: Activation, float32; -inf where there were fewer than k images with a finite activation.
        image: Index of the image, int32; -1 where ``value`` is -inf. Each image stands once in a row; of
            equal activations the one in the lower image comes first, and in an image the upper, then the left
            one.
        row: Row of the unit in the layer's output, int32.
        col: Column of the unit, int32.
        dead_share: Share of the images in which no unit of the map is active (above 0), float32 [maps].
    """

    value: NDArray[np.float32]
    image: NDArray[np.int32]
    row: NDArray[np.int32]
    col: NDArray[np.int32]
    dead_share: NDArray[np.float32]

    @property
    def strength(self) -> NDArray[np.float32]:
        """Strongest activation of each map, [maps]."""
        return self.value[:, 0]

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Whether no image excites the map, [maps]."""
        return ~(self.value[:, 0] > 0)

    def units(self, maps: Sequence[int] | NDArray[np.integer[Any]] | None = None) -> NDArray[np.int32]:
        """Rows (image, row, col, map) of the units found, [maps * k, 4], as ``deconvnet`` takes them.

        Slots that hold no image are left out.
        """
        chosen = np.arange(len(self.value)) if maps is None else np.asarray(maps)
        maps_of_slots = np.repeat(chosen[:, None], self.value.shape[1], 1)
        columns = [self.image[chosen], self.row[chosen], self.col[chosen], maps_of_slots]
        units = np.stack([column.reshape(-1) for column in columns], axis=1).astype(np.int32)
        return units[units[:, 0] >= 0]


class TopActivationSearch:
    """A search for top activations that is compiled at its first call and then used again, epoch after epoch.

    It reads the model's weights when called, so it follows training, and leaves the model as it is. Maths is
    float32 under mixed precision. A softmax layer is scored by its logits. Where memory runs out, the batch
    is halved once.

    Args:
        model: A built Keras model.
        layers: Paths (``"backbone/conv1"``), names or layer objects, whose activations are searched together.
        k: How many images each map keeps.
        batch_size: Images per step; by default as many as an ordinary machine's memory takes.

    Raises:
        ValueError: If there is no layer or ``k`` or ``batch_size`` is not positive; when called, if a layer
            is unknown, has several outputs, or is channels first.
        MemoryError: When called, if memory ran out a second time, after the batch had been halved.

    Source:
        Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 4.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> search = TopActivationSearch(model, ["conv"], k=2)
        >>> search(np.random.rand(10, 8, 8, 3))["conv"].value.shape
        (4, 2)
    """

    def __init__(self, model: Any, layers: Iterable[Any], k: int = 9, batch_size: int | None = None) -> None:
        self._layers = [layers] if isinstance(layers, str) else list(layers)
        if not self._layers:
            raise ValueError("Expected at least one layer. Received none.")
        if k < 1 or (batch_size is not None and batch_size < 1):
            raise ValueError(
                f"Expected k and batch_size of at least 1. Received k={k}, batch_size={batch_size}."
            )
        self._model = model
        self._k = k
        self._batch_size = batch_size
        self._step: Any = None
        self._signature: Any = None
        self._compiled_size = 0
        self._halved = False
        self._widths: dict[str, tuple[int, int]] = {}
        self.trace_count = 0
        """How often the search was compiled: once, unless the shape of the images or the batch changes."""

    def __call__(self, images: Any) -> dict[str, TopActivations]:
        """Search ``images``.

        Args:
            images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs.

        Returns:
            Path of each layer to its top activations.
        """
        data = ModelImages(images)
        if self._signature != data.signature:
            self._halved = False
            self._compile(data, self._batch_size or data.default_batch_size())
        found = self._run(data)
        if found is None and not self._halved and self._compiled_size > 1:
            self._halved = True
            self._compile(data, self._compiled_size // 2)
            found = self._run(data)
        if found is None:
            after = ", after twice as many" if self._halved else ""
            raise MemoryError(
                f"Out of memory with {self._compiled_size} images at a time{after}: pass a smaller "
                "batch_size, fewer layers, or smaller images."
            )
        return found

    def _run(self, data: ModelImages) -> dict[str, TopActivations] | None:
        """What is found; None where memory runs out, for the error would hold on to tensors."""
        state, active = self._empty_state()
        try:
            for first, count, arrays in data.batches(self._compiled_size):
                state, active = self._step(tf.constant(first), tf.constant(count), state, active, *arrays)
        except tf.errors.ResourceExhaustedError:
            return None
        return {
            path: self._result(ranking, share.numpy(), columns, data.count)
            for (path, (_, columns)), ranking, share in zip(self._widths.items(), state, active, strict=True)
        }

    def _compile(self, data: ModelImages, size: int) -> None:
        self._compiled_size = size
        self._signature = None

        def step(inline: bool, first: Any, count: Any, state: Any, active: Any, *inputs: Any) -> Any:
            calls = trace_layer_calls(self._model, data.pack(inputs), inline)
            targets = self._targets(calls)
            self._widths = {path: (int(maps.shape[3]), int(maps.shape[2])) for path, maps in targets}
            new = [
                rank_batch(maps, first, count, ranking, share)
                for (_, maps), ranking, share in zip(targets, state, active, strict=True)
            ]
            self.trace_count += 1
            return [ranking for ranking, _ in new], [share for _, share in new]

        scalar = tf.TensorSpec((), tf.int32)
        # How many maps a layer has is only known once the model has been traced.
        kept = tf.TensorSpec((None, self._k), tf.int32)
        state = [(tf.TensorSpec((None, self._k), tf.float32), kept, kept) for _ in self._layers]
        active = [tf.TensorSpec((None,), tf.int32) for _ in self._layers]
        self._step = compile_traced(step, scalar, scalar, state, active, *data.specs(size))
        self._signature = data.signature

    def _targets(self, calls: Sequence[LayerCall]) -> list[tuple[str, Any]]:
        found = [find_call(calls, layer) for layer in self._layers]
        return [(call.path, channels_last(call, before_softmax(single_tensor(call)))) for call in found]

    def _empty_state(self) -> tuple[list[Ranking], list[Any]]:
        maps = [width for width, _ in self._widths.values()]
        state = [
            (tf.fill((m, self._k), -np.inf), tf.fill((m, self._k), -1), tf.fill((m, self._k), -1))
            for m in maps
        ]
        return state, [tf.zeros(m, tf.int32) for m in maps]

    def _result(self, ranking: Ranking, active: Any, columns: int, count: int) -> TopActivations:
        value, image, position = (part.numpy() for part in ranking)
        empty = image < 0
        row, col = position // columns, position % columns
        row[empty], col[empty] = 0, 0
        return TopActivations(value, image, row, col, (1 - active / count).astype(np.float32))


def top_activations(model: Any, layers: Iterable[Any], images: Any, k: int = 9) -> dict[str, TopActivations]:
    """The ``k`` images that excite each map of each layer most, one position per image.

    Args:
        model: A built Keras model.
        layers: Paths, names or layer objects.
        images: [n, H, W, C] as the model takes them, or a list or dict of arrays for several inputs.
        k: How many images each map keeps.

    Returns:
        Path of each layer to its ``TopActivations``.

    Raises:
        ValueError: As ``TopActivationSearch``, which does the work and is to be preferred for repeated calls.

    Source:
        Zeiler and Fergus 2013, section 4.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> top_activations(model, ["conv"], np.random.rand(10, 8, 8, 3), k=2)["conv"].image.shape
        (4, 2)
    """
    return TopActivationSearch(model, layers, k)(images)


def rank_batch(tensor: Any, first: Any, count: Any, ranking: Ranking, active: Any) -> tuple[Ranking, Any]:
    """Merge the first ``count`` images of a batch, numbered from ``first``, into the ranking of one layer.

    Only the maximum of each row of units is taken for every map; where in the row it lies is looked up for
    the few entries that reach the ranking.
    """
    value, image, position = ranking
    batch, height, width, maps = tensor.shape
    row_peak = tf.nn.max_pool2d(tensor, (1, width), 1, "VALID")[:, :, 0]
    peak = tf.reduce_max(row_peak, axis=1)
    # The pool passes over what is not a number; where it found nothing else it is left at the lowest number.
    real = tf.math.is_finite(peak) & (peak > tf.float32.min) & (tf.range(batch) < count)[:, None]
    peak = tf.transpose(tf.where(real, peak, -np.inf))
    numbers = tf.where(tf.math.is_finite(peak), first + tf.range(batch)[None], -1)
    all_values = tf.concat([value, peak], 1)
    # top_k puts the lower column first among equals, and the ranking, of lower images, stands before the
    # batch.
    value, kept = tf.math.top_k(all_values, value.shape[1])
    image = tf.gather(tf.concat([image, numbers], 1), kept, batch_dims=1)
    position = tf.gather(tf.pad(position, [[0, 0], [0, batch]], constant_values=-1), kept, batch_dims=1)
    entered = tf.where((image >= first) & (image >= 0))
    in_batch = tf.gather_nd(image, entered) - first
    channel = tf.cast(entered[:, 0], tf.int32)
    row = _first_argmax(tf.gather_nd(tf.transpose(row_peak, (0, 2, 1)), tf.stack([in_batch, channel], 1)))
    in_row = ((in_batch * height + row)[:, None] * width + tf.range(width)[None]) * maps + channel[:, None]
    col = _first_argmax(tf.gather(tf.reshape(tensor, (-1,)), in_row))
    position = tf.tensor_scatter_nd_update(position, entered, row * width + col)
    active += tf.reduce_sum(tf.cast(peak > 0, tf.int32), 1)
    return (value, image, position), active


def _first_argmax(values: Any) -> Any:
    return tf.argmax(values, 1, output_type=tf.int32)
