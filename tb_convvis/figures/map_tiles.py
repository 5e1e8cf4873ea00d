"""The tiles of a map: projections beside the patches they belong to; hatched where no picture excites it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tb_convvis.figures.drawing import Drawing, Item, Picture, Pixels, Text, beside, box, line
from tb_convvis.figures.facts import Facts
from tb_convvis.figures.probe import Probe, probe_of
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.tiles import canvas, enlarged, put
from tb_convvis.figures.top import State, Top, state_of, top_of
from tb_convvis.figures.words import one_line

WIDTH = 1760
"""Of all runs together, in pixels, where no scale is given."""

LARGEST = 5
"""Pixels of a projection's pixel at most where no scale is given."""

GAP, BETWEEN = 2, 8
"""Between tiles, and between projections and patches."""

FIRST_MAP = 3
"""Blob with the projections of the first map, after the activations and the overview."""

HATCH = "#5a5a5a"
"""Seen on paper, and not the grey of what nothing influences."""


@dataclass(frozen=True)
class MapTiles:
    """The maps of a record of `top`, with the pictures that excite them where those were logged."""

    record: Record
    top: Top
    probe: Probe | None

    @property
    def tile(self) -> tuple[int, int]:
        """Height and width of a projection; of a picture where there are none."""
        if self.top.tiles:
            return self.top.tiles.tile
        if self.probe is None:
            raise self.record.malformed("neither projections nor probe pictures are here")
        return self.probe.size

    def size(self, scale: int) -> tuple[int, int]:
        """Return the height of a map's tiles, and the width of its projections and patches together."""
        height, width = self._block(scale)
        blocks = sum((self.top.tiles is not None, self.probe is not None))
        return height, blocks * width + (blocks - 1) * BETWEEN

    def state(self, map_: int) -> State | None:
        """Return what became of a map; None where it was not drawn."""
        place = self.top.place(map_)
        return None if place is None else state_of(self.top.entry(place, 0).value)

    def drawn(self, map_: int, scale: int, text: float) -> Drawing:
        """Return the tiles of a map, or what stands in their place."""
        place, state = self.top.place(map_), self.state(map_)
        tall, wide = self.size(scale)
        if place is None:
            words = Text("not drawn", wide / 2, tall / 2 + 0.35 * text, text, "middle", "#666666")
            return Drawing(wide, tall, (box(0.5, 0.5, wide - 1, tall - 1, stroke="#bdbdbd"), words))
        if state != "alive":
            height, width = self._block(scale)
            blank = Drawing(width, height, tuple(hatched(width, height, crossed=state == "not finite")))
            return beside([blank] * (1 if wide == width else 2), BETWEEN)
        blocks = [self._projections(place, scale)] if self.top.tiles else []
        blocks += [self._patches(place, scale, self.probe)] if self.probe else []
        across = blocks[0].shape[1] + BETWEEN
        return Drawing(wide, tall, tuple(Picture(one, at * across, 0) for at, one in enumerate(blocks)))

    def pixel_words(self) -> str:
        """Return of what a pixel of a projection is made."""
        block = self.top.tiles.block if self.top.tiles else 1
        return (
            f"of the input, {block} by {block} averaged into one of a projection"
            if block > 1
            else "of the input"
        )

    def side_words(self) -> str:
        """Return what stands where."""
        if not self.top.tiles:
            refused = self.record.manifest.facts.get("refused")
            return f"pictures alone, no projections: {one_line(refused)}"
        if self.probe is None:
            return "projections alone: the probe pictures are not in the log"
        return "left the projections, right the patches they belong to"

    def _block(self, scale: int) -> tuple[int, int]:
        height, width = self.tile
        across = self.top.across
        rows = math.ceil(self.top.k / across)
        return rows * (height * scale + GAP) - GAP, across * (width * scale + GAP) - GAP

    def _tiled(self, tiles: Sequence[Pixels], scale: int) -> Pixels:
        height, width = (side * scale for side in self.tile)
        block = canvas(*self._block(scale))
        for slot, tile in enumerate(tiles):
            across = self.top.across
            put(block, tile, slot % across * (width + GAP), slot // across * (height + GAP))
        return block

    def _projections(self, place: int, scale: int) -> Pixels:
        tiles = self.top.projections(self.record, FIRST_MAP + place, self.top.across)
        return self._tiled([enlarged(tile, scale) for tile in tiles], scale)

    def _patches(self, place: int, scale: int, probe: Probe) -> Pixels:
        height, width = (side * scale for side in self.tile)
        entries = [self.top.entry(place, slot) for slot in range(self.top.k)]
        return self._tiled([probe.patch(one, self.top.tiles, (width, height)) for one in entries], scale)


def map_tiles_of(run: Run, layer: str, epoch: int | None) -> MapTiles:
    """Return the maps of a layer as an epoch is shown with them.

    Raises:
        ValueError: nothing was logged of the layer at or before the epoch.
        UnreadableError: the record is damaged.
    """
    record = run.record("top", layer, epoch)
    return MapTiles(record, top_of(record), probe_of(run, "pictures", record.step))


def hatched(width: float, height: float, *, crossed: bool) -> list[Item]:
    """Return slanting lines that fill a frame, in both directions where it is crossed."""
    pitch = max(5, min(width, height) / 12)
    look = {"stroke": HATCH, "width": pitch / 9}
    items: list[Item] = [box(0, 0, width, height, **look)]
    for number in range(math.ceil((width + height) / pitch)):
        # The line on which x + y is the same, from its upper end to its lower one.
        sum_ = (number + 0.5) * pitch
        if sum_ >= width + height:
            break
        (x1, y1), (x2, y2) = (
            (min(sum_, width), max(0, sum_ - width)),
            (max(0, sum_ - height), min(sum_, height)),
        )
        items.append(line((x1, y1), (x2, y2), **look))
        if crossed:
            items.append(line((width - x1, y1), (width - x2, y2), **look))
    return items


def hatch_facts(states: Iterable[State | None]) -> Facts:
    """Return what hatching means, where there is some."""
    found = set(states)
    meanings = {
        "dead": ("hatched", "dead: no picture excites the map"),
        "not finite": ("crossed", "not finite: none of the map's activations is a finite number"),
    }
    return [meaning for state, meaning in meanings.items() if state in found]
