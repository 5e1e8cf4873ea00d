"""The record of a probe set: its pictures, logged once per fit."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from tb_convvis.callbacks.picture_input import picture_input
from tb_convvis.callbacks.probe import Probe
from tb_convvis.callbacks.record import Record
from tb_convvis.images import Media, draw_input, encode_picture, input_display

LOSSLESS_PROBE_PIXELS = 2_500_000
"""Probe sets up to this many pixels are logged lossless, about 5 MB; larger ones as JPEG."""


def probe_record(probe: Probe, seed: int, class_names: Sequence[str] | None, channel_order: str) -> Record:
    """Return the record of a probe set.

    Args:
        probe: the set.
        seed: that it was drawn with.
        class_names: names of the classes, or None.
        channel_order: "RGB" or "BGR", the order of the network's input channels.

    Raises:
        ValueError: none of the inputs holds pictures.

    Example:
        >>> images = np.zeros((2, 8, 8, 3), np.float32)
        >>> len(probe_record(Probe(images, None, drawn_from=20), 0, None, "RGB").blobs)
        2

    """
    pictures = tf.nest.flatten(probe.images)[picture_input(probe.images)]
    display = input_display(pictures)
    count, height, width = pictures.shape[:3]
    media: Media = "image/png" if count * height * width <= LOSSLESS_PROBE_PIXELS else "image/jpeg"
    facts = {
        "count": count,
        "drawn_from": probe.drawn_from,
        "searched": count if probe.searched is None else probe.searched,
        "seed": seed,
        "labels": [None] * count if probe.labels is None else probe.labels,
        "class_names": class_names,
        "display": display.words,
        "size": (height, width),
    }
    # One at a time: all of them as floating numbers would take four times the room of what the user has.
    drawn = (draw_input(picture[None], display, channel_order)[0] for picture in pictures)
    return Record(facts, [encode_picture(picture, media) for picture in drawn])
