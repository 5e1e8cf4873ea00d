"""What each rule does at each operation, and which operations it refuses."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tb_convvis.methods import Deconvnet, RuleError, deconvnet, top_activations
from tests.methods.networks import plain_gradient, randomise
from tests.zoo import ZOO, build, conv


@pytest.mark.parametrize(
    "name", ["sequential", "residual_batch_norm", "gelu", "leaky_relu", "squeeze_excite"]
)
def test_rule_gradient_is_the_gradient(name: str) -> None:
    model, images, layer = (
        build(name),
        ZOO[name].images(),
        ZOO[name].layers[min(1, len(ZOO[name].layers) - 1)],
    )
    units = top_activations(model, [layer], images, k=1)[layer].units()[:4]
    for projection, unit in zip(deconvnet(model, layer, images, units, "gradient"), units, strict=True):
        expected = plain_gradient(model, layer, images, unit)
        assert np.abs(projection - expected).max() <= 1e-5 * np.abs(expected).max()


def test_rules_differ_exactly_at_rectifiers() -> None:
    """With no ReLU between target and image all rules agree; with one in between they part."""
    model = build("fused_relu")
    images = ZOO["fused_relu"].images()
    for layer, equal in (("conv1", True), ("conv2", False)):
        units = top_activations(model, [layer], images, k=2)[layer].units()
        found = {
            rule: deconvnet(model, layer, images, units, rule) for rule in ("deconvnet", "guided", "gradient")
        }
        for other in ("guided", "gradient"):
            assert np.array_equal(found["deconvnet"], found[other]) == equal
        assert np.array_equal(found["guided"], found["gradient"]) == equal


ACTIVATIONS = {
    "relu": ("relu", "Relu"), "relu6": ("relu6", "Relu6"), "leaky": ("leaky_relu", "LeakyRelu"),
    "elu": ("elu", "Elu"),
    "selu": ("selu", "Selu"), "silu": ("silu", "Mul"), "gelu": ("gelu", "Mul"), "mish": ("mish", "Mul"),
    "hard silu": ("hard_silu", "Mul"), "softplus": ("softplus", "Softplus"),
    "handwritten": (lambda x: x * tf.sigmoid(1.702 * x), "Mul"),
    "maximum": (lambda x: tf.maximum(x, 0.0), "Maximum"),
    "mask": (lambda x: x * tf.cast(x > 0, x.dtype), "Mul"),
}  # fmt: skip


@pytest.mark.parametrize("windows", [True, False])
@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_rule_of_each_activation(kind: str, rule: Any, windows: bool) -> None:
    """Two 1 x 1 convolutions around an activation: the rule by hand, for signals of both signs."""
    activation, operation = ACTIVATIONS[kind]
    model = randomise(
        keras.Sequential(
            [
                keras.Input((4, 4, 3)),
                conv(8, "below", activation, size=1),
                conv(6, "target", size=1, use_bias=False),
            ]
        )
    )
    images = np.random.default_rng(1).normal(size=(5, 4, 4, 3)).astype(np.float32)
    units = top_activations(model, ["target"], images, k=3)["target"].units()
    projector = Deconvnet(model, ["target"], rule, windows=windows)
    found = projector(images, {"target": units})["target"].canvas()
    below, kernel = model.get_layer("below"), model.get_layer("target").kernel.numpy()[0, 0]
    active = below(images).numpy()
    for projection, (image, row, col, number) in zip(found, units, strict=True):
        value = active[image, row, col] @ kernel[:, number]
        signal = np.maximum(kernel[:, number] * max(value, 0), 0)
        if rule == "guided":
            signal = signal * (active[image, row, col] > 0)
        expected = below.kernel.numpy()[0, 0] @ signal
        np.testing.assert_allclose(
            projection[row, col], expected, rtol=1e-5, atol=1e-6 * np.abs(expected).max()
        )
    treatment = "rectifier" if kind in ("relu", "maximum", "mask") else "extended"
    assert (operation, treatment) in {(use.operation, use.treatment) for use in projector.rules_applied}


@pytest.mark.parametrize(
    ("activation", "reason"),
    [
        (tf.abs, "Abs"),
        (lambda x: tf.where(x > 0, x, 0.3 * x), "Select"),
        (tf.math.erf, "Erf"),
        (lambda x: tf.maximum(x, 0.5), "bound 0.5"),
        (lambda x: tf.minimum(x, 1.0), "bound 1.0"),
        (tf.custom_gradient(lambda x: (tf.nn.relu(x), lambda up: up)), "custom gradient"),
        (lambda x: x * tf.cast(x > -1.0, x.dtype), "Mul"),
        (lambda x: x * tf.cast(-x > 0, x.dtype), "Mul"),
        (lambda x: 2 * tf.cast(x > 0, x.dtype), "cast from bool"),
        (lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32), "cast from int32"),
        (lambda x: x * x, "Mul"),
        (lambda x: x * tf.reverse(x, [3]), "Mul"),
        (tf.square, "Square"),
        (lambda x: tf.square(tf.reduce_mean(x, [1, 2], keepdims=True)) + 0 * x, "Square"),
        (lambda x: x + tf.reduce_mean(x * x, 3, keepdims=True), "Mul"),
        (lambda x: x + tf.sqrt(tf.reduce_mean(x**2, 3, keepdims=True)), "Sqrt"),
        (lambda x: x**3, "Pow"),
        (lambda x: (x + tf.sqrt(x * x)) / 2, "Sqrt"),
        (keras.ops.squareplus if hasattr(keras.ops, "squareplus") else keras.activations.squareplus, "Sqrt"),
        (lambda x: x - tf.tanh(x), "own Tanh"),
        (lambda x: x - tf.nn.softplus(x), "own Softplus"),
        (tf.math.log_sigmoid, "softplus"),
        (lambda x: -1.0 * tf.nn.softplus(-x), "softplus"),
        (lambda x: x / (1 + tf.exp(-x)), "division"),
        (lambda x: tf.matmul(x, x, transpose_b=True) @ x, "attention"),
        (tf.stop_gradient, "StopGradient"),
        (lambda x: x + tf.stop_gradient(tf.round(x) - x), "StopGradient"),
    ],
)
def test_refused_by_name(activation: Any, reason: str) -> None:
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), conv(4, "below"), layers.Lambda(activation, name="odd"), conv(4, "target")]
    )
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3))
    for windows in (True, False):
        with pytest.raises(RuleError, match=reason) as refusal:
            Deconvnet(model, ["target"], windows=windows)(images, {"target": [[0, 1, 1, 0]]})
        assert refusal.value.layer == "odd"
    assert deconvnet(model, "below", images, [[0, 1, 1, 0]]).shape == (1, 8, 8, 3)


@pytest.mark.parametrize(
    "function",
    [
        layers.LayerNormalization(name="odd"),
        layers.UnitNormalization(name="odd"),
        layers.GroupNormalization(2, name="odd"),
        layers.Lambda(lambda x: x / tf.sqrt(tf.reduce_mean(x**2, [1, 2], keepdims=True) + 1e-3), name="odd"),
        layers.Lambda(lambda x: x * tf.sigmoid(tf.reverse(x, [3])), name="odd"),
        layers.Lambda(lambda x: tf.tanh(x) * tf.sigmoid(x), name="odd"),
        layers.Lambda(lambda x: tf.nn.softmax(tf.matmul(x, x, transpose_b=True) / 2.0) @ x, name="odd"),
    ],
)
def test_gates_normalisations_and_attention_are_differentiated(function: Any) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), conv(4, "below"), function, conv(4, "target")])
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype(np.float32)
    units = top_activations(model, ["target"], images, k=1)["target"].units()
    projector = Deconvnet(model, ["target"])
    found = projector(images, {"target": units})["target"].canvas()
    assert ("odd", "derivative") in {(use.layer, use.treatment) for use in projector.rules_applied}
    for projection, unit in zip(found, units, strict=True):
        expected = plain_gradient(model, "target", images, unit)
        assert np.abs(projection - expected).max() <= 1e-5 * np.abs(expected).max()
