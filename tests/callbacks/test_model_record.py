"""What the record of a run says of a network: layers, graph, receptive fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tb_convvis import schema
from tb_convvis.callbacks import FilterImages, graph_record
from tb_convvis.callbacks.layers import layers_by_path
from tb_convvis.callbacks.model_record import model_facts
from tb_convvis.methods import receptive_fields
from tests.callbacks.helpers import fit, records, small_model
from tests.methods.test_zoo import assert_equal, snapshot
from tests.zoo import ZOO, Subclassed, build, conv

NAMES = [pytest.param(name, marks=[pytest.mark.slow] * entry.slow) for name, entry in ZOO.items()]
GRAPHLESS = {"subclassed", "subclassed_tf_function"}
UNTOLD = {"gelu_tanh", "custom_gradient", "open_image_size", "two_inputs"}
"""Models with a layer whose receptive field the graph does not tell: Lambda, open size, no picture."""


def edges(facts: dict[str, Any], model: str = "") -> set[tuple[str, str]]:
    return {
        (source, call["name"]) for call in facts["graphs"][model]["calls"] for source, _ in call["inputs"]
    }


def edges_of_config(model: Any) -> set[tuple[str, str]]:
    """The same from the configuration from which Keras rebuilds a model."""
    if isinstance(model, keras.Sequential):
        names = ["", *(layer.name for layer in model.layers)]
        return set(pairwise(names))
    config = model.get_config()
    inputs = {layer["name"] for layer in config["layers"] if layer["class_name"] == "InputLayer"}

    def name(layer: str, node: int) -> str:
        return "" if layer in inputs else f"{layer}:{node}" if node else layer

    return {
        (name(source, at), name(layer["name"], number))
        for layer in config["layers"]
        for number, node in enumerate(layer["inbound_nodes"])
        for source, at in histories(node)
    }


def histories(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict) and "keras_history" in value:
        yield tuple(value["keras_history"][:2])
    elif isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from histories(item)


@pytest.mark.parametrize("name", NAMES)
def test_every_model_of_the_zoo(name: str) -> None:
    model = build(name)
    before = snapshot(model)
    facts = model_facts(model)
    assert_equal(before, snapshot(model))
    assert json.loads(json.dumps(facts)) == facts
    assert schema.encode("run", facts)
    assert facts["graph_problem"] is None

    assert sum(layer["own"] for layer in facts["layers"]) == facts["parameters"] == model.count_params()
    assert [layer["name"] for layer in facts["layers"]] == list(layers_by_path(model))
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    top = [layer["trainable"] for layer in facts["layers"] if "/" not in layer["name"]]
    assert sum(top) == trained

    models = {path: layer for path, layer in layers_by_path(model).items() if isinstance(layer, keras.Model)}
    assert set(facts["graphs"]) == set() if name in GRAPHLESS else {"", *models}
    for path in facts["graphs"]:
        assert edges(facts, path) == edges_of_config(models.get(path, model))

    told = {path: field for path, field in facts["fields"].items() if "reason" not in field}
    if name not in GRAPHLESS | UNTOLD:
        assert set(told) == set(facts["fields"])
    assert bool(told) == (name not in GRAPHLESS | {"open_image_size"})
    if told:
        # The same arithmetic, but over the operations of a traced model.
        traced = receptive_fields(model)
        assert not set(traced) - set(facts["fields"])
        for path in set(told) & set(traced):
            field = traced[path]
            assert told[path] == {
                "size": list(field.size),
                "stride": list(field.stride),
                "start": list(field.start),
                "note": field.note,
            }


def test_residual_blocks() -> None:
    facts = model_facts(build("pre_activation"))
    assert {(a, b) for a, b in edges(facts) if "sum" in f"{a}{b}" or "conv1" in f"{a}{b}"} >= {
        ("", "conv1"),
        ("conv1", "sum1"),
        ("sum1", "sum2"),
    }
    sums = [call for call in facts["graphs"][""]["calls"] if call["name"].startswith("sum")]
    assert [len(call["inputs"]) for call in sums] == [2, 2]
    assert facts["graphs"][""]["outputs"] == [["sum2", 0]]


def test_a_nested_model_that_is_called_twice_has_one_graph_and_two_fields() -> None:
    inner = keras.Sequential([keras.Input((16, 16, 3)), conv(3, "inner", strides=2)], name="twin")
    left, right = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
    joined = layers.Concatenate(name="joined")([inner(conv(3, "first")(left)), inner(right)])
    facts = model_facts(keras.Model([left, right], joined))
    assert {call["name"]: call["inputs"] for call in facts["graphs"][""]["calls"]} == {
        "first": [["", 0]],
        "twin": [["first", 0]],
        "twin:1": [["", 1]],
        "joined": [["twin", 0], ["twin:1", 0]],
    }
    assert [call["layer"] for call in facts["graphs"]["twin"]["calls"]] == ["twin/inner"]
    assert facts["fields"]["twin/inner"]["size"] == [5, 5]
    assert facts["fields"]["twin:1/inner"]["size"] == [3, 3]
    assert [layer["name"] for layer in facts["layers"]].count("twin/inner") == 1


def test_several_outputs_are_told_apart() -> None:
    class Halves(layers.Layer):
        def call(self, x: Any) -> Any:
            return x[..., :3], x[..., 3:]

    inputs = keras.Input((8, 8, 6))
    first, second = Halves(name="halves")(inputs)
    model = keras.Model(inputs, [conv(2, "a")(second), conv(2, "b")(first)])
    facts = model_facts(model)
    graph = facts["graphs"][""]
    assert [call["inputs"] for call in graph["calls"] if call["name"] in "ab"] == [
        [["halves", 1]] if call["name"] == "a" else [["halves", 0]]
        for call in graph["calls"]
        if call["name"] in "ab"
    ]
    assert graph["calls"][0]["outputs"] == [[None, 8, 8, 3], [None, 8, 8, 3]]
    assert graph["outputs"] == [["a", 0], ["b", 0]]
    assert "Halves" in facts["fields"]["a"]["reason"]


def test_arguments_of_layers() -> None:
    model = keras.Sequential(
        [
            keras.Input((16, 16, 4)),
            conv(8, "conv", "gelu", size=(3, 5), strides=2, groups=2),
            layers.MaxPooling2D(2, name="pool"),
            layers.Dense(3, name="dense"),
        ]
    )
    model.get_layer("conv").trainable = False
    found = {layer["name"]: layer for layer in model_facts(model)["layers"]}
    assert found["conv"] == {
        "name": "conv", "class": "Conv2D", "output": [None, 8, 8, 8],
        "parameters": 248, "own": 248, "trainable": 0,
        "activation": "gelu", "kernel": [3, 5], "strides": [2, 2], "padding": "same", "dilation": [1, 1],
        "groups": 2,
    }  # fmt: skip
    assert found["pool"]["kernel"] == [2, 2]
    assert {"activation"} == set(found["dense"]) & {"activation", "kernel", "strides", "padding", "groups"}


class OwnCall(keras.Model):
    def call(self, x: Any) -> Any:
        return x


class Odd(layers.Layer):
    """Uses the names of Keras's arguments for something else."""

    strides, groups, padding = object(), None, b"\xff"

    @property
    def activation(self) -> Any:
        raise SystemError("not now")

    def call(self, x: Any) -> Any:
        return x


