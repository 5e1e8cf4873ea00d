"""A weight's histograms one behind the other, the oldest at the back; the epoch asked for stands out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.axis import Axis, epoch_ticks, monotone
from tb_convvis.figures.colours import ACCENT, ACCENT_TEXT, LINE, LINE_STRONG, RUNS, mixed
from tb_convvis.figures.drawing import Drawing, Item, Path, Text, beside, headed, line
from tb_convvis.figures.facts import Ask, Facts, epochs_words, facts_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.run import Run, step_at
from tb_convvis.figures.words import enumerate_words, number, one_line
from tb_convvis.histograms import Point, Weight
from tb_convvis.unreadable import UnreadableError

BINS = 80
MOST_RIDGES = 60
"""More of them are one grey mass."""

WIDTH, HEIGHT = 720, 420
"""Of all runs together, and of each, in dots; never narrower than `NARROWEST`."""

NARROWEST = 340
TOP, RIGHT, BOTTOM, LEFT = 76, 34, 24, 10
SMALL = 11
PIXELS = 2
"""Of the image per dot."""

Extent = tuple[float, float]


@dataclass(frozen=True)
class Shown:
    """A weight of one run: its histograms, and which of them is marked."""

    run: Run
    weight: Weight
    points: tuple[Point, ...]
    step: int
    problem: str | None


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the histograms of a weight over the epochs, runs side by side on the same scales."""
    name = _name(runs, ask.layer)
    shown = [_read(run, name, ask.epoch) for run in runs]
    extent = extent_of([point for one in shown for point in one.points])
    if extent is None:
        raise ValueError(f"no weight is finite at any epoch. Received: layer={name!r}.")
    shares = [np.stack([rebin(point.buckets, extent) for point in one.points]) for one in shown]
    peak = max(float(one.max()) for one in shares)
    width = max(NARROWEST, WIDTH // len(runs))
    panels = [
        _ridges(one, share, extent, (peak, width, colour))
        for one, share, colour in zip(shown, shares, RUNS, strict=False)
    ]
    if len(runs) > 1:
        panels = [headed(run.title, panel, 12) for run, panel in zip(runs, panels, strict=True)]
    layer = name.rpartition("/")[0]
    all_facts = [
        facts_of(one.run, "weights", layer, (one.step, _wall_time(one)), ask, _facts(one, peak))
        for one in shown
    ]
    title = f"{titles_of(runs)}: histograms of {name}, {epochs_words([one.step for one in shown])} marked"
    drawing = beside(panels, 24)
    return Figure("weights", title, together(all_facts), drawing, scale=ask.scale or PIXELS, chart=True)


def extent_of(points: Sequence[Point]) -> Extent | None:
    """Return the smallest and the largest value that any histogram counts; None where nothing is counted."""
    counted = [bucket for point in points for bucket in point.buckets if bucket[2] > 0]
    if not counted:
        return None
    low, high = min(left for left, _, _ in counted), max(right for _, right, _ in counted)
    if low < high:
        return low, high
    room = abs(low) * 0.1 or 1
    return low - room, high + room


def rebin(buckets: Sequence[Sequence[float]], extent: Extent, bins: int = BINS) -> NDArray[np.float64]:
    """Return the share of the weights in each of equal bins; a bucket that several overlap is shared out."""
    low, high = extent
    edges = np.linspace(low, high, bins + 1)
    shares = np.zeros(bins)
    for left, right, count in buckets:
        if count <= 0:
            continue
        overlaps = np.minimum(right, edges[1:]) - np.maximum(left, edges[:-1])
        inside = np.maximum(overlaps, 0)
        if right <= left or not inside.any():
            place = int((left - low) / (high - low) * bins)
            shares[min(bins - 1, max(0, place))] += count
        else:
            shares += count * inside / inside.sum()
    total = shares.sum()
    return shares / total if total > 0 else shares


def _name(runs: Sequence[Run], asked: str | None) -> str:
    """The weight to show: that of the name, else the kernel of the layer, or of the first layer."""
    lists = [list(dict.fromkeys(weight.name for weight in run.index.weights)) for run in runs]
    shared = [name for name in lists[0] if all(name in one for one in lists)]
    order = {layer: place for place, layer in enumerate(runs[0].network())}

    def place(name: str) -> tuple[int, bool]:
        layer, _, weight = name.rpartition("/")
        return order.get(layer, len(order)), not weight.endswith("kernel")

    ranked = sorted(shared, key=place)
    found = [name for name in ranked if asked is None or asked in (name, name.rpartition("/")[0])]
    if not found:
        raise ValueError(
            f"no such weight. Received: layer={asked!r}. Expected one of {enumerate_words(ranked, most=30)}, "
            "or the layer alone."
        )
    return found[0]


def _read(run: Run, name: str, epoch: int | None) -> Shown:
    named = [weight for weight in run.index.weights if weight.name == name]
    weight = next((one for one in named if one.source == "convvis"), named[0])
    series = run.histograms(weight.run, weight.tag)
    if not series.points:
        raise UnreadableError(f"{run.title}, {name}: {series.error or 'no histogram'}")
    step = step_at([point.step for point in series.points], epoch, f"{run.title}, {name}")
    return Shown(run, weight, series.points, step, series.error)


def _wall_time(shown: Shown) -> float | None:
    return next((point.wall_time for point in shown.points if point.step == shown.step), None)


def _ridges(
    shown: Shown, shares: NDArray[np.float64], extent: Extent, look: tuple[float, float, str]
) -> Drawing:
    peak, width, colour = look
    right = width - RIGHT
    x = Axis(*extent, LEFT, right)
    steps = [point.step for point in shown.points]
    base = Axis(0, max(1, len(steps) - 1), TOP, HEIGHT - BOTTOM)
    centres = LEFT + (np.arange(BINS) + 0.5) / BINS * (right - LEFT)
    marked = steps.index(shown.step)

    def outline(row: int) -> NDArray[np.float64]:
        return monotone(list(centres), base(row) - shares[row] / (peak or 1) * (TOP - 8))

    def shape(row: int) -> NDArray[np.float64]:
        return np.vstack([outline(row), [centres[-1], base(row)], [centres[0], base(row)]])

    items: list[Item] = []
    for tick in x.ticks(max(2, int(width // 90))):
        stroke = LINE_STRONG if tick == 0 else LINE
        items.append(line((x(tick), TOP), (x(tick), HEIGHT - BOTTOM), stroke=stroke))
        items.append(Text(number(tick), x(tick), HEIGHT - 7, SMALL, "middle"))
    for row in every(len(steps), MOST_RIDGES):
        fill = mixed(colour, (15 + 50 * row / len(steps)) / 100)
        items.append(Path(shape(row), stroke="#ffffff", width=0.75, fill=fill))
    items += [
        Path(shape(marked), fill=ACCENT, alpha=0.35),
        Path(outline(marked), stroke=ACCENT, width=2),
        line((LEFT, base(marked)), (right, base(marked)), stroke=ACCENT),
        Text(str(shown.step), right + 6, base(marked) + 0.35 * SMALL, SMALL, colour=ACCENT_TEXT),
    ]
    for step in epoch_ticks(steps[0], steps[-1], 8):
        if step in steps and abs(base(steps.index(step)) - base(marked)) > 13:
            items.append(Text(str(step), right + 6, base(steps.index(step)) + 0.35 * SMALL, SMALL))
    return Drawing(width, HEIGHT, tuple(items))


def every(length: int, most: int) -> list[int]:
    """Return all positions, or so many of them evenly spaced, both ends among them."""
    if length <= most:
        return list(range(length))
    return [math.floor(at * (length - 1) / (most - 1) + 0.5) for at in range(most)]


def _facts(shown: Shown, peak: float) -> Facts:
    steps = [point.step for point in shown.points]
    drawn = len(every(len(steps), MOST_RIDGES))
    some = "" if drawn == len(steps) else f", {drawn} of {len(steps)} drawn"
    keras = f"Keras's TensorBoard callback ({one_line(shown.weight.run)})"
    return [
        ("weight", one_line(shown.weight.name.rpartition("/")[2])),
        ("epochs", f"{len(steps)}, from {steps[0]} to {steps[-1]}{some}"),
        (
            "shown",
            f"values to the right, epochs downwards, height for the share of weights in one of {BINS} bins",
        ),
        ("height", f"up to {number(100 * peak)} %, the same in all epochs and runs"),
        *([("logged by", keras)] if shown.weight.source == "keras" else []),
        *([("not drawn", shown.problem)] if shown.problem else []),
    ]
