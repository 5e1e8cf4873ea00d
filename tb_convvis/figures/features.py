"""What excites the maps of a layer: projections beside patches, after Zeiler & Fergus (2013), Fig. 2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tb_convvis.figures.drawing import Drawing, Item, Text, beside, headed
from tb_convvis.figures.facts import Ask, Facts, epochs_words, facts_of, layer_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.map_tiles import LARGEST, WIDTH, MapTiles, hatch_facts, map_tiles_of
from tb_convvis.figures.run import Run
from tb_convvis.figures.words import enumerate_words, number, one_line, plural, ranges

MAPS = 16
"""Of a figure where none is named: the first of those that were drawn."""

COLUMNS = 4
"""Maps side by side, of all runs together."""

SPACING = 18
"""Between maps."""


@dataclass(frozen=True)
class Shown:
    """A record with what is drawn of it."""

    run: Run
    tiles: MapTiles
    maps: tuple[int, ...]


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the projections and patches of maps, runs side by side."""
    layer = layer_of(runs, "top", ask.layer)
    shown = [_read(run, layer, ask) for run in runs]
    scale = ask.scale or min(_fitting(one, len(runs)) for one in shown)
    text = max(12, round(sum(_columns(one, len(runs)) * one.tiles.size(scale)[1] for one in shown) / 75))
    panels = [_panel(one, scale, len(runs), text) for one in shown]
    if len(runs) > 1:
        panels = [headed(run.title, panel, text) for run, panel in zip(runs, panels, strict=True)]
    records = [one.tiles.record for one in shown]
    all_facts = [
        facts_of(one.run, "features", layer, (record.step, record.wall_time), ask, _facts(one))
        for one, record in zip(shown, records, strict=True)
    ]
    title = (
        f"{titles_of(runs)}: what excites the maps of {layer}, {epochs_words([one.step for one in records])}"
    )
    return Figure("features", title, together(all_facts), beside(panels, 2 * SPACING), text=text)


def _read(run: Run, layer: str, ask: Ask) -> Shown:
    tiles = map_tiles_of(run, layer, ask.epoch)
    top = tiles.top
    strange = [one for one in ask.maps or () if one not in top.maps]
    if strange:
        raise ValueError(
            f"{run.title}: maps that were not drawn at epoch {tiles.record.step}. Received: maps={strange}. "
            f"Expected some of {ranges(top.maps)}."
        )
    return Shown(run, tiles, ask.maps or tuple(sorted(top.maps)[:MAPS]))


def _columns(shown: Shown, runs: int) -> int:
    return min(len(shown.maps), max(1, COLUMNS // runs))


def _fitting(shown: Shown, runs: int) -> int:
    columns = _columns(shown, runs)
    room = WIDTH // runs
    fits = [
        scale for scale in range(1, LARGEST + 1) if columns * (shown.tiles.size(scale)[1] + SPACING) <= room
    ]
    return fits[-1] if fits else 1


def _panel(shown: Shown, scale: int, runs: int, text: float) -> Drawing:
    """The maps of one run, row by row, the number and the strongest activation below each."""
    tall, wide = shown.tiles.size(scale)
    columns = _columns(shown, runs)
    items: list[Item] = []
    down = tall + round(1.9 * text)
    for at, map_ in enumerate(shown.maps):
        left, top = at % columns * (wide + SPACING), at // columns * down
        items += shown.tiles.drawn(map_, scale, text).at(left, top)
        state = shown.tiles.state(map_)
        value = shown.tiles.top.entry(shown.tiles.top.maps.index(map_), 0).value
        said = number(value) if state == "alive" else str(state)
        items.append(Text(f"map {map_}", left, top + tall + 1.1 * text, text))
        items.append(Text(said, left + wide, top + tall + 1.1 * text, text, "end"))
    rows = math.ceil(len(shown.maps) / columns)
    return Drawing(columns * (wide + SPACING) - SPACING, rows * down, tuple(items))


def _facts(shown: Shown) -> Facts:
    top = shown.tiles.top
    some = "" if len(shown.maps) == top.of else f", {len(shown.maps)} of {top.of}"
    drawn = "" if len(top.maps) == top.of else f" ({len(top.maps)} were drawn)"
    states = {one: shown.tiles.state(one) for one in shown.maps}
    silent = {state: [one for one in shown.maps if states[one] == state] for state in ("dead", "not finite")}
    return [
        ("maps", f"{ranges(shown.maps)}{some}{drawn}"),
        ("rule", top.rule),
        ("scale", one_line(shown.tiles.record.manifest.facts.get("display", "not told"))),
        ("pixels", shown.tiles.pixel_words()),
        ("shown", shown.tiles.side_words()),
        *[
            (state, f"{plural(len(found), 'map')}: {enumerate_words(found)}")
            for state, found in silent.items()
            if found
        ],
        *hatch_facts(states.values()),
    ]
