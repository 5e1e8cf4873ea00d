"""Records of made-up networks, for the Layers view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tb_convvis import schema
from tests.browser.worlds import HOSTILE, LONG
from tests.logs import LogFile

SHAPE = [None, 16, 16, 8]
Calls = Mapping[str, Sequence[str]]
"""By name what each call reads; "" is the model's input."""


def layer(name: str, kind: str = "Conv2D", **facts: Any) -> dict[str, Any]:
    common = {"output": SHAPE, "parameters": 100, "own": 100, "trainable": 100}
    kernel = {"kernel": [3, 3], "strides": [1, 1]} if kind == "Conv2D" else {}
    return {"name": name, "class": kind, **common, **kernel, **facts}


def graph(model: str, calls: Calls, kinds: Mapping[str, str]) -> dict[str, Any]:
    listed = []
    for name, reads in calls.items():
        path = f"{model}/{name}" if model else name
        kind = kinds.get(path, "Conv2D")
        inputs = [[source, 0] for source in reads]
        listed.append({"name": name, "layer": path, "class": kind, "inputs": inputs, "outputs": [SHAPE]})
    return {"inputs": [[None, 16, 16, 3]], "calls": listed, "outputs": [[list(calls)[-1], 0]]}


def facts(
    graphs: Mapping[str, Calls], kinds: Mapping[str, str], fields: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    paths = [f"{model}/{name}" if model else name for model, calls in graphs.items() for name in calls]
    layers = [layer(path, kinds.get(path, "Conv2D")) for path in paths]
    for model in layers:
        inside = 100 * len(graphs.get(model["name"], ()))
        if inside:
            model.update(parameters=inside, own=0, trainable=inside)
    return {
        "layers": layers,
        "parameters": sum(layer["own"] for layer in layers),
        "graphs": {model: graph(model, calls, kinds) for model, calls in graphs.items()},
        "fields": dict(fields or {}),
        "graph_problem": None,
    }


RESIDUAL = facts(
    {
        "": {"conv1": [""], "norm": ["conv1"], "conv2": ["norm"], "sum": ["norm", "conv2"], "block": ["sum"]},
        "block": {"inner1": [""], "inner2": ["inner1"]},
    },
    {"norm": "BatchNormalization", "sum": "Add", "block": "Functional"},
    {
        "conv2": {"size": [5, 7], "stride": [2, 2], "start": [-2, -3], "note": ""},
        "sum": {"reason": "What Add reads was not looked at."},
    },
)
"""conv1 with norm behind it; conv2 beside a shortcut; a nested model of two layers at the end."""


def write_networks(root: Path) -> None:
    """Write runs whose networks are alike, differ, have hostile names, no graph, or are damaged."""
    _write(root / "one", RESIDUAL, "conv1", "conv2", "block/inner1")
    _write(root / "two", RESIDUAL)
    _write(root / "other", facts({"": {"conv1": [""], "conv2": ["conv1"]}}, {}), "conv1")
    names = [HOSTILE, "__proto__", "constructor", LONG, "c"]
    reads = {name: [names[at - 1]] if at else [""] for at, name in enumerate(names)}
    _write(root / "hostile", facts({"": reads, "__proto__": {HOSTILE: [""]}}, {}), "__proto__", HOSTILE)
    _write(root / "graphless", {**facts({"": {"a": [""], "b": ["a"]}}, {}), "graphs": {}})
    looped = facts({"": {"a": ["b", "a"], "b": ["a", "nothing"]}, "a": {"a": [""]}}, {})
    looped["graphs"]["a"]["calls"][0]["layer"] = "a"
    _write(root / "looped", looped)
    _write(root / "damaged", {**RESIDUAL, "graphs": {"": {"calls": "none"}}})
    deep = {f"layer{at}": [f"layer{at - 1}" if at else ""] for at in range(300)}
    _write(root / "deep", facts({"": deep}, {}))


def _write(directory: Path, record: Mapping[str, Any], *layers: str) -> None:
    """A run of three epochs that logged the filters of some layers."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        log.record("run", "model", 0, record, logged=1)
        for step in range(3):
            log.record("run", "filters", step, {"view": "filters", "failures": [], "notes": []})
            for name in layers:
                log.filters(name, step, np.ones((3, 3, 3, 2), np.float32))
