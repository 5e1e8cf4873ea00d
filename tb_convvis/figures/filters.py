"""Filters as pictures: v = 1/2 + w / (2 M), so that a zero weight is mid-grey (docs/methods.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.drawing import Drawing, Picture, Pixels, beside, headed
from tb_convvis.figures.facts import Ask, Facts, epochs_words, facts_of, layer_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.tiles import canvas, enlarged, put
from tb_convvis.figures.words import number, plural, ranges

WIDTH = 960
"""Of all runs together, in pixels, where no scale is given."""

TILE = 120
"""Longest side of an enlarged filter."""

GAP, INNER_GAP = 4, 1
"""Between filters, and between the tiles of one."""

NOT_FINITE = (224, 0, 160)
"""A colour that no weight is drawn in."""

Kernel = NDArray[np.float64]


@dataclass(frozen=True)
class Display:
    """How a kernel is drawn.

    Args:
        colour: one tile per filter; else a grey one per pair of input channel and filter.
        order: which channel of the kernel is drawn in which place: undoes BGR.
        divisor: by what each channel is divided to act on the picture as it is; None for nothing.
    """

    colour: bool
    order: tuple[int, ...]
    divisor: tuple[float, ...] | None


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the filters of a layer, runs side by side."""
    layer = layer_of(runs, "filters", ask.layer)
    panels, all_facts, steps = [], [], []
    for run in runs:
        record = run.record("filters", layer, ask.epoch)
        display, kernel = _kernel(record)
        most, words = _largest(run, layer, display)
        filters = _chosen(ask.maps, kernel.shape[3])
        tiles = tiles_of(kernel[..., filters], display, most)
        panels.append(_grid(tiles, ask.scale, WIDTH // len(runs)))
        facts = _facts(record, kernel, filters, words)
        all_facts.append(facts_of(run, "filters", layer, (record.step, record.wall_time), ask, facts))
        steps.append(record.step)
    text = max(12, round(sum(panel.width for panel in panels) / 75))
    if len(runs) > 1:
        panels = [headed(run.title, panel, text) for run, panel in zip(runs, panels, strict=True)]
    title = f"{titles_of(runs)}: filters of {layer}, {epochs_words(steps)}"
    return Figure("filters", title, together(all_facts), beside(panels, 2 * text), text=text)


def display_of(record: Record, channels: int) -> Display:
    """Return how a kernel is drawn: in colour only what sees the picture itself, and has three channels."""
    facts = record.manifest.facts
    sees, scale = facts.get("sees_image") is True, facts.get("channel_scale")
    usable = (
        sees
        and isinstance(scale, list)
        and len(scale) == channels
        and all(isinstance(one, (int, float)) and one > 0 for one in scale)
    )
    colour = sees and channels == 3
    order = range(channels)
    return Display(
        colour,
        tuple(reversed(order) if colour and facts.get("channel_order") == "BGR" else order),
        tuple(map(float, scale or ())) if usable and len(set(scale or ())) > 1 else None,
    )


def tiles_of(kernel: Kernel, display: Display, most: float) -> Pixels:
    """Return tiles [filters, tiles of a filter, height, width, 3], one pixel a weight.

    Args:
        kernel: [height, width, input channels, filters], as it acts on the picture.
        display: how it is drawn.
        most: the M of the scale.
    """
    share = 0.5 + kernel / (2 * most) if most > 0 else np.where(np.isfinite(kernel), 0.5, kernel)
    finite = np.isfinite(kernel)
    values = np.floor(255 * np.clip(np.where(finite, share, 0), 0, 1) + 0.5).astype(np.uint8)
    # [filters, channels, height, width]
    values, finite = (array.transpose(3, 2, 0, 1)[:, list(display.order)] for array in (values, finite))
    if display.colour:
        pixels = values.transpose(0, 2, 3, 1)[:, None]
        known = finite.all(1)[:, None]
    else:
        pixels, known = np.repeat(values[..., None], 3, axis=-1), finite
    return np.where(known[..., None], pixels, np.array(NOT_FINITE, np.uint8))


def _kernel(record: Record) -> tuple[Display, Kernel]:
    """A kernel as it acts on the picture, and how it is drawn."""
    kernel = record.array(1, axes=4).astype(np.float64)
    if not kernel.size:
        raise record.malformed("a kernel without weights")
    display = display_of(record, kernel.shape[2])
    if display.divisor:
        kernel = kernel / np.array(display.divisor)[:, None]
    return display, kernel


def _largest(run: Run, layer: str, display: Display) -> tuple[float, str]:
    """M over all epochs, so that growth is visible; and the scale in words."""
    most, epochs, damaged = 0.0, 0, 0
    for _, record in run.records("filters", layer):
        if record is None:
            damaged += 1
            continue
        if display.divisor:
            _, kernel = _kernel(record)
            found = np.abs(kernel[np.isfinite(kernel)]).max(initial=0.0)
        else:
            found = record.manifest.facts.get("max_abs", 0)
        if isinstance(found, (int, float)) and math.isfinite(found):
            most = max(most, float(found))
        epochs += 1
    over = f"its {plural(epochs, 'epoch')}" + (f", {damaged} more damaged" if damaged else "")
    picture = ", as they act on the picture" if display.divisor else ""
    return most, f"grey is 0, white is M = {number(most)}: the layer's largest |weight| over {over}{picture}"


def _chosen(maps: tuple[int, ...] | None, filters: int) -> list[int]:
    if maps is None:
        return list(range(filters))
    strange = [one for one in maps if not 0 <= one < filters]
    if strange:
        raise ValueError(f"no such filter. Received: maps={strange}. Expected 0 to {filters - 1}.")
    return list(maps)


def _facts(record: Record, kernel: Kernel, filters: Sequence[int], scale: str) -> Facts:
    height, width, channels, count = kernel.shape
    of = "all" if len(filters) == count else f"{ranges(filters)}, {len(filters)} of"
    wrong = int((~np.isfinite(kernel)).sum())
    return [
        (
            "filters",
            f"{of} {count} of {height}\N{MULTIPLICATION SIGN}{width}, {plural(channels, 'input channel')}",
        ),
        ("scale", scale),
        *([("not finite", f"{plural(wrong, 'weight')}, drawn in magenta")] if wrong else []),
    ]


def _grid(tiles: Pixels, scale: int | None, room: int) -> Drawing:
    """Filters row by row; the tiles of each side by side where they are few, else in a square."""
    filters, per_filter, height, width, _ = tiles.shape
    inner = per_filter if per_filter <= 4 else math.ceil(math.sqrt(per_filter))
    columns = _columns(filters)
    if scale is None:
        weights = columns * inner * width
        gaps = columns * (GAP + (inner - 1) * INNER_GAP)
        scale = max(1, min((room - gaps) // weights, TILE // max(height, width)))
    block_height, block_width = (
        count * side * scale + (count - 1) * INNER_GAP
        for count, side in ((math.ceil(per_filter / inner), height), (inner, width))
    )
    rows = math.ceil(filters / columns)
    grid = canvas(rows * (block_height + GAP) - GAP, columns * (block_width + GAP) - GAP)
    for filter_, tile in np.ndindex(filters, per_filter):
        left = filter_ % columns * (block_width + GAP) + tile % inner * (width * scale + INNER_GAP)
        top = filter_ // columns * (block_height + GAP) + tile // inner * (height * scale + INNER_GAP)
        put(grid, enlarged(tiles[filter_, tile], scale), left, top)
    return Drawing(grid.shape[1], grid.shape[0], (Picture(grid, 0, 0),))


def _columns(filters: int) -> int:
    """Twice as many columns as rows, or nearly, where that leaves no row half full."""
    wanted = math.sqrt(2 * filters)
    full = [count for count in range(1, filters + 1) if filters % count == 0]
    best = min(full, key=lambda count: abs(math.log(count / wanted)))
    return best if wanted / 1.6 <= best <= 1.6 * wanted else min(filters, round(wanted))
