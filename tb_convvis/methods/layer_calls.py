"""The layer calls of a model: which layer made which tensor, wherever it is nested."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from tb_convvis.methods.rule_error import NestedFunctionError
from tb_convvis.methods.stateful_error import check_stateless

_patch_lock = threading.RLock()


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer while a model was traced.

    Args:
        path: Slash path of the layer from the model, such as ``backbone/conv1``. The second call of a shared
            layer is ``conv1:1``, the third ``conv1:2``.
        layer: The layer itself, as the user built it.
        inputs: The tensors the call was given.
        output: The tensor it returned, or None where it returned several.
        first_operation: Number of graph operations that existed when the call began.
        last_operation: Number of graph operations that existed when it ended.
    """

    path: str
    layer: Any
    inputs: tuple[Any, ...]
    output: Any
    first_operation: int
    last_operation: int


def trace_layer_calls(model: Any, images: Any, inline: bool = False, *, runs: bool = True) -> list[LayerCall]:
    """Call ``model`` on symbolic ``images`` in inference mode; list every layer call in order of completion.

    Must run inside a graph that is being traced. The model is not changed: each layer runs as a stand-in that
    shares its weights, so that nothing a call would store on a layer reaches the user's own object, and so
    that a layer of lower precision can compute in float32.

    Args:
        model: A built Keras model: Sequential, functional, nested or subclassed.
        images: Symbolic tensors in the structure that the model expects.
        inline: Trace into the tf.functions that layers call, instead of calling them as one operation.
        runs: The graph is going to be run, so that it must change nothing; else it is only looked at.

    Raises:
        ValueError: If the model is not a Keras model.
        StatefulLayerError: If running the graph would write a variable or draw random numbers.
        NestedFunctionError: If a layer was called inside a tf.function, where its tensors are out of reach.
    """
    return trace_model(model, images, inline, runs=runs)[0]


def trace_model(
    model: Any, images: Any, inline: bool = False, *, runs: bool = True
) -> tuple[list[LayerCall], Any]:
    """As ``trace_layer_calls``, with what the model returns, in its own structure, beside the calls."""
    if not isinstance(model, keras.Model):
        raise ValueError(f"Expected a keras.Model. Received: {model!r} of type {type(model).__name__}.")
    calls: list[LayerCall] = []
    with _recorded(model, calls), _inlined() if inline else contextlib.nullcontext():
        output = model(images, training=False)
    graph = tf.compat.v1.get_default_graph()
    for call in calls:
        if call.output is not None and call.output.graph is not graph:
            raise NestedFunctionError("", call.path, "it is called inside a tf.function of its own")
    if runs:
        check_stateless(graph, calls)
    return calls, output


def compile_traced(function: Callable[..., Any], *specs: Any) -> Any:
    """Compile ``function(inline, *tensors)``, inlining the model's own tf.functions only where it has to be.

    Most are better left alone: Keras compiles grouped convolutions by itself because their operations alone
    would have no derivative.
    """
    try:
        return tf.function(partial(function, False), autograph=False).get_concrete_function(*specs)
    except NestedFunctionError:
        return tf.function(partial(function, True), autograph=False).get_concrete_function(*specs)


def find_call(calls: Sequence[LayerCall], layer: Any) -> LayerCall:
    """The call that ``layer`` names: a slash path, a name that only one layer has, or a layer object.

    Raises:
        ValueError: If no call, or more than one, is meant.
    """
    if isinstance(layer, str):
        exact = [call for call in calls if call.path == layer]
        if exact:
            return exact[0]
        matches = [call for call in calls if call.path.rsplit("/", 1)[-1] == layer]
    else:
        matches = [call for call in calls if call.layer is layer]
    if len(matches) == 1:
        return matches[0]
    known = ", ".join(call.path for call in matches or calls)
    if matches:
        raise ValueError(f"{_name(layer)} is called in several places: pass one of these paths: {known}.")
    raise ValueError(f"The model has no layer {_name(layer)}. Its layers are: {known}.")


def single_tensor(call: LayerCall) -> Any:
    """The one output tensor of ``call``.

    Raises:
        ValueError: If the layer returned several tensors or none.
    """
    if call.output is None:
        raise ValueError(f"Layer {call.path!r} returns several tensors: choose a layer that returns one.")
    return call.output


def channels_last(call: LayerCall, tensor: Any) -> Any:
    """``tensor``, an output of ``call``, as [images, rows, cols, maps].

    A dense layer's [images, units] becomes 1 x 1 maps, a sequence [images, steps, channels] has one column.

    Raises:
        ValueError: If the layer is channels first, or its output has another rank.
    """
    if getattr(call.layer, "data_format", None) == "channels_first":
        raise ValueError(f"Layer {call.path!r} is channels first: only channels-last layers are supported.")
    shape = tensor.shape
    if shape.rank == 4:
        return tensor
    if shape.rank == 3:
        return tensor[:, :, None, :]
    if shape.rank == 2:
        return tensor[:, None, None, :]
    raise ValueError(
        f"Layer {call.path!r} has an output of shape {tuple(shape)}: expected rank 2 [images, units], "
        "3 [images, steps, channels] or 4 [images, rows, cols, maps]."
    )


def _name(layer: Any) -> str:
    return repr(layer) if isinstance(layer, str) else repr(getattr(layer, "name", layer))


@contextlib.contextmanager
def _recorded(model: Any, calls: list[LayerCall]) -> Iterator[None]:
    """Note every layer call that this thread makes; calls of other threads pass through untouched."""
    thread = threading.get_ident()
    names: list[str] = []
    counts: dict[str, int] = {}

    def recording_call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != thread:
            return original(layer, *args, **kwargs)
        stand_in = _stand_in(layer)
        if layer is model and not names:
            names.append("")
            try:
                return original(stand_in, *args, **kwargs)
            finally:
                names.pop()
        path = "/".join([*names[1:], layer.name])
        count = counts.get(path, 0)
        counts[path] = count + 1
        name = layer.name if count == 0 else f"{layer.name}:{count}"
        names.append(name)
        graph = tf.compat.v1.get_default_graph()
        first = len(graph.get_operations())
        try:
            output = original(stand_in, *args, **kwargs)
        finally:
            names.pop()
        tensors = tuple(t for t in tf.nest.flatten((args, kwargs)) if isinstance(t, tf.Tensor))
        single = output if isinstance(output, tf.Tensor) else None
        path = "/".join([*names[1:], name])
        calls.append(LayerCall(path, layer, tensors, single, first, len(graph.get_operations())))
        return output

    with _patch_lock:
        # Read here and not before: another thread's recording call may have been in its place until now.
        original = keras.layers.Layer.__call__
        keras.layers.Layer.__call__ = recording_call
        try:
            yield
        finally:
            keras.layers.Layer.__call__ = original


@contextlib.contextmanager
def _inlined() -> Iterator[None]:
    """Run the body of a tf.function in place of a call to it."""
    eager = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(eager)


def _stand_in(layer: Any) -> Any:
    """An object of the layer's class with its weights and sub-layers, whose attributes are free to change.

    Copying by ``copy.copy`` would serialise the layer; the class's ``__new__`` would count it as a new layer.
    """
    stand_in = object.__new__(type(layer))
    attributes = dict(layer.__dict__)
    attributes["_losses"] = []
    if str(layer.compute_dtype) in ("float16", "bfloat16") and str(layer.variable_dtype) == "float32":
        attributes["_dtype_policy"] = keras.dtype_policies.DTypePolicy("float32")
    stand_in.__dict__.update(attributes)
    return stand_in
