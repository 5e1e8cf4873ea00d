"""The layers whose maps are worth a look: the last convolution of each spatial resolution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from keras import layers

from tb_convvis.methods.kernels import is_convolution
from tb_convvis.methods.layer_calls import (
    LayerCall,
    channels_last,
    compile_traced,
    find_call,
    single_tensor,
    trace_layer_calls,
)
from tb_convvis.methods.model_images import ModelImages

FOLLOWERS = (
    layers.BatchNormalization,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.PReLU,
    layers.ELU,
    layers.Dropout,
    layers.SpatialDropout2D,
)
"""What leaves a map a map: normalisation and activation as layers of their own."""


def feature_layers(model: Any, images: Any) -> list[str]:
    """Paths of the last convolution of each spatial resolution, from the image upwards.

    Where a convolution's normalisation and activation are layers of their own, the last of these stands for
    it: what the rest of the network sees are its maps.

    Args:
        model: a built Keras model. Nothing about it is changed.
        images: pictures as the model takes them; only their shapes matter.

    Returns:
        Slash paths, such as ``["conv1", "backbone/relu4"]``.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> feature_layers(model, np.zeros((1, 8, 8, 3)))
        ['conv']

    """
    data = ModelImages(images)
    chosen: dict[tuple[int, int], str] = {}

    def trace(inline: bool, *inputs: Any) -> None:
        calls = trace_layer_calls(model, data.pack(inputs), inline, runs=False)
        chosen.clear()
        for shown in _convolutions(calls):
            rows, columns = (int(side) for side in shown.output.shape[1:3])
            # Later convolutions of a resolution replace earlier ones, in the place of the first.
            chosen[rows, columns] = shown.path

    compile_traced(trace, *data.specs(1))
    return list(chosen.values())


def watched_layer(model: Any, images: Any) -> str | None:
    """Path of the last convolution, in the order of the network, whose maps are larger than one unit.

    Gates and heads that see the whole image at once have maps of one unit; where there are no others, the
    last of them is taken. Normalisation and activation count as in ``feature_layers``.

    Args:
        model: a built Keras model. Nothing about it is changed.
        images: pictures as the model takes them; only their shapes matter.

    Returns:
        A slash path, such as ``"backbone/relu4"``; None if there is no convolution.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> watched_layer(model, np.zeros((1, 8, 8, 3)))
        'conv'

    """
    data = ModelImages(images)
    chosen: dict[bool, str] = {}

    def trace(inline: bool, *inputs: Any) -> None:
        chosen.clear()
        for shown in _convolutions(trace_layer_calls(model, data.pack(inputs), inline, runs=False)):
            chosen[tuple(shown.output.shape[1:3]) != (1, 1)] = shown.path

    compile_traced(trace, *data.specs(1))
    return chosen.get(True, chosen.get(False))


def resolve_layers(
    model: Any, images: Any, layers: Sequence[Any] | Literal["all"]
) -> tuple[list[str], dict[str, ValueError]]:
    """Return the paths of layers whose maps can be looked at, and what is wrong with the others.

    Args:
        model: a built Keras model. Nothing about it is changed.
        images: pictures as the model takes them; only their shapes matter.
        layers: paths, names or layer objects, or "all" for every convolution.

    Returns:
        Slash paths without repetition; and for layers that are not in the model, return several tensors
        or have no maps, the error by the name that was given.

    Example:
        >>> model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
        >>> resolve_layers(model, np.zeros((1, 8, 8, 3)), ["conv"])
        (['conv'], {})
    """
    data = ModelImages(images)
    paths: list[str] = []
    problems: dict[str, ValueError] = {}

    def trace(inline: bool, *inputs: Any) -> None:
        calls = trace_layer_calls(model, data.pack(inputs), inline)
        paths.clear()
        wanted = [c.path for c in calls if is_convolution(c.layer)] if isinstance(layers, str) else layers
        for layer in wanted:
            try:
                call = find_call(calls, layer)
                channels_last(call, single_tensor(call))
            except ValueError as problem:
                problems[str(getattr(layer, "name", layer))] = problem
            else:
                if call.path not in paths:
                    paths.append(call.path)

    compile_traced(trace, *data.specs(1))
    return paths, problems


def _convolutions(calls: list[LayerCall]) -> Iterator[LayerCall]:
    """The calls of convolutions that make maps, each at the last of its normalisation and activation."""
    for call in calls:
        if is_convolution(call.layer) and call.output is not None and call.output.shape.rank == 4:
            yield _follow(call, calls)


def _follow(call: LayerCall, calls: list[LayerCall]) -> LayerCall:
    while True:
        readers = [
            other
            for other in calls
            if other.output is not None and any(tensor is call.output for tensor in other.inputs)
        ]
        # A nested model that ends here passes its tensor on: it reads nothing by itself.
        outside = [reader for reader in readers if not _holds(reader, readers)]
        if len(outside) != 1 or not isinstance(outside[0].layer, FOLLOWERS):
            return call
        call = outside[0]


def _holds(reader: LayerCall, readers: list[LayerCall]) -> bool:
    """Whether a reader is a composite layer whose inner layer is the one that reads."""
    return any(other is not reader and other.path.startswith(f"{reader.path}/") for other in readers)
