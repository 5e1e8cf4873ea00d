"""The network of a run, as the record of its model tells it: layers, graphs, receptive fields."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from tb_convvis.figures.run import Record

MOST = 2**53 - 1
"""Whole numbers up to this one are exact in every reader of JSON."""

Shape = tuple[int | None, ...]
"""Axes of a tensor, None where the model leaves one open."""

Source = tuple[str, int]
"""A tensor that is read: name of a call, empty for the model's own input, and number of its output."""

T = TypeVar("T")


@dataclass(frozen=True)
class Layer:
    """A layer; `trainable` is None where that was not logged."""

    name: str
    kind: str
    output: Shape | None
    parameters: int
    trainable: int | None
    activation: str | None
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str | None
    dilation: tuple[int, ...]
    groups: int


@dataclass(frozen=True)
class Call:
    """What a graph does with a layer; `layer` is None for an operation that is none."""

    name: str
    layer: str | None
    kind: str
    inputs: tuple[Source, ...]
    outputs: tuple[Shape, ...]


@dataclass(frozen=True)
class Graph:
    """How the layers of a model are connected."""

    inputs: tuple[Shape, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Source, ...]


@dataclass(frozen=True)
class Field:
    """A receptive field in pixels as (rows, columns); a reason where it is not known."""

    size: tuple[int, ...]
    stride: tuple[int | None, ...]
    start: tuple[float, ...]
    note: str
    reason: str | None


@dataclass(frozen=True)
class Network:
    """Layers by path, graphs by the path of their model, fields by the path of a call."""

    parameters: int
    layers: dict[str, Layer]
    graphs: dict[str, Graph]
    fields: dict[str, Field]
    problem: str | None
    """Why there are no graphs, where they could not be made."""

    @cached_property
    def inside(self) -> dict[str, list[Layer]]:
        """The layers directly inside of each, by its path; empty for the network itself."""
        families: dict[str, list[Layer]] = {}
        for name, layer in self.layers.items():
            families.setdefault(self.model_of(name), []).append(layer)
        return families

    def model_of(self, name: str) -> str:
        """Return the path of the model that a layer lies in; empty for the network itself."""
        head = name.rpartition("/")[0]
        return head if head in self.layers else ""


def network_of(record: Record) -> Network:
    """Return the network that a record of a model tells.

    Raises:
        UnreadableError: it is not what such a record says.
    """
    facts = record.manifest.facts
    try:
        layers = [_layer(one) for one in _optional(_list, facts.get("layers"), [])]
        return Network(
            _optional(_whole, facts.get("parameters"), 0),
            {layer.name: layer for layer in layers},
            {path: _graph(one) for path, one in _optional(_object, facts.get("graphs"), {}).items()},
            {path: _field(one) for path, one in _optional(_object, facts.get("fields"), {}).items()},
            _optional(_text, facts.get("graph_problem"), None),
        )
    except ValueError as error:
        raise record.malformed(f"its network is not one: {error}") from None


def _layer(value: Any) -> Layer:
    facts = _object(value)
    return Layer(
        _text(facts.get("name")),
        _optional(_text, facts.get("class"), ""),
        _optional(_shape, facts.get("output"), None),
        _optional(_whole, facts.get("parameters"), 0),
        _optional(_whole, facts.get("trainable"), None),
        _optional(_text, facts.get("activation"), None),
        _wholes(facts.get("kernel")),
        _wholes(facts.get("strides")),
        _optional(_text, facts.get("padding"), None),
        _wholes(facts.get("dilation")),
        _optional(_whole, facts.get("groups"), 1),
    )


def _graph(value: Any) -> Graph:
    facts = _object(value)
    return Graph(
        tuple(map(_shape, _list(facts.get("inputs")))),
        tuple(map(_call, _list(facts.get("calls")))),
        tuple(map(_source, _list(facts.get("outputs")))),
    )


def _call(value: Any) -> Call:
    facts = _object(value)
    return Call(
        _text(facts.get("name")),
        _optional(_text, facts.get("layer"), None),
        _optional(_text, facts.get("class"), ""),
        tuple(map(_source, _list(facts.get("inputs")))),
        tuple(map(_shape, _list(facts.get("outputs")))),
    )


def _field(value: Any) -> Field:
    facts = _object(value)
    return Field(
        _wholes(facts.get("size")),
        _optional(_shape, facts.get("stride"), ()),
        tuple(map(_finite, _optional(_list, facts.get("start"), []))),
        _optional(_text, facts.get("note"), ""),
        _optional(_text, facts.get("reason"), None),
    )


def _optional(read: Callable[[Any], T], value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else read(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, received {type(value).__name__}")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise ValueError(f"expected a whole number, received {str(value)[:40]}")
    if not 0 <= value <= MOST:
        raise ValueError(f"expected a whole number from 0, received {str(value)[:40]}")
    return int(value)


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"expected a finite number, received {str(value)[:40]}")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, received {type(value).__name__}")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, received {type(value).__name__}")
    return value


def _wholes(value: Any) -> tuple[int, ...]:
    return tuple(map(_whole, _optional(_list, value, [])))


def _shape(value: Any) -> Shape:
    return tuple(_optional(_whole, side, None) for side in _list(value))


def _source(value: Any) -> Source:
    pair = _list(value)
    if len(pair) < 2:
        raise ValueError("expected [name of a call, number of its output]")
    return _text(pair[0]), _whole(pair[1])
