"""Runs of one network whose layers Keras numbered on: which of them stand side by side, and what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tb_convvis
from tb_convvis.figures.layer_names import Network, layer_names, renamed, snake_case
from tests.logs import LogFile

Layers = list[tuple[str, str]]


def network(words: str) -> Network:
    """Of "Conv2D conv2d, Dense dense"."""
    return [(name, kind) for kind, name in (pair.split(" ") for pair in words.split(", "))]


def shown(*runs: str) -> list[list[str]]:
    networks = [network(words) for words in runs]
    names = layer_names([(one, [name for name, _ in one]) for one in networks])
    return [[renamed(found, name) for name, _ in one] for one, found in zip(networks, names, strict=True)]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Conv2D conv2d, Conv2D conv2d_1", "Conv2D conv2d_2, Conv2D conv2d_3", "conv2d conv2d_1"),
        ("Conv2D conv2d_1, Conv2D conv2d_2", "Conv2D conv2d_2, Conv2D conv2d_3", "conv2d_1 conv2d_2"),
        ("Conv2D conv2d, Conv2D conv2d_1", "Conv2D conv2d_10, Conv2D conv2d_9", "conv2d_1 conv2d"),
        ("Conv2D stem, Conv2D conv2d", "Conv2D trunk, Conv2D conv2d_4", "trunk conv2d"),
        ("Conv2D conv2d", "Conv2D conv2d_007, Conv2D conv2d_0", "conv2d_007 conv2d_0"),
        ("Conv2D conv2d", "DepthwiseConv2D depthwise_conv2d_1", "depthwise_conv2d_1"),
        (
            "Functional functional, Conv2D functional/conv2d, Conv2D conv2d_1",
            "Functional functional_4, Conv2D functional_4/conv2d_9, Conv2D conv2d_8",
            "functional functional/conv2d conv2d_1",
        ),
        (
            "Functional functional, Conv2D functional/conv2d",
            "Functional functional_4, Conv2D functional_4/conv2d_6, Conv2D functional_4/conv2d_7",
            "functional functional/conv2d functional/conv2d_7",
        ),
        ("Sequential a, Conv2D a/conv2d", "Sequential b, Conv2D b/conv2d_1", "b b/conv2d_1"),
        (
            "Conv2D conv2d_2, Conv2D conv2d_3",
            "Conv2D conv2d, Conv2D conv2d_1, Conv2D conv2d_2",
            "conv2d_2 conv2d_3 conv2d_4",
        ),
        ("__proto__ __proto___1", "__proto__ __proto___4", "__proto___1"),
    ],
)
def test_the_second_run_is_shown_by_the_names_of_the_first(first: str, second: str, expected: str) -> None:
    own, other = shown(first, second)
    assert own == [name for name, _ in network(first)]
    assert other == expected.split()


def test_names_of_classes_are_those_of_keras() -> None:
    pytest.importorskip("keras")
    from keras import layers
    from keras.src.utils.naming import to_snake_case

    classes = [name for name in dir(layers) if name[0].isupper()]
    assert len(classes) > 100
    assert {name: snake_case(name) for name in classes} == {name: to_snake_case(name) for name in classes}


def test_names_stay_where_the_network_is_not_known_or_two_would_become_one() -> None:
    one, other = [("conv2d", "Conv2D")], [("conv2d_1", "Conv2D")]
    assert layer_names([([], ["conv2d"]), (other, ["conv2d_1"])]) == [{}, {}]
    assert layer_names([(one, []), (other, ["conv2d", "conv2d_1"])]) == [{}, {}]


def test_a_layer_logged_before_the_network_was_made_anew_keeps_its_name() -> None:
    """Else nobody could tell whether "conv2d" is the logged one or the new one in its place."""
    one, other = [("conv2d", "Conv2D")], [("conv2d_1", "Conv2D")]
    assert layer_names([(one, []), (other, ["conv2d"])]) == [{}, {}]


def test_a_layer_without_a_name_keeps_no_other_from_being_matched() -> None:
    names = layer_names([([("", "Conv2D"), ("conv2d", "Conv2D")], []), ([("conv2d_1", "Conv2D")], [])])
    assert names == [{}, {"conv2d_1": "conv2d"}]


def test_a_further_call_stays_one() -> None:
    names = {"functional_2": "functional", "functional_2/conv2d_5": "functional/conv2d"}
    assert renamed(names, "functional_2:1/conv2d_5:2") == "functional:1/conv2d:2"
    assert renamed(names, "conv2d_5:2") == "conv2d_5:2"


def write(root: Path, layers: Layers, weight: float) -> None:
    """A run whose convolutions have so large weights, and a failure of the last of them at epoch 1."""
    with LogFile(root / "convvis") as log:
        described = [{"name": name, "class": kind} for name, kind in layers]
        log.record("run", "model", 0, {"layers": described})
        convolutions = [name for name, kind in layers if kind == "Conv2D"]
        for place, name in enumerate(convolutions):
            kernel = np.full((3, 3, 3, 4), weight * (place + 1), np.float32)
            log.filters(name, 0, kernel)
            log.histogram(f"convvis/weights/{name}/kernel", 0, kernel)
        failures = [{"view": "filters", "layer": convolutions[-1], "reason": "the disk was full"}]
        log.record("run", "filters", 1, {"failures": failures, "notes": []})


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("unnamed")
    # "conv2d_2" is the second of the one and the first of the other.
    write(root / "a", [("conv2d_1", "Conv2D"), ("conv2d_2", "Conv2D")], weight=0.1)
    write(root / "b", [("conv2d_2", "Conv2D"), ("conv2d_3", "Conv2D"), ("mine", "Conv2D")], weight=0.7)
    return root


def test_the_same_place_stands_side_by_side_under_its_own_names(logs: Path) -> None:
    figure = tb_convvis.figure(logs, run=["a", "b"], layer="conv2d_2")
    assert figure.facts["layer"] == "conv2d_2 | conv2d_3"
    assert "filters of conv2d_2" in figure.title
    assert "layer conv2d_2 | conv2d_3" in figure.caption
    # The largest weights tell which records were drawn.
    first, second = figure.facts["scale"].split(" | ")[:2]
    assert "M = 0.2:" in first
    assert "M = 1.4:" in second


def test_without_a_layer_the_first_of_both_is_shown(logs: Path) -> None:
    assert tb_convvis.figure(logs, run=["a", "b"]).facts["layer"] == "conv2d_1 | conv2d_2"
    assert tb_convvis.figure(logs, "weights", run=["a", "b"]).facts["layer"] == "conv2d_1 | conv2d_2"


@pytest.mark.parametrize("view", ["filters", "weights"])
def test_a_layer_may_have_its_name_in_any_run(logs: Path, view: str) -> None:
    figure = tb_convvis.figure(logs, view, run=["a", "b"], layer="conv2d_3")
    assert figure.facts["layer"] == "conv2d_2 | conv2d_3"


def test_a_layer_in_another_place_is_not_taken_for_the_one_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "a", [("conv2d", "Conv2D"), ("conv2d_1", "Conv2D"), ("conv2d_2", "Conv2D")], weight=0.1)
    write(tmp_path / "b", [("conv2d_1", "Conv2D"), ("conv2d_2", "Conv2D")], weight=0.7)
    both = tb_convvis.figure(tmp_path, "layers", run=["a", "b"], layer="conv2d_1")
    assert both.facts["layer"] == "conv2d_1 | conv2d_2"
    with pytest.raises(ValueError, match=r"^b: .*'conv2d_2'. Expected one of 'conv2d' and 'conv2d_1'\.$"):
        tb_convvis.figure(tmp_path, "layers", run=["a", "b"], layer="conv2d_2")


def test_a_weight_may_be_named(logs: Path) -> None:
    figure = tb_convvis.figure(logs, "weights", run=["a", "b"], layer="conv2d_3/kernel")
    assert figure.facts["layer"] == "conv2d_2 | conv2d_3"


def test_a_run_alone_has_its_own_names(logs: Path) -> None:
    assert tb_convvis.figure(logs, run="b").facts["layer"] == "conv2d_2"
    with pytest.raises(ValueError, match=r"Expected one of \['conv2d_2', 'conv2d_3', 'mine'\]"):
        tb_convvis.figure(logs, run="b", layer="conv2d_1")


def test_a_failure_is_that_of_the_layer_by_its_own_name(logs: Path) -> None:
    alone = tb_convvis.figure(logs, run="a", layer="conv2d_2", epoch=1)
    both = tb_convvis.figure(logs, run=["a", "b"], layer="conv2d_2", epoch=1)
    assert alone.facts["failed"] == "at epoch 1: the disk was full"
    assert both.facts["failed"] == "at epoch 1: the disk was full | none"


def test_layers_of_a_damaged_record_keep_their_names(tmp_path: Path) -> None:
    write(tmp_path / "a", [("conv2d", "Conv2D")], weight=0.1)
    write(tmp_path / "b", [("conv2d_1", "Conv2D")], weight=0.7)
    with LogFile(tmp_path / "b" / "convvis", number=1) as log:
        log.payload("convvis/run/model", 2, [b"not JSON"])
    with pytest.raises(ValueError, match=r"none in common.*a: conv2d; b: conv2d_1"):
        tb_convvis.figure(tmp_path, run=["a", "b"])
