"""Where everything of a network stands, in dots: the page's layout, with boxes that say more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_convvis.figures.colours import ACCENT
from tb_convvis.figures.drawing import Drawing, Item, Path, Text, box
from tb_convvis.figures.font import clip, width_of, wrap
from tb_convvis.figures.layered import Point, layered
from tb_convvis.figures.network import Network
from tb_convvis.figures.network_scene import Block, Node, Scene
from tb_convvis.figures.network_words import class_words, field_words, parameter_words, shape_words
from tb_convvis.figures.words import one_line

WIDTH = 264
PORT = (160, 26)
PADDING = 16
"""Between the frame of an unfolded model and what is inside."""

INSET, TOP = 8, 5
"""Between a frame and its words."""

NAME, REST = 13, 11
PITCH = {NAME: 18, REST: 15}
"""From one line to the next, by its size."""

LINE = "#8a8a8a"
LAYER, MODEL, ENDS = "#ffffff", "#f5f5f5", "#ededed"
GREY = "#444444"

CURVE = (1 - np.cos(np.linspace(0, np.pi, 25)[1:])) / 2
"""Where a curve is cut into straight pieces, shorter ones at its ends, where it turns."""


@dataclass(frozen=True)
class _Line:
    left: str
    right: str = ""
    size: int = REST


@dataclass(frozen=True)
class Placing:
    """A network that is being laid out, and the path of the call that stands out; None for none."""

    network: Network
    marked: str | None

    def scene(self, scene: Scene) -> Drawing:
        """Return blocks and the wires between them."""
        drawn = [self._block(block) for block in scene.blocks]
        # Without a graph, in the order of the list.
        order = [(at, at + 1) for at in range(len(drawn) - 1)] if scene.plain else scene.edges
        found = layered([(one.width, one.height) for one in drawn], order)
        items = [item for one, place in zip(drawn, found.places, strict=True) for item in one.at(*place)]
        wires: list[Item] = [] if scene.plain else [_wire(route) for route in found.routes]
        return Drawing(found.width, found.height, (*wires, *items))

    def _block(self, block: Block) -> Drawing:
        if block.port:
            return _port(block.nodes[0])
        inner = self.scene(block.inner) if block.inner else None
        width = max(WIDTH, inner.width + 2 * PADDING) if inner else WIDTH
        items: list[Item] = []
        down = 0.0
        for at, node in enumerate(block.nodes):
            before = block.nodes[at - 1] if at else None
            lines = self._lines(node, before, width - 2 * INSET)
            height = 2 * TOP + sum(PITCH[line.size] for line in lines)
            if node.path == self.marked:
                items.append(box(0, down, width, height, stroke=ACCENT, width=2))
            items += _texts(lines, width, down + TOP)
            down += height - (TOP if node is not block.nodes[-1] else 0)
        if inner:
            items += inner.at(round((width - inner.width) / 2), down + PADDING)
            down += inner.height + 2 * PADDING
        frame = box(0, 0, width, down, fill=MODEL if inner else LAYER, stroke=LINE)
        return Drawing(width, down, (frame, *items))

    def _lines(self, node: Node, before: Node | None, room: float) -> list[_Line]:
        """What is said of a call; of one that follows another what differs from that."""
        kind, parameters = class_words(node), parameter_words(node.facts)
        sees = field_words(self.network.fields.get(node.path))
        if before is None:
            lines = _paired(node.name, shape_words(node.output), NAME, room)
            lines += _paired(kind, parameters, REST, room)
        else:
            lines = _paired(node.name, kind, NAME, room)
            if len(lines) > 1:
                lines = [lines[0], *_paired(kind, parameters, REST, room)]
            else:
                lines += _paired("", parameters, REST, room)
            if sees == field_words(self.network.fields.get(before.path)):
                sees = ""
        return [*lines, *(_Line(words) for words in wrap(sees, REST, room))]


def _paired(left: str, right: str, size: int, room: float) -> list[_Line]:
    """One line, or two where both are too wide for it; what is too wide alone is cut."""
    left, right = clip(one_line(left), size, room), clip(one_line(right), REST, room)
    if width_of(left, size) + width_of(right, REST) + INSET <= room:
        return [_Line(left, right, size)] if left or right else []
    return [_Line(left, "", size), _Line("", right)] if left and right else [_Line(left, right, size)]


def _texts(lines: Sequence[_Line], width: float, top: float) -> list[Item]:
    items: list[Item] = []
    for line in lines:
        y = top + PITCH[line.size] - 4.5
        colour = "#000000" if line.size == NAME else GREY
        if line.left:
            items.append(Text(line.left, INSET, y, line.size, colour=colour))
        if line.right:
            items.append(Text(line.right, width - INSET, y, REST, "end", GREY))
        top += PITCH[line.size]
    return items


def _port(node: Node) -> Drawing:
    width, height = PORT
    words = clip(f"{node.name} {shape_words(node.output)}", REST, width - 2 * INSET)
    frame = box(0, 0, width, height, fill=ENDS)
    return Drawing(width, height, (frame, Text(words, width / 2, height / 2 + 4, REST, "middle")))


def _wire(route: Sequence[Point]) -> Path:
    """Straight past the layers, and in between a curve that leaves and arrives upright."""
    points = [route[0]]
    for x, y in route[1:]:
        before_x, before_y = points[-1]
        if before_x == x:
            points.append((x, y))
            continue
        # Bézier's curve with both handles at half the height.
        middle = (before_y + y) / 2
        near, far = (1 - CURVE) ** 3 + 3 * CURVE * (1 - CURVE) ** 2, 3 * CURVE**2 * (1 - CURVE) + CURVE**3
        down = (1 - CURVE) ** 3 * before_y + 3 * CURVE * (1 - CURVE) * middle + CURVE**3 * y
        points += list(zip((near * before_x + far * x).tolist(), down.tolist(), strict=True))
    return Path(np.array(points, np.float64), stroke=LINE, width=1.5)
