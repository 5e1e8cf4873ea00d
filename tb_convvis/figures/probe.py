"""The probe pictures that records refer to by number, and the patches cut out of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PIL import Image

from tb_convvis.blobs import Picture
from tb_convvis.figures.drawing import Pixels
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.tiles import canvas, fitted, opened, put
from tb_convvis.figures.top import Entry, Tiles
from tb_convvis.figures.words import one_line

MID_GREY = 128


@dataclass(frozen=True)
class Probe:
    """The probe set of a fit: its pictures, read as they are needed, and the names of their classes."""

    record: Record
    size: tuple[int, int]
    _known: dict[int, Image.Image] = field(default_factory=dict, repr=False)

    def picture(self, image: int) -> Image.Image:
        """Return a picture as it was logged.

        Raises:
            UnreadableError: it is damaged, or there is none of this number.
        """
        if image not in self._known:
            blob = self.record.blob(image + 1)
            if not isinstance(blob, Picture):
                raise self.record.malformed(f"blob {image + 1} is not a picture")
            try:
                self._known[image] = opened(blob)
            except ValueError as error:
                raise self.record.malformed(error) from None
        return self._known[image]

    def patch(self, entry: Entry, tiles: Tiles | None, size: tuple[int, int]) -> Pixels:
        """Return what a unit sees of its picture, so that it lies on the projection; grey beyond the picture.

        Args:
            entry: the activation.
            tiles: how projections were logged; None for the whole picture.
            size: width and height of the result in pixels.
        """
        width, height = size
        pixels = canvas(height, width, MID_GREY)
        if entry.image < 0 or not entry.value > 0:
            return pixels
        picture = self.picture(entry.image)
        left, top, tall, wide = 0.0, 0.0, float(picture.height), float(picture.width)
        extent = (tall, wide)
        if tiles:
            extent = (tiles.tile[0] * tiles.block, tiles.tile[1] * tiles.block)
            if math.isfinite(entry.top) and math.isfinite(entry.left):
                left, top, (tall, wide) = entry.left, entry.top, tiles.window
        box = max(0, left), max(0, top), min(picture.width, left + wide), min(picture.height, top + tall)
        if box[2] <= box[0] or box[3] <= box[1]:
            return pixels
        # Where the part that lies in the picture stands in the tile.
        first, last = (
            [round_half_up((edge - left) / extent[1] * width) for edge in box[0::2]],
            [round_half_up((edge - top) / extent[0] * height) for edge in box[1::2]],
        )
        room = first[1] - first[0], last[1] - last[0]
        if min(room) > 0:
            put(pixels, fitted(picture, box, room), first[0], last[0])
        return pixels

    def class_name(self, image: int) -> str | None:
        """Return the class of a picture, None where it is not known."""
        labels = self.record.manifest.facts.get("labels")
        label = labels[image] if isinstance(labels, list) and 0 <= image < len(labels) else None
        return None if label is None else self.name_of(label)

    def name_of(self, label: object) -> str:
        """Return the name of a class."""
        names = self.record.manifest.facts.get("class_names")
        if isinstance(names, list) and isinstance(label, int) and 0 <= label < len(names):
            return one_line(names[label], 60)
        return f"class {label}"


def probe_of(run: Run, subject: str, step: int) -> Probe | None:
    """Return the probe set that the record of a step refers to: that of its fit. None where none was logged.

    Raises:
        UnreadableError: it is damaged.
    """
    if subject not in run.layers("probe"):
        return None
    try:
        record = run.record("probe", subject, step)
    except ValueError:
        return None
    size = record.manifest.facts.get("size")
    if not isinstance(size, list) or len(size) != 2 or not all(isinstance(side, int) for side in size):
        raise record.malformed(f"a size of {size}")
    return Probe(record, (size[0], size[1]))


def round_half_up(value: float) -> int:
    """Round as the page does."""
    return math.floor(value + 0.5)
