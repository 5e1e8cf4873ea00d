"""What excites the maps of a layer: projections beside patches, after Zeiler & Fergus (2013), Fig. 2."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tb_convvis.figures.drawing import Drawing, Item, Picture, Pixels, Text, beside, headed
from tb_convvis.figures.facts import Ask, Facts, epochs_words, facts_of, layer_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.probe import Probe, probe_of
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.tiles import canvas, enlarged, put
from tb_convvis.figures.top import Top, top_of
from tb_convvis.figures.words import enumerate_words, number, one_line, plural, ranges

WIDTH = 1760
"""Of all runs together, in pixels, where no scale is given."""

MAPS = 16
"""Of a figure where none is named: the first of those that were drawn."""

COLUMNS = 4
"""Maps side by side, of all runs together."""

LARGEST = 5
"""Pixels of a projection's pixel at most where no scale is given."""

GAP, BETWEEN, SPACING = 2, 8, 18
"""Between tiles, between projections and patches, between maps."""

FIRST_MAP = 3
"""Blob with the projections of the first map, after the activations and the overview."""


@dataclass(frozen=True)
class Shown:
    """A record with what is drawn of it."""

    run: Run
    record: Record
    top: Top
    maps: tuple[int, ...]
    probe: Probe | None

    @property
    def tile(self) -> tuple[int, int]:
        """Height and width of a projection; of a picture where there are none."""
        if self.top.tiles:
            return self.top.tiles.tile
        if self.probe is None:
            raise self.record.malformed("neither projections nor probe pictures are here")
        return self.probe.size


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the projections and patches of maps, runs side by side."""
    layer = layer_of(runs, "top", ask.layer)
    shown = [_read(run, layer, ask) for run in runs]
    scale = ask.scale or min(_fitting(one, len(runs)) for one in shown)
    text = max(12, round(sum(_columns(one, len(runs)) * _pair(one, scale)[1] for one in shown) / 75))
    panels = [_panel(one, scale, len(runs), text) for one in shown]
    if len(runs) > 1:
        panels = [headed(run.title, panel, text) for run, panel in zip(runs, panels, strict=True)]
    all_facts = [
        facts_of(one.run, "features", layer, (one.record.step, one.record.wall_time), ask, _facts(one))
        for one in shown
    ]
    steps = [one.record.step for one in shown]
    title = f"{titles_of(runs)}: what excites the maps of {layer}, {epochs_words(steps)}"
    return Figure("features", title, together(all_facts), beside(panels, 2 * SPACING), text=text)


def _read(run: Run, layer: str, ask: Ask) -> Shown:
    record = run.record("top", layer, ask.epoch)
    top = top_of(record)
    strange = [one for one in ask.maps or () if one not in top.maps]
    if strange:
        raise ValueError(
            f"{run.title}: maps that were not drawn at epoch {record.step}. Received: maps={strange}. "
            f"Expected some of {ranges(top.maps)}."
        )
    maps = ask.maps or tuple(sorted(top.maps)[:MAPS])
    return Shown(run, record, top, maps, probe_of(run, "pictures", record.step))


def _pair(shown: Shown, scale: int) -> tuple[int, int]:
    """Height of a map's tiles, and width of its projections and patches together."""
    height, width = shown.tile
    across = shown.top.across
    rows = math.ceil(shown.top.k / across)
    blocks = sum((shown.top.tiles is not None, shown.probe is not None))
    one = across * (width * scale + GAP) - GAP
    return rows * (height * scale + GAP) - GAP, blocks * one + (blocks - 1) * BETWEEN


def _columns(shown: Shown, runs: int) -> int:
    return min(len(shown.maps), max(1, COLUMNS // runs))


def _fitting(shown: Shown, runs: int) -> int:
    columns = _columns(shown, runs)
    room = WIDTH // runs
    fits = [scale for scale in range(1, LARGEST + 1) if columns * (_pair(shown, scale)[1] + SPACING) <= room]
    return fits[-1] if fits else 1


def _panel(shown: Shown, scale: int, runs: int, text: float) -> Drawing:
    """The maps of one run, row by row, the number and the strongest activation below each."""
    tall, wide = _pair(shown, scale)
    columns = _columns(shown, runs)
    items: list[Item] = []
    down = tall + round(1.9 * text)
    for at, map_ in enumerate(shown.maps):
        left, top = at % columns * (wide + SPACING), at // columns * down
        place = shown.top.maps.index(map_)
        blocks = [_projections(shown, place, scale)] if shown.top.tiles else []
        blocks += [_patches(shown, place, scale, shown.probe)] if shown.probe else []
        for number_, block in enumerate(blocks):
            items.append(Picture(block, left + number_ * (block.shape[1] + BETWEEN), top))
        value = shown.top.entry(place, 0).value
        said = number(value) if value > 0 else "dead"
        items.append(Text(f"map {map_}", left, top + tall + 1.1 * text, text))
        items.append(Text(said, left + wide, top + tall + 1.1 * text, text, "end"))
    rows = math.ceil(len(shown.maps) / columns)
    return Drawing(columns * (wide + SPACING) - SPACING, rows * down, tuple(items))


def _block(shown: Shown, tiles: Sequence[Pixels], scale: int) -> Pixels:
    height, width = (side * scale for side in shown.tile)
    across = shown.top.across
    rows = math.ceil(len(tiles) / across)
    block = canvas(rows * (height + GAP) - GAP, across * (width + GAP) - GAP)
    for slot, tile in enumerate(tiles):
        put(block, tile, slot % across * (width + GAP), slot // across * (height + GAP))
    return block


def _projections(shown: Shown, place: int, scale: int) -> Pixels:
    tiles = shown.top.projections(shown.record, FIRST_MAP + place, shown.top.across)
    return _block(shown, [enlarged(tile, scale) for tile in tiles], scale)


def _patches(shown: Shown, place: int, scale: int, probe: Probe) -> Pixels:
    height, width = (side * scale for side in shown.tile)
    entries = [shown.top.entry(place, slot) for slot in range(shown.top.k)]
    return _block(shown, [probe.patch(entry, shown.top.tiles, (width, height)) for entry in entries], scale)


def _facts(shown: Shown) -> Facts:
    top = shown.top
    facts = shown.record.manifest.facts
    of = facts.get("of", len(top.maps))
    some = "" if len(shown.maps) == of else f", {len(shown.maps)} of {of}"
    drawn = "" if len(top.maps) == of else f" ({len(top.maps)} were drawn)"
    sides = "left the projections, right the patches they belong to"
    if not top.tiles:
        sides = f"pictures alone, no projections: {one_line(facts.get('refused'))}"
    elif shown.probe is None:
        sides = "projections alone: the probe pictures are not in the log"
    block = top.tiles.block if top.tiles else 1
    dead = [one for one in shown.maps if not top.entry(top.maps.index(one), 0).value > 0]
    return [
        ("maps", f"{ranges(shown.maps)}{some}{drawn}"),
        ("rule", top.rule),
        ("scale", one_line(facts.get("display", "not told"))),
        (
            "pixels",
            f"of the input, {block} by {block} averaged into one of a projection"
            if block > 1
            else "of the input",
        ),
        ("shown", sides),
        *([("dead", f"{plural(len(dead), 'map')}: {enumerate_words(dead)}")] if dead else []),
    ]
