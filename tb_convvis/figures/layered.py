"""Places the nodes of a directed graph in layers from top to bottom, and routes its edges between them.

Source: Sugiyama, Tagawa and Toda, IEEE Trans. Syst. Man Cybern. 11(2), 1981: layers by the longest path,
order inside of a layer by barycentres; then each node goes as close to the mean of its neighbours as order
and width allow, which is an isotonic regression. A node alone in its layer stands on the common centre line,
and edges give way to nodes: so the trunk of a network is straight, with its shortcuts beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

Size = tuple[float, float]
"""Width and height."""

Point = tuple[float, float]

Edge = tuple[int, int]
"""From a lower to a higher number, so that there is no cycle."""

ACROSS, DOWN = 22, 26
"""Between two nodes."""

PASSING = 10
"""Room for an edge that passes a layer."""

SWEEPS = 12
WEIGHT = 1e4
"""Of a node, where that of an edge is 1."""


@dataclass(frozen=True)
class Layered:
    """The top left corner of each node, and the points through which each edge goes."""

    places: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float


@dataclass(eq=False)
class _Item:
    """A node, or an edge on its way past a layer; `weight` is how much it resists being moved."""

    width: float
    weight: float
    above: list[_Item] = field(default_factory=list, repr=False)
    below: list[_Item] = field(default_factory=list, repr=False)
    centre: float = 0


def layered(sizes: Sequence[Size], edges: Sequence[Edge]) -> Layered:
    """Return where nodes of these sizes stand."""
    ranks = _ranks(len(sizes), edges)
    items = [_Item(width, WEIGHT) for width, _ in sizes]
    layers: list[list[_Item]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for rank, item in zip(ranks, items, strict=True):
        layers[rank].append(item)
    passes = []
    for first, end in edges:
        between = [_Item(PASSING, 1) for _ in range(ranks[first] + 1, ranks[end])]
        for at, item in enumerate(between):
            layers[ranks[first] + 1 + at].append(item)
        chain = [items[first], *between, items[end]]
        for upper, lower in pairwise(chain):
            upper.below.append(lower)
            lower.above.append(upper)
        passes.append(between)
    _order(layers)
    _align(layers)

    heights = [0.0] * len(layers)
    for rank, (_, height) in zip(ranks, sizes, strict=True):
        heights[rank] = max(heights[rank], height)
    tops = [0.0, *accumulate(height + DOWN for height in heights)]
    every = [item for layer in layers for item in layer]
    left = min((item.centre - item.width / 2 for item in every), default=0)
    right = max((item.centre + item.width / 2 for item in every), default=0)

    def across(item: _Item) -> float:
        return math.floor(item.centre - left + 0.5)

    routes = []
    for (first, end), between in zip(edges, passes, strict=True):
        start, rank = across(items[first]), ranks[first]
        points = [(start, tops[rank] + sizes[first][1]), (start, tops[rank] + heights[rank])]
        for at, item in enumerate(between, start=rank + 1):
            points += [(across(item), tops[at]), (across(item), tops[at] + heights[at])]
        routes.append((*points, (across(items[end]), tops[ranks[end]])))
    places = [
        (math.floor(item.centre - left - item.width / 2 + 0.5), tops[rank])
        for rank, item in zip(ranks, items, strict=True)
    ]
    return Layered(tuple(places), tuple(routes), math.ceil(right - left), tops[-1] - DOWN)


def _ranks(nodes: int, edges: Sequence[Edge]) -> list[int]:
    """Layers by the longest path from the top; what reads nothing stands right above its first reader."""
    ranks = [0] * nodes
    for first, end in sorted(edges, key=lambda edge: edge[1]):
        ranks[end] = max(ranks[end], ranks[first] + 1)
    readers: dict[int, int] = {}
    for first, end in edges:
        readers[first] = min(readers.get(first, ranks[end]), ranks[end])
    reading = {end for _, end in edges}
    return [rank if node in reading else readers.get(node, 1) - 1 for node, rank in enumerate(ranks)]


def _mean(items: Sequence[_Item], of: Callable[[_Item], float]) -> float:
    return sum(map(of, items)) / len(items)


def _order(layers: list[list[_Item]]) -> None:
    places: dict[_Item, float] = {}

    def note(layer: Sequence[_Item]) -> None:
        for at, item in enumerate(layer):
            places[item] = at - (len(layer) - 1) / 2

    for layer in layers:
        note(layer)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            wish = {}
            for item in layer:
                neighbours = item.above if down else item.below
                wish[item] = _mean(neighbours, places.__getitem__) if neighbours else places[item]
            layer.sort(key=wish.__getitem__)
            note(layer)


def _align(layers: Sequence[list[_Item]]) -> None:
    for sweep in range(SWEEPS + 1):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            if len(layer) < 2:
                continue
            wishes = []
            for item in layer:
                every = item.above if down else item.below
                # An edge is to be straight, a node to stand under nodes.
                alike = [other for other in every if other.weight == item.weight]
                neighbours = alike or every
                wishes.append(_mean(neighbours, lambda other: other.centre) if neighbours else item.centre)
            _spread(layer, wishes)


def _spread(layer: Sequence[_Item], wishes: Sequence[float]) -> None:
    """Put each item as close to its wish as the others let it: those that push each other move as one."""
    offsets, room = [0.0], 0.0
    for before, item in pairwise(layer):
        room += (before.width + item.width) / 2 + ACROSS
        offsets.append(room)
    # Sum of the wishes, sum of the weights, number of items.
    groups: list[tuple[float, float, int]] = []
    for item, wish, offset in zip(layer, wishes, offsets, strict=True):
        group = ((wish - offset) * item.weight, item.weight, 1)
        while groups and groups[-1][0] / groups[-1][1] > group[0] / group[1]:
            last = groups.pop()
            group = (last[0] + group[0], last[1] + group[1], last[2] + group[2])
        groups.append(group)
    at = 0
    for total, weight, count in groups:
        for item, offset in zip(layer[at : at + count], offsets[at : at + count], strict=True):
            item.centre = total / weight + offset
        at += count
