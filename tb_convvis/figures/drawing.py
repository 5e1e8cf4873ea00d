"""What stands where: pictures, lines and text, from which a PNG and an SVG are both made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.font import clip, wrap

Pixels = NDArray[np.uint8]
"""[height, width, 3]."""

BLACK = "#000000"
GREY = "#808080"
"""What is not there: mid-grey, which is also the zero of filters and projections."""


MOST_PIXELS = 2**28
"""As many as the page draws into a picture."""


def check_size(height: int, width: int) -> None:
    """Refuse what is too large to be drawn.

    Raises:
        ValueError: more pixels than a picture may have.
    """
    if height * width > MOST_PIXELS:
        raise ValueError(
            f"the figure is too large. Received: {height} by {width} pixels. Expected at most {MOST_PIXELS}: "
            "choose fewer maps or a smaller scale."
        )


@dataclass(frozen=True)
class Picture:
    """Pixels as they are, one a dot."""

    pixels: Pixels
    left: float
    top: float

    def moved(self, right: float, down: float) -> Picture:
        """Return the same elsewhere."""
        return replace(self, left=self.left + right, top=self.top + down)


@dataclass(frozen=True)
class Text:
    """One line; `y` is that of its base line."""

    text: str
    x: float
    y: float
    size: float
    anchor: Literal["start", "middle", "end"] = "start"
    colour: str = BLACK

    def moved(self, right: float, down: float) -> Text:
        """Return the same elsewhere."""
        return replace(self, x=self.x + right, y=self.y + down)


@dataclass(frozen=True)
class Path:
    """A line through points [n, 2] as (x, y), or the shape that it encloses where it has a fill."""

    points: NDArray[Any]
    stroke: str | None = None
    width: float = 1
    fill: str | None = None
    alpha: float = 1
    dash: tuple[float, ...] = ()

    def moved(self, right: float, down: float) -> Path:
        """Return the same elsewhere."""
        return replace(self, points=self.points + np.array([right, down]))


Item = Picture | Text | Path


@dataclass(frozen=True)
class Drawing:
    """Items in a frame, in dots."""

    width: float
    height: float
    items: tuple[Item, ...] = ()

    def at(self, left: float, top: float) -> tuple[Item, ...]:
        """Return the items with the frame's corner there."""
        return tuple(item.moved(left, top) for item in self.items)


def box(left: float, top: float, across: float, down: float, **paint: Any) -> Path:
    """Return a rectangle."""
    right, bottom = left + across, top + down
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return Path(np.array(corners, np.float64), **paint)


def line(*points: tuple[float, float], **paint: Any) -> Path:
    """Return a line through points."""
    return Path(np.array(points, np.float64), **paint)


def beside(drawings: Sequence[Drawing], gap: float) -> Drawing:
    """Return drawings from left to right."""
    items: list[Item] = []
    left = 0.0
    for drawing in drawings:
        items += drawing.at(left, 0)
        left += drawing.width + gap
    return Drawing(left - gap, max(one.height for one in drawings), tuple(items))


def below(drawings: Sequence[Drawing], gap: float) -> Drawing:
    """Return drawings from the top down."""
    items: list[Item] = []
    top = 0.0
    for drawing in drawings:
        items += drawing.at(0, top)
        top += drawing.height + gap
    return Drawing(max(one.width for one in drawings), top - gap, tuple(items))


def headed(title: str, drawing: Drawing, text: float) -> Drawing:
    """Return a drawing with a line above it."""
    return below_lines([clip(title, text, drawing.width)], drawing, text)


def below_lines(lines: Sequence[str], drawing: Drawing, text: float) -> Drawing:
    """Return a drawing below lines of text, which are as wide as they are."""
    pitch = 1.35 * text
    down = round(pitch * len(lines) + 0.25 * text)
    words = [Text(one, 0, text + at * pitch, text) for at, one in enumerate(lines) if one]
    return Drawing(drawing.width, drawing.height + down, (*words, *drawing.at(0, down)))


def all_headed(
    paragraphs: Sequence[Sequence[str]], drawings: Sequence[Drawing], text: float
) -> list[Drawing]:
    """Return drawings below paragraphs of their own, which take as many lines above each."""
    lines = [
        [line for words in each for line in wrap(words, text, drawing.width)]
        for each, drawing in zip(paragraphs, drawings, strict=True)
    ]
    most = max(map(len, lines))
    return [
        below_lines([*each, *[""] * (most - len(each))], drawing, text)
        for each, drawing in zip(lines, drawings, strict=True)
    ]


def captioned(title: str, drawing: Drawing, caption: str, text: float) -> Drawing:
    """Return a whole figure: the title above, the caption below, a margin around."""
    margin = text
    room = max(drawing.width, 40 * text)
    large, small = round(1.2 * text), round(0.9 * text)
    titles = [
        Text(words, 0, (1 + 1.3 * at) * large, large) for at, words in enumerate(wrap(title, large, room))
    ]
    top = round((1.3 * len(titles) + 0.5) * large)
    bottom = top + drawing.height + text
    lines = wrap(caption, small, room)
    told = [
        Text(words, 0, bottom + (0.9 + 1.35 * at) * small, small, colour="#444444")
        for at, words in enumerate(lines)
    ]
    height = bottom + 1.35 * small * len(lines)
    whole = Drawing(room, height, (*titles, *drawing.at(0, top), *told))
    return Drawing(round(room + 2 * margin), round(height + 2 * margin), whole.at(margin, margin))
