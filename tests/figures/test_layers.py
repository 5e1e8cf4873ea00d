"""The network: boxes and lines are those of the record, where the page has them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import tb_convvis
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.layered import DOWN, layered
from tb_convvis.unreadable import UnreadableError
from tests.browser import networks
from tests.browser.worlds import HOSTILE
from tests.figures.network import SVG, boxes, lines, names, paths, points, words
from tests.logs import LogFile

TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("networks")
    networks.write_networks(root)
    return root


def drawing(shown: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(shown.svg)  # noqa: S314


def texts(shown: Figure) -> list[str]:
    return words(drawing(shown))


def test_boxes_and_lines_are_those_of_the_record(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run="one")
    assert names(drawing(shown)) == ["input", "conv1", "norm", "conv2", "sum", "block", "output"]
    # norm stands in the box of conv1, which it follows.
    assert boxes(drawing(shown))["norm"] == boxes(drawing(shown))["conv1"]
    assert lines(drawing(shown)) == {
        ("input", "conv1"), ("conv1", "conv2"), ("conv1", "sum"), ("conv2", "sum"), ("sum", "block"),
        ("block", "output"),
    }  # fmt: skip
    tops = [boxes(drawing(shown))[name][1] for name in ("input", "conv1", "conv2", "sum", "block", "output")]
    assert tops == sorted(tops)
    assert shown._repr_svg_() == shown.svg


def test_a_box_says_shape_kernel_parameters_and_field(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run="one")
    said = texts(shown)
    start = said.index("conv2")
    assert said[start : start + 5] == [
        "conv2", f"16 {TIMES} 16 {TIMES} 8", f"Conv2D 3{TIMES}3", "100 parameters",
        f"sees 5 {TIMES} 7 px, one every 2 px",
    ]  # fmt: skip
    assert said[said.index("norm") + 1] == "BatchNormalization"
    assert "600 parameters in 7 layers" in said
    assert said[said.index("sum") + 4] == "receptive field not known"
    assert shown.facts["receptive field not known"] == "of sum: What Add reads was not looked at."
    assert (shown.facts["parameters"], shown.facts["layers"], shown.facts["epoch"]) == ("600", "7", "0")


def test_names_are_whole_where_they_fit_alone(tmp_path: Path) -> None:
    names_of = ["block_with_a_long_name_3_conv", "block_with_a_long_name_3_bn", "gamma"]
    calls = {name: [before] for before, name in pairwise(["", *names_of])}
    kinds = {names_of[1]: "BatchNormalization", names_of[2]: "ReLU"}
    with LogFile(tmp_path / "run" / "convvis") as log:
        log.record("run", "model", 0, networks.facts({"": calls}, kinds))
    said = texts(tb_convvis.figure(tmp_path, "layers"))
    assert {*names_of, "BatchNormalization", f"Conv2D 3{TIMES}3"} <= set(said)
    assert not [one for one in said if one.endswith("…")]


def test_nested_models_are_folded_until_a_layer_inside_is_asked_for(planted: Path) -> None:
    folded = tb_convvis.figure(planted, "layers", run="one")
    assert "Functional \N{MIDDLE DOT} 2 layers" in texts(folded)
    assert folded.facts["folded"] == "1 model: block"
    shown = tb_convvis.figure(planted, "layers", run="one", layer="block/inner2")
    assert names(drawing(shown))[-6:] == ["block", "input", "inner1", "inner2", "output", "output"]
    assert "folded" not in shown.facts
    left, top, right, bottom = boxes(drawing(shown))["block"]
    for name in ("inner1", "inner2"):
        inner = boxes(drawing(shown))[name]
        assert left < inner[0] < inner[2] < right
        assert top < inner[1] < inner[3] < bottom
    assert ("inner1", "inner2") in lines(drawing(shown))
    (outline,) = [one for one in paths(drawing(shown)) if one.get("stroke") == "#f57c00"]
    assert (*points(outline).min(0), *points(outline).max(0)) == boxes(drawing(shown))["inner2"]


def test_a_network_that_several_runs_have_is_drawn_once(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run=["one", "two", "other"])
    assert names(drawing(shown)).count("conv1") == 2
    assert {"one and two", "other"} <= set(texts(shown))
    assert shown.facts["run"] == "one/convvis | two/convvis | other/convvis"
    assert shown.facts["layers"] == "7 | 7 | 2"


def test_without_a_graph_layers_stand_in_their_order(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run="graphless")
    said = " ".join(texts(shown))
    assert "no graph that Keras can tell: layers in the order they were made" in said
    assert not [one for one in paths(drawing(shown)) if one.get("stroke-width") == "1.5"]


def test_models_that_hold_themselves_come_to_an_end(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run="looped", layer="a/a")
    assert texts(shown).count("a") == 2


def test_names_in_a_log_are_text_and_nothing_else(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "layers", run="hostile", layer=f"__proto__/{HOSTILE}")
    assert {one.tag.removeprefix(SVG) for one in drawing(shown).iter()} == {
        "svg", "title", "desc", "metadata", "rect", "text", "path",
    }  # fmt: skip
    assert "<img" not in shown.svg
    assert len([one for one in texts(shown) if one.startswith("<img src=x")]) == 2
    assert all(float(one.get("x", "")) < 280 for one in drawing(shown).iter(f"{SVG}text") if one.text == "c")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"layer": "conv9"}, r"no such layer. Received: layer='conv9'. Expected one of 'conv1', 'norm', "),
        ({"since": 0}, r"the view layers takes no since. .*\['layer'\]"),
        ({"maps": [0]}, "takes no maps"),
        ({"picture": 0}, "takes no picture"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(planted: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        tb_convvis.figure(planted, "layers", run="one", **wrong)


@pytest.mark.parametrize(
    "damage",
    [
        {"layers": 7},
        {"layers": [{"class": "Conv2D"}]},
        {"layers": [{"name": "a", "parameters": -1}]},
        {"layers": [{"name": "a", "output": ["x"]}]},
        {"layers": [{"name": "a", "kernel": [2.5]}]},
        {"parameters": True},
        {"graphs": []},
        {"graphs": {"": {"inputs": [], "calls": [{"name": "a", "inputs": ["b"]}], "outputs": []}}},
        {"fields": {"a": {"size": "5"}}},
        {"graph_problem": 1},
    ],
)
def test_a_record_that_is_none_is_refused_by_name(tmp_path: Path, damage: dict[str, Any]) -> None:
    with LogFile(tmp_path / "run" / "convvis") as log:
        log.record("run", "model", 4, {**networks.RESIDUAL, **damage})
    with pytest.raises(
        UnreadableError, match="run, convvis/run/model, epoch 4: damaged: its network is not one"
    ):
        tb_convvis.figure(tmp_path, "layers")


def test_the_network_is_that_of_the_fit_that_an_epoch_belongs_to(tmp_path: Path) -> None:
    with LogFile(tmp_path / "run" / "convvis") as log:
        for step, calls in ((0, {"conv1": [""]}), (5, {"conv1": [""], "conv2": ["conv1"]})):
            log.record("run", "model", step, networks.facts({"": calls}, {}))
    assert names(drawing(tb_convvis.figure(tmp_path, "layers"))) == ["input", "conv1", "conv2", "output"]
    before = tb_convvis.figure(tmp_path, "layers", 4)
    assert names(drawing(before)) == ["input", "conv1", "output"]
    assert before.facts["epoch"] == "showing 0, asked 4"


def test_no_two_nodes_overlap_and_edges_run_down() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        sizes = [(float(random.integers(20, 200)), float(random.integers(10, 90))) for _ in range(14)]
        edges = [(a, b) for b in range(1, 14) for a in range(b) if random.random() < 0.2]
        found = layered(sizes, edges)
        spots = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(found.places, sizes, strict=True)]
        for at, one in enumerate(spots):
            assert one[0] >= -1 and one[2] <= found.width + 1 and one[3] <= found.height
            for two in spots[at + 1 :]:
                assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]
        for (a, b), route in zip(edges, found.routes, strict=True):
            assert route[0][1] == spots[a][3]
            assert route[-1][1] == spots[b][1] >= spots[a][3] + DOWN
            assert all(low[1] >= high[1] for high, low in pairwise(route))
