"""Every method on every model of the zoo: right or refused, harmless, compiled once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.methods import Deconvnet, RuleError, TopActivationSearch, receptive_fields
from tests.zoo import ZOO, build

NAMES = [pytest.param(name, marks=pytest.mark.slow) if entry.slow else name for name, entry in ZOO.items()]


@cache
def _strongest(name: str) -> dict[str, Any]:
    entry = ZOO[name]
    found = TopActivationSearch(build(name), entry.layers, k=2)(entry.images())
    return {layer: found[layer].units(range(2)) for layer in entry.layers}


def _units(name: str, rule: str) -> dict[str, Any]:
    """The strongest units of every layer to which a rule can be applied."""
    refused = {} if rule == "gradient" else ZOO[name].refused
    return {layer: units for layer, units in _strongest(name).items() if layer not in refused}


def _projections(rule: Any) -> Callable[[Any, str], Any]:
    def run(model: Any, name: str) -> Any:
        units = _units(name, rule)
        return Deconvnet(model, list(units), rule)(ZOO[name].images(), units)

    return run


METHODS: dict[str, Callable[[Any, str], Any]] = {
    "receptive fields": lambda model, name: receptive_fields(model, list(ZOO[name].shapes)),
    "top activations": lambda model, name: TopActivationSearch(model, ZOO[name].layers, k=3)(
        ZOO[name].images()
    ),
    **{rule: _projections(rule) for rule in ("deconvnet", "guided", "gradient")},
}


def snapshot(model: Any) -> Any:
    """Everything about a model that a method could disturb, and the random states of the process."""
    layers = model._flatten_layers()
    return {
        "weights": [weight.numpy() for weight in model.weights],
        "attributes": [
            {key: id(value) for key, value in layer.__dict__.items() if key != "_called"} for layer in layers
        ],
        "nodes": [len(layer._inbound_nodes) for layer in layers],
        "losses": len(model.losses),
        "call": id(keras.layers.Layer.__call__),
        "random": (random.getstate(), [str(part) for part in np.random.get_state()]),
        "eagerly": tf.config.functions_run_eagerly(),
        "generator": tf.random.get_global_generator().state.numpy().tolist(),
    }


def assert_equal(before: Any, after: Any) -> None:
    for key, value in before.items():
        if key == "weights":
            assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(value, after[key], strict=True))
        elif key == "random":
            assert str(value) == str(after[key])
        else:
            assert value == after[key], key


def assert_windows_equal_whole_images(model: Any, name: str, result: Any) -> None:
    units = _units(name, "deconvnet")
    full = Deconvnet(model, list(units), windows=False)(ZOO[name].images(), units)
    for layer, projections in result.items():
        expected = full[layer].canvas()
        assert np.abs(projections.canvas() - expected).max() <= 1e-5 * np.abs(expected).max() + 1e-12
        assert np.array_equal(projections.active, full[layer].active)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", NAMES)
def test_works_and_leaves_no_trace(name: str, method: str) -> None:
    _strongest(name)  # builds a model of its own, which draws random numbers
    model = build(name)
    before = snapshot(model)
    result = METHODS[method](model, name)
    assert_equal(before, snapshot(model))
    entry = ZOO[name]
    if method == "receptive fields":
        assert set(entry.layers) <= set(result)
    elif method == "top activations":
        for layer in entry.layers:
            assert np.isfinite(result[layer].value).all()
            assert (np.diff(result[layer].value) <= 0).all()
    else:
        for projections in result.values():
            assert np.isfinite(projections.window).all()
            assert not projections.canvas()[~projections.active].any()
        assert any(projections.canvas()[projections.active].any() for projections in result.values())
    if method == "deconvnet":
        assert_windows_equal_whole_images(model, name, result)


@pytest.mark.parametrize("name", [name for name, entry in ZOO.items() if entry.refused])
def test_refusals(name: str) -> None:
    model, entry = build(name), ZOO[name]
    for layer, reason in entry.refused.items():
        with pytest.raises(RuleError, match=reason):
            Deconvnet(model, [layer])(entry.images(), {layer: [[0, 1, 1, 0]]})


@pytest.mark.parametrize("name", ["sequential", "residual_batch_norm", "subclassed_tf_function"])
def test_follows_training_without_compiling_again(name: str) -> None:
    model, entry = build(name), ZOO[name]
    layer = entry.layers[1]
    search, images = TopActivationSearch(model, [layer], k=2), entry.images()
    units = {layer: search(images)[layer].units()}
    projector = Deconvnet(model, [layer])
    first = projector(images, units)[layer]
    compiled = search.trace_count, projector.trace_count
    for weight in model.weights:
        weight.assign(weight * 0.9 if len(weight.shape) > 1 else weight)
    found, second = search(images), projector(images, units)[layer]
    assert (search.trace_count, projector.trace_count) == compiled
    assert search.trace_count == 1
    fresh = Deconvnet(model, [layer])(images, units)[layer]
    np.testing.assert_allclose(second.canvas(), fresh.canvas(), rtol=1e-5, atol=1e-7)
    assert not np.allclose(first.canvas(), second.canvas())
    np.testing.assert_array_equal(
        found[layer].value, TopActivationSearch(model, [layer], k=2)(images)[layer].value
    )


def test_memory_stays_flat() -> None:
    model, images = build("sequential"), ZOO["sequential"].images(20)
    search, projector = TopActivationSearch(model, ["conv1", "conv3"]), Deconvnet(model, ["conv1", "conv3"])

    def epoch() -> None:
        found = search(images)
        projector(images, {layer: top.units() for layer, top in found.items()})

    for _ in range(20):
        epoch()
    before = _resident_mib()
    for _ in range(200):
        epoch()
    assert _resident_mib() - before < 8


def test_other_threads_call_the_model_meanwhile() -> None:
    model, images = build("functional_branches"), ZOO["functional_branches"].images()
    expected = model(images).numpy()
    wrong: list[str] = []
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            if not np.allclose(model(images).numpy(), expected, atol=1e-5):
                wrong.append("different output")

    thread = threading.Thread(target=call)
    thread.start()
    try:
        for _ in range(5):
            assert "joined" in receptive_fields(model)
    finally:
        stop.set()
        thread.join()
    assert not wrong
    assert len(receptive_fields(model)) == len(model.layers) - 1


def _resident_mib() -> float:
    with open("/proc/self/statm") as status:  # noqa: PTH123
        return int(status.read().split()[1]) * 4096 / 2**20
