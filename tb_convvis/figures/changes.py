"""What changed between two epochs: maps that died or came back, then the most changed, at A and at B."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tb_convvis.figures.colours import LINE_STRONG
from tb_convvis.figures.comparison import Pair, counted, pair_of
from tb_convvis.figures.drawing import Drawing, Item, Text, all_headed, beside, line
from tb_convvis.figures.facts import Ask, Facts, facts_of, layer_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.font import width_of
from tb_convvis.figures.map_tiles import LARGEST, WIDTH, hatch_facts
from tb_convvis.figures.ranking import Change
from tb_convvis.figures.run import Run
from tb_convvis.figures.words import enumerate_words, one_line

COLUMNS = 2
"""Maps side by side, of all runs together."""

BETWEEN, SPACING = 26, 40
"""Between A and B, and between maps."""

SMALL = 0.9
"""Height of what stands below a map, of the text."""


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the maps that changed from A to B, runs side by side."""
    layer = layer_of(runs, "top", ask.layer)
    pairs = [pair_of(run, layer, ask) for run in runs]
    scale = ask.scale or min(_fitting(pair, len(runs)) for pair in pairs)
    text = max(12, round(sum(_columns(pair, len(runs)) * _across(pair, scale) for pair in pairs) / 75))
    words = [_words(pair, ask, named=len(runs) > 1) for pair in pairs]
    panels = all_headed(words, [_panel(pair, scale, len(runs), text) for pair in pairs], text)
    title = f"{titles_of(runs)}: what changed in the maps of {layer}"
    facts = together([_all_facts(pair, layer, ask) for pair in pairs])
    return Figure("changes", title, facts, beside(panels, SPACING), text=text)


def _words(pair: Pair, ask: Ask, *, named: bool) -> list[str]:
    a, b = (f"epoch {words}" if words.isdigit() else words for words in pair.epoch_words(ask))
    names = [one_line(pair.run.title, 60)] if named else []
    return [*names, f"A {a} → B {b}", pair.changes.words()]


def _across(pair: Pair, scale: int) -> int:
    """Width of a map at A and at B."""
    return pair.a.size(scale)[1] + BETWEEN + pair.b.size(scale)[1]


def _columns(pair: Pair, runs: int) -> int:
    return min(len(pair.listed), max(1, COLUMNS // runs))


def _fitting(pair: Pair, runs: int) -> int:
    columns, room = _columns(pair, runs), WIDTH // runs
    fits = [scale for scale in range(1, LARGEST + 1) if columns * (_across(pair, scale) + SPACING) <= room]
    return fits[-1] if fits else 1


def _panel(pair: Pair, scale: int, runs: int, text: float) -> Drawing:
    """The maps of one run, row by row."""
    columns = _columns(pair, runs)
    cards = [_card(pair, change, scale, text) for change in pair.listed]
    items: list[Item] = []
    wide, down = max(card.width for card in cards) + SPACING, cards[0].height + text
    top = round(1.4 * text)
    for at, card in enumerate(cards):
        items += card.at(at % columns * wide, top + at // columns * down)
    for column in range(columns):
        second = column * wide + pair.a.size(scale)[1] + BETWEEN
        items += [Text("A", column * wide, text, text), Text("B", second, text, text)]
    rows = math.ceil(len(cards) / columns)
    return Drawing(columns * wide - SPACING, top + rows * down - text, tuple(items))


def _card(pair: Pair, change: Change, scale: int, text: float) -> Drawing:
    """A map at A and at B, and below it its number, its rank and its strengths."""
    sides = [side.drawn(change.map, scale, text) for side in (pair.a, pair.b)]
    tiles = beside(sides, BETWEEN)
    left, right = f"map {change.map}", change.rank_words()
    small = round(SMALL * text)
    strengths = f"strength {change.strength_words()}"
    width = max(
        tiles.width,
        width_of(left, text) + 2 * text + width_of(right, text),
        width_of(strengths, small),
    )
    middle = sides[0].width + BETWEEN / 2
    items = [
        *tiles.items,
        line((middle, 0), (middle, tiles.height), stroke=LINE_STRONG),
        Text(left, 0, tiles.height + 1.2 * text, text),
        Text(right, width, tiles.height + 1.2 * text, text, "end"),
        Text(strengths, 0, tiles.height + 1.2 * text + 1.3 * small, small, colour="#444444"),
    ]
    return Drawing(width, tiles.height + round(1.5 * text + 1.3 * small), tuple(items))


def _all_facts(pair: Pair, layer: str, ask: Ask) -> Facts:
    record = pair.b.record
    a, b = pair.epoch_words(ask)
    facts = facts_of(pair.run, "features", layer, (record.step, record.wall_time), ask, _facts(pair))
    return [("epochs", f"A {a}, B {b}") if name == "epoch" else (name, value) for name, value in facts]


def _facts(pair: Pair) -> Facts:
    maps = [one.map for one in pair.listed]
    states = [side.state(map_) for side in (pair.a, pair.b) for map_ in maps]
    sides = list(dict.fromkeys(side.side_words() for side in (pair.a, pair.b)))
    return [
        ("changes", pair.changes.words()),
        ("maps", f"{enumerate_words(maps, most=40)}: {counted(pair.listed, pair.changes)}"),
        ("ranked by", "turnover: the share of the strongest pictures that are others"),
        ("rule", pair.b.top.rule),
        ("scale", one_line(pair.b.record.manifest.facts.get("display", "not told"))),
        ("pixels", pair.b.pixel_words()),
        ("shown", f"A left, B right; of each {'; '.join(sides)}"),
        *hatch_facts(states),
    ]
