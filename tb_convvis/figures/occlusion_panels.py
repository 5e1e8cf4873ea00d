"""The five panels of an occluded picture."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tb_convvis.figures.colours import OTHER_CLASS, Scale, rgb
from tb_convvis.figures.drawing import BLACK, Drawing, Item, Picture, Pixels, Text, box, line
from tb_convvis.figures.font import clip
from tb_convvis.figures.heat import laid_over, shown_positions
from tb_convvis.figures.occlusion_record import FIRST_TILES, Occluded
from tb_convvis.figures.probe import MID_GREY, Probe
from tb_convvis.figures.tiles import canvas, fitted
from tb_convvis.figures.words import number

TEXT, SMALL = 14, 12
HEAD = 38
"""Height of the two lines above a panel."""

OPACITY = 0.7
NAMED = 6
"""So many classes are named."""

RAMP_HEIGHT = 9
GAP = 4


@dataclass(frozen=True)
class Common:
    """What the panels of all runs share: the scale of shares, and the colours of classes by name."""

    activation: Scale
    classes: dict[str, str]


@dataclass(frozen=True)
class Row:
    """What the panels of one run are drawn from; `scale` in pixels per pixel of the picture."""

    occluded: Occluded
    probe: Probe | None
    image: int
    common: Common
    scale: int

    def name_of(self, label: int) -> str:
        """Return the name of a class."""
        return self.probe.name_of(label) if self.probe else f"class {label}"


def percent_of(scale: Scale) -> Callable[[float], str]:
    """Return how a share is said: in so many digits that both ends of its scale differ."""
    digits = max(0, math.ceil(-math.log10(scale.high - scale.low)) - 1)
    return lambda share: f"{100 * share:.{digits}f} %"


def panels_of(row: Row) -> list[Drawing]:
    """Return the panels, from a to e."""
    occluded = row.occluded
    map_ = occluded.own("strongest_map")
    label = row.name_of(occluded.own("labels"))
    named = row.probe and row.probe.class_name(row.image)
    activation = _heat(row, occluded.shares(), row.common.activation.pixels)
    probability = _heat(row, occluded.probability, Scale(0, 1).pixels)
    classes = _heat(row, occluded.classes(), lambda values: _class_pixels(row, values), alpha=1)
    width = activation.shape[1]
    percent = percent_of(row.common.activation)
    return [
        _panel("a", "picture", named or f"number {row.image}", _covered(row)),
        _panel(
            "b",
            "activation",
            f"map {map_}, share of its total",
            _under(activation, _scale_bar(row.common.activation, percent, width, mark=1)),
        ),
        _panel("c", "projections", f"of map {map_}, and patches", _projections(row)),
        _panel(
            "d", "probability", f"of {label}", _under(probability, _scale_bar(Scale(0, 1), number, width))
        ),
        _panel(
            "e", "most probable class", "with the occluder there", _under(classes, _class_list(row, width))
        ),
    ]


def _panel(letter: str, title: str, detail: str, content: Drawing) -> Drawing:
    room = content.width
    words = (
        Text(clip(f"{letter}  {title}", TEXT, room), 0, TEXT, TEXT),
        Text(clip(detail, SMALL, room), 0, TEXT + 1.35 * SMALL, SMALL, colour="#444444"),
    )
    return Drawing(room, content.height + HEAD, (*words, *content.at(0, HEAD)))


def _under(pixels: Pixels, legend: Drawing) -> Drawing:
    height, width = pixels.shape[:2]
    items = (Picture(pixels, 0, 0), *legend.at(0, height + 7))
    return Drawing(max(width, legend.width), height + 7 + legend.height, items)


def _picture(row: Row) -> Pixels:
    """The picture in squares, grey where it is not in the log."""
    height, width = row.occluded.frame
    if row.probe is None or row.probe.size != (height, width):
        return canvas(height * row.scale, width * row.scale, MID_GREY)
    image = row.probe.picture(row.image)
    return fitted(image, (0, 0, image.width, image.height), (width * row.scale, height * row.scale))


def _covered(row: Row) -> Drawing:
    """The picture with the occluder where the probability is the lowest."""
    pixels = _picture(row).copy()
    facts = row.occluded.record.manifest.facts
    at_row, at_col = row.occluded.lowest()
    top, left = (edge * row.scale for edge in (facts["rows"][at_row], facts["cols"][at_col]))
    height, width = (side * row.scale for side in facts["size"])
    colour = (*(facts.get("colour") or ()), *(MID_GREY,) * 3)[:3]
    pixels[top : top + height, left : left + width] = np.clip(colour, 0, 255)
    frame = box(left + 0.5, top + 0.5, width - 1, height - 1, stroke=BLACK)
    return Drawing(pixels.shape[1], pixels.shape[0], (Picture(pixels, 0, 0), frame))


def _heat(
    row: Row, values: np.ndarray, colour: Callable[[np.ndarray], Pixels], alpha: float = OPACITY
) -> Pixels:
    facts = row.occluded.record.manifest.facts
    picture = _picture(row)
    rows, cols = (
        shown_positions(facts[name], facts["size"][axis], row.occluded.frame[axis], picture.shape[axis])
        for axis, name in enumerate(("rows", "cols"))
    )
    return laid_over(picture, values, rows, cols, colour, alpha)


def _class_pixels(row: Row, values: np.ndarray) -> Pixels:
    pixels = np.empty((*values.shape, 3), np.uint8)
    for label in np.unique(values):
        pixels[values == label] = rgb(row.common.classes.get(row.name_of(int(label)), OTHER_CLASS))
    return pixels


def _projections(row: Row) -> Drawing:
    """The map's projections: first that into this picture, framed, then those into its strongest others."""
    occluded = row.occluded
    top = occluded.top
    height = occluded.frame[0] * row.scale
    tile = top.tiles.tile if top.tiles else occluded.frame
    tall = max(1, (height - (top.k - 1) * GAP) // top.k)
    wide = max(1, round(tall * tile[1] / tile[0]))
    blocks: list[list[Pixels]] = []
    answered = occluded.own("unoccluded_probability") is not None
    if top.tiles:
        drawn = top.projections(occluded.record, FIRST_TILES + occluded.place, top.k) if answered else []
        grey = [canvas(tall, wide, MID_GREY)] * (top.k - len(drawn))
        blocks.append([*(_resized(one, wide, tall) for one in drawn), *grey])
    if row.probe is not None:
        entries = [top.entry(occluded.place, slot) for slot in range(top.k)]
        blocks.append([row.probe.patch(entry, top.tiles, (wide, tall)) for entry in entries])
    items: list[Item] = [
        Picture(one, column * (wide + GAP), slot * (tall + GAP))
        for column, block in enumerate(blocks)
        for slot, one in enumerate(block)
    ]
    across = len(blocks) * (wide + GAP) - GAP
    items.append(box(0, 0, across, tall, stroke=BLACK, width=1.5))
    return Drawing(max(across, 150), height, tuple(items))


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    return fitted(Image.fromarray(pixels), (0, 0, pixels.shape[1], pixels.shape[0]), (width, height))


def _scale_bar(scale: Scale, say: Callable[[float], str], width: int, mark: float | None = None) -> Drawing:
    ramp = scale.pixels(np.linspace(scale.low, scale.high, width))
    items: list[Item] = [
        Picture(ramp[None].repeat(RAMP_HEIGHT, axis=0), 0, 0),
        box(0.5, 0.5, width - 1, RAMP_HEIGHT - 1, stroke=BLACK, width=0.75),
        Text(say(scale.low), 0, RAMP_HEIGHT + 13, SMALL),
        Text(say(scale.high), width, RAMP_HEIGHT + 13, SMALL, "end"),
    ]
    if mark is not None:
        x = (mark - scale.low) / (scale.high - scale.low) * width
        items.append(line((x, -3), (x, RAMP_HEIGHT + 3), stroke=BLACK, width=1.5))
    return Drawing(width, RAMP_HEIGHT + 17, tuple(items))


def _class_list(row: Row, width: int) -> Drawing:
    """The classes by how often they win, each with its colour."""
    classes = row.occluded.classes()
    known = classes[np.isfinite(classes)].astype(int)
    ranked = Counter(known.tolist()).most_common()
    items: list[Item] = []
    said: Sequence[str] = [
        *([f"and {len(ranked) - NAMED} more"] if len(ranked) > NAMED else []),
        *([f"striped: {classes.size - known.size} missing"] if known.size < classes.size else []),
    ]
    pitch = 17
    for at, (label, _) in enumerate(ranked[:NAMED]):
        name = row.name_of(label)
        items.append(box(0, at * pitch, 10, 10, fill=row.common.classes.get(name, OTHER_CLASS)))
        items.append(Text(clip(name, SMALL, width - 16), 16, at * pitch + 9.5, SMALL))
    first = min(NAMED, len(ranked))
    items += [Text(words, 0, (first + at) * pitch + 9.5, SMALL) for at, words in enumerate(said)]
    return Drawing(width, (first + len(said)) * pitch, tuple(items))
