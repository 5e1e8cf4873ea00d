"""Networks that differ in nothing but the numbers that Keras gave are one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import tb_convvis
from tests.browser import networks
from tests.logs import LogFile

KINDS = {
    "conv2d": "Conv2D",
    "conv2d_1": "Conv2D",
    "block": "Functional",
    "block/conv2d_2": "Conv2D",
    "add": "",
}
CALLS = {
    "": {"conv2d": [""], "conv2d_1": ["conv2d"], "add": ["conv2d", "conv2d_1"], "block": ["add"]},
    "block": {"conv2d_2": [""]},
}
FIELDS: dict[str, dict[str, Any]] = {
    "conv2d_1": {"size": [5, 5]},
    "add": {"size": [6, 6]},
    "block/conv2d_2": {"size": [7, 7], "reason": "No telling."},
    "block:1/conv2d_2": {"size": [7, 7]},
}
NUMBERED_ON = {
    "conv2d": "conv2d_7",
    "conv2d_1": "conv2d_8",
    "add": "add_3",
    "block/conv2d_2": "block/conv2d_9",
}


def network(names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A shortcut around a convolution, added by an operation that is no layer; a model inside."""
    paths = {**{path: path for path in KINDS}, **(names or {})}

    def last(model: str, call: str) -> str:
        return paths[f"{model}/{call}" if model else call].rpartition("/")[2] if call else call

    graphs = {
        model: {last(model, name): [last(model, one) for one in reads] for name, reads in calls.items()}
        for model, calls in CALLS.items()
    }
    kinds = {paths[path]: kind for path, kind in KINDS.items()}
    facts = networks.facts(graphs, kinds, {called(path, paths): field for path, field in FIELDS.items()})
    for call in facts["graphs"][""]["calls"]:
        if call["name"] == paths["add"]:
            call["layer"] = None
    facts["layers"] = [layer for layer in facts["layers"] if layer["name"] != paths["add"]]
    return facts


def called(path: str, paths: Mapping[str, str]) -> str:
    """That of a call, among other names."""
    return paths[path.replace(":1", "")].replace("block", "block:1" if ":1" in path else "block")


def another_kernel(facts: dict[str, Any]) -> None:
    facts["layers"][1]["kernel"] = [5, 5]


def no_shortcut(facts: dict[str, Any]) -> None:
    (add,) = [call for call in facts["graphs"][""]["calls"] if call["layer"] is None]
    add["inputs"][0] = add["inputs"][1]


def another_operation(facts: dict[str, Any]) -> None:
    (add,) = [call for call in facts["graphs"][""]["calls"] if call["layer"] is None]
    add["class"] = "Multiply"


def another_output(facts: dict[str, Any]) -> None:
    facts["graphs"][""]["outputs"] = [[facts["graphs"][""]["calls"][0]["name"], 0]]


def another_field(facts: dict[str, Any]) -> None:
    facts["fields"]["block/conv2d_9"] = {"size": [9, 9]}


def another_field_of_an_operation(facts: dict[str, Any]) -> None:
    facts["fields"]["add_3"] = {"size": [9, 9]}


def another_activation(facts: dict[str, Any]) -> None:
    facts["layers"][1]["activation"] = "gelu"


def other_weights_of_its_own(facts: dict[str, Any]) -> None:
    facts["parameters"] += 7


def another_corner(facts: dict[str, Any]) -> None:
    facts["fields"]["conv2d_8"] = {**FIELDS["conv2d_1"], "start": [-1, -1]}


CHANGES = [
    another_kernel,
    another_activation,
    other_weights_of_its_own,
    another_corner,
    no_shortcut,
    another_operation,
    another_output,
    another_field,
    another_field_of_an_operation,
]


def drawn(root: Path, *all_facts: dict[str, Any]) -> str:
    for number, facts in enumerate(all_facts):
        with LogFile(root / f"run{number}" / "convvis") as log:
            log.record("run", "model", 0, facts)
    title: str = tb_convvis.figure(root, "layers").title
    return title


def test_one_that_was_built_again_is_drawn_once(tmp_path: Path) -> None:
    assert drawn(tmp_path, network(), network(NUMBERED_ON)).endswith("run0 and run1: the network")
    facts = tb_convvis.figure(tmp_path, "layers", layer="block/conv2d_2").facts
    assert facts["receptive field not known"] == (
        "of block/conv2d_2: No telling. | of block/conv2d_9: No telling."
    )


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_one_that_differs_is_drawn_beside(tmp_path: Path, change: Any) -> None:
    facts = network(NUMBERED_ON)
    change(facts)
    assert drawn(tmp_path, network(), facts).endswith("the networks")


def test_a_layer_that_the_user_named_is_another_one(tmp_path: Path) -> None:
    assert drawn(tmp_path, network(), network({**NUMBERED_ON, "conv2d_1": "mine"})).endswith("the networks")
