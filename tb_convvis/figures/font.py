"""The type of figures: how wide a text is, and where a line of it ends."""

from __future__ import annotations

import re
from functools import cache

from PIL import ImageFont

FAMILY = "Helvetica, Arial, 'Liberation Sans', sans-serif"
"""Of an SVG: the same as in what the page exports."""

_FILES = ("Helvetica.ttc", "Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf", "DejaVuSans.ttf")
_PLAIN = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{RIGHTWARDS ARROW}": "->",
        "\N{MIDDLE DOT}": "-",
        "\u2009": " ",
        "\u00a0": " ",
    }
)

_SPACES = re.compile("[^\\S\u2009\u00a0]+")
"""Where a line may end: not between a number and its unit."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _file() -> str | None:
    """The first of the usual fonts that this machine has."""
    for name in _FILES:
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return name
    return None


@cache
def font_of(size: float) -> Font:
    """Return the font of a size in pixels; where the machine has none of the usual ones, Pillow's own."""
    name = _file()
    return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)


def drawable(text: str) -> str:
    """Return a text with the signs that the font has: Pillow's own knows hardly more than ASCII."""
    return text if _file() else text.translate(_PLAIN)


def width_of(text: str, size: float) -> float:
    """Return the width of a line in pixels, a little more than it is: fonts differ between programs."""
    return 1.03 * font_of(size).getlength(drawable(text))


def wrap(text: str, size: float, room: float) -> list[str]:
    """Return the lines of a text, none wider than the room; a word that is wider is broken."""
    lines: list[str] = []
    line = ""
    for word in filter(None, _SPACES.split(text)):
        longer = f"{line} {word}" if line else word
        if line and width_of(longer, size) > room:
            lines.append(line)
            longer = word
        while width_of(longer, size) > room and len(longer) > 1:
            cut = len(longer) - 1
            while cut > 1 and width_of(longer[:cut], size) > room:
                cut -= 1
            lines.append(longer[:cut])
            longer = longer[cut:]
        line = longer
    return [*lines, line] if line else lines


def clip(text: str, size: float, room: float) -> str:
    """Return a text that is no wider than the room, its end cut off where it is."""
    if width_of(text, size) <= room:
        return text
    while text and width_of(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