def test_a_functional_model_with_a_call_of_its_own_has_no_graph() -> None:
    inputs = keras.Input((8, 8, 3))
    facts = model_facts(OwnCall(inputs, conv(2, "unused")(inputs)))
    assert facts["graphs"] == facts["fields"] == {}
    assert facts["graph_problem"] is None


def test_a_graph_inside_of_a_model_without_one() -> None:
    model = Subclassed()
    model.first = keras.Sequential([keras.Input((16, 16, 3)), conv(6, "inner")], name="stem")
    model(np.zeros((1, 16, 16, 3), np.float32))
    facts = model_facts(model)
    assert list(facts["graphs"]) == ["stem"]
    assert facts["fields"] == {}


def test_nothing_odd_costs_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(model: object) -> None:
        raise RuntimeError("Keras has changed")

    monkeypatch.setattr(graph_record, "model_graph", refuse)
    fit(small_model(), FilterImages(tmp_path), epochs=1)
    (record,) = records(tmp_path / "convvis", "convvis/run/model")
    assert record.manifest.facts["graph_problem"] == "RuntimeError: Keras has changed"
    assert len(record.manifest.facts["layers"]) == 9


def test_attributes_that_only_look_like_those_of_keras() -> None:
    facts = model_facts(keras.Sequential([keras.Input((8, 8, 3)), Odd(name="odd")]))
    (odd,) = facts["layers"]
    assert set(odd) & {"activation", "strides", "groups"} == set()
    assert json.dumps(facts)
    assert facts["fields"]["odd"] == {"reason": "What Odd reads can only be told by running it."}
