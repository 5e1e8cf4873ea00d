"""Reads boxes and lines out of the drawing of a network, ours or that which the page exports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("conv1", "norm", "conv2", "sum", "block", "inner1", "inner2", "input", "output")

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def words(drawing: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in drawing.iter(f"{SVG}text")]


def names(drawing: ElementTree.Element) -> list[str]:
    """From the top, as far as they are those of layers or ends."""
    firsts = [(one.split() or [""])[0] for one in words(drawing)]
    return [one for one in firsts if one in NAMES]


def paths(drawing: ElementTree.Element) -> Iterator[ElementTree.Element]:
    yield from drawing.iter(f"{SVG}path")


def points(path: ElementTree.Element) -> NDArray[np.float64]:
    """Where a path goes: straight pieces and curves, absolute or relative, wherever it is moved."""
    found: list[tuple[float, float]] = []
    for command, given in re.findall(r"([MLCVhvz])([^MLCVhvz]*)", path.attrib["d"]):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+", given)]
        x, y = found[-1] if found else (0.0, 0.0)
        if command in "ML":
            found += zip(numbers[0::2], numbers[1::2], strict=True)
        elif command == "C":
            found.append((numbers[-2], numbers[-1]))
        elif command != "z":
            found.append({"V": (x, numbers[0]), "h": (x + numbers[0], y), "v": (x, y + numbers[0])}[command])
    moved = [float(one) for one in re.findall(r"-?[\d.]+", path.get("transform", "0 0"))]
    return np.array(found) + moved


def boxes(drawing: ElementTree.Element) -> dict[str, Box]:
    """The innermost box in which a name stands."""
    frames = [points(one) for one in paths(drawing) if one.get("fill") != "none"]
    found: dict[str, Box] = {}
    for text in drawing.iter(f"{SVG}text"):
        name = (text.text or "").split(" ")[0]
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        inside = [one for one in frames if (one.min(0) < (x, y)).all() and (one.max(0) > (x, y)).all()]
        if name in NAMES and inside and name not in found:
            left, top, right, bottom = min(
                ((*one.min(0), *one.max(0)) for one in inside),
                key=lambda one: (one[2] - one[0]) * (one[3] - one[1]),
            )
            found[name] = (float(left), float(top), float(right), float(bottom))
    return found


def lines(drawing: ElementTree.Element) -> set[tuple[str, str]]:
    """Which box each line leaves at its lower edge, and to the upper edge of which it comes."""
    found = boxes(drawing)

    def at(point: NDArray[np.float64], edge: int) -> str:
        near = [
            name
            for name, one in found.items()
            # norm stands in the box of conv1.
            if one[0] < point[0] < one[2] and abs(one[edge] - point[1]) <= 0.02 and name != "norm"
        ]
        return near[0] if near else "another"

    wires = [points(one) for one in paths(drawing) if one.get("stroke-width") == "1.5"]
    return {(at(one[0], 3), at(one[-1], 1)) for one in wires}
