"""The rows of a figure of convergence: a metric or a layer each, over the epochs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_convvis.figures.axis import Axis, epoch_ticks
from tb_convvis.figures.colours import ACCENT, DASHES, LINE, RUNS
from tb_convvis.figures.drawing import Drawing, Item, Path, Text, below, line
from tb_convvis.figures.font import clip, width_of
from tb_convvis.figures.words import number

NAME, PLOT = 110, 430
"""Width of the name of a row, and of its plot with the numbers beside it, in dots."""

MARGIN = {"left": 50, "right": 14, "top": 7, "bottom": 7}
HEIGHT = 62
TEXT, SMALL = 12, 11
RING = 4.5


@dataclass(frozen=True)
class Line:
    """A value over the epochs; `run` numbers the run, `ring` is the epoch that is ringed."""

    run: int
    steps: tuple[int, ...]
    values: tuple[float, ...]
    thin: bool = False
    ring: int | None = None


@dataclass(frozen=True)
class Row:
    """A metric or a layer: its lines, and what is said of each run."""

    name: str
    lines: tuple[Line, ...]
    words: tuple[str, ...]
    from_zero: bool


def drawn(rows: Sequence[Row], titles: Sequence[str], domain: tuple[int, int], marked: int | None) -> Drawing:
    """Return the rows below each other.

    Args:
        rows: from the top down.
        titles: of the runs.
        domain: first and last epoch.
        marked: an epoch; None for none.
    """
    cell = math.ceil(max(width_of(words, SMALL) for row in rows for words in (*row.words, *titles))) + 30
    x = Axis(domain[0], max(domain[1], domain[0] + 1), NAME + MARGIN["left"], NAME + PLOT - MARGIN["right"])
    parts = [_row(row, x, marked, cell) for row in rows]
    legend = [_legend(titles, cell)] if len(titles) > 1 else []
    return below([*legend, *parts, _epochs(x, cell)], 0)


def _legend(titles: Sequence[str], cell: int) -> Drawing:
    items: list[Item] = []
    for place, title in enumerate(titles):
        y, left = 12 + 16 * place, NAME + PLOT
        items.append(line((left, y - 4), (left + 24, y - 4), stroke=RUNS[place], width=2, dash=DASHES[place]))
        items.append(Text(title, left + 30, y, SMALL))
    return Drawing(NAME + PLOT + cell, 16 * len(titles) + 6, tuple(items))


def _row(row: Row, x: Axis, marked: int | None, cell: int) -> Drawing:
    values = [value for one in row.lines for value in one.values if math.isfinite(value)]
    items: list[Item] = [
        line((x(tick), 0), (x(tick), HEIGHT), stroke=LINE) for tick in epoch_ticks(int(x.low), int(x.high), 7)
    ]
    if values:
        low, high = 0.0 if row.from_zero else min(values), max(values)
        bottom = HEIGHT - MARGIN["bottom"]
        # Where nothing ever changed, the line lies at the bottom.
        y = Axis(low, high if high > low else low + 1, bottom, MARGIN["top"])
        for tick in y.ticks(3) if high > low else [low]:
            items.append(line((x.first, y(tick)), (x.last, y(tick)), stroke=LINE))
            items.append(Text(number(tick), x.first - 6, y(tick) + 0.35 * SMALL, SMALL, "end"))
        for one in row.lines:
            items += _line(one, x, y)
    else:
        items.append(Text("no value is here", x.first, HEIGHT / 2, SMALL, colour="#666666"))
    if marked is not None:
        items.append(line((x(marked), 0), (x(marked), HEIGHT), stroke=ACCENT))
    items.append(Text(clip(row.name, TEXT, NAME - 4), 0, HEIGHT / 2 + 4, TEXT))
    first = HEIGHT / 2 + 4 - 8 * (len(row.words) - 1)
    for place, words in enumerate(row.words):
        colour = RUNS[place] if len(row.words) > 1 else "#000000"
        items.append(Text(words, NAME + PLOT, first + 16 * place, SMALL, colour=colour))
    items.append(line((0, HEIGHT), (NAME + PLOT + cell, HEIGHT), stroke=LINE))
    return Drawing(NAME + PLOT + cell, HEIGHT, tuple(items))


def _line(one: Line, x: Axis, y: Axis) -> list[Item]:
    """Pieces between which values are missing; a value that stands alone is a dot."""
    look = {"stroke": RUNS[one.run], "width": 1 if one.thin else 2, "dash": DASHES[one.run]}
    pieces: list[list[tuple[float, float]]] = [[]]
    for step, value in zip(one.steps, one.values, strict=True):
        if math.isfinite(value) and x.low <= step <= x.high:
            pieces[-1].append((x(step), y(value)))
        elif pieces[-1]:
            pieces.append([])
    items: list[Item] = [line(*piece, **look) for piece in pieces if len(piece) > 1]
    items += [_circle(*piece[0], 2.5, fill=RUNS[one.run]) for piece in pieces if len(piece) == 1]
    if one.ring is not None:
        value = one.values[one.steps.index(one.ring)]
        if math.isfinite(value):
            items.append(
                _circle(x(one.ring), y(value), RING, stroke=RUNS[one.run], width=1.5, fill="#ffffff")
            )
    return items


def _circle(
    x: float, y: float, radius: float, *, fill: str, stroke: str | None = None, width: float = 1
) -> Path:
    angles = np.linspace(0, 2 * np.pi, 33)
    points = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
    return Path(points, stroke, width, fill)


def _epochs(x: Axis, cell: int) -> Drawing:
    labels = [
        Text(str(tick), x(tick), 14, SMALL, "middle") for tick in epoch_ticks(int(x.low), int(x.high), 7)
    ]
    return Drawing(NAME + PLOT + cell, 18, (Text("epoch", 0, 14, SMALL), *labels))
