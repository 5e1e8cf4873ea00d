"""Writes a drawing as SVG, its pictures inside it pixel by pixel."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from PIL import Image

from tb_convvis.figures.drawing import Drawing, Item, Path, Picture, Text
from tb_convvis.figures.font import FAMILY

Facts = Sequence[tuple[str, str]]

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg(drawing: Drawing, title: str, description: str, facts: Facts) -> str:
    """Return the text of an SVG file."""
    width, height = _short(drawing.width), _short(drawing.height)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
            f'font-family="{FAMILY}">',
            f"<title>{_escape(title)}</title>",
            f"<desc>{_escape(description)}</desc>",
            f"<metadata>{_escape(chr(10).join(f'{name}: {value}' for name, value in facts))}</metadata>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *map(_item, drawing.items),
            "</svg>\n",
        ]
    )


def _item(item: Item) -> str:
    if isinstance(item, Picture):
        return _picture(item)
    return _text(item) if isinstance(item, Text) else _path(item)


def _picture(item: Picture) -> str:
    file = io.BytesIO()
    Image.fromarray(item.pixels).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    height, width = item.pixels.shape[:2]
    # Both ways to ask for squares, and to name the picture: drawing programs know the older ones.
    return (
        f'<image x="{_short(item.left)}" y="{_short(item.top)}" width="{width}" height="{height}" '
        'preserveAspectRatio="none" style="image-rendering:optimizeSpeed;image-rendering:pixelated" '
        f'xlink:href="data:image/png;base64,{data}"/>'
    )


def _text(item: Text) -> str:
    anchor = "" if item.anchor == "start" else f' text-anchor="{item.anchor}"'
    place = f'x="{_short(item.x)}" y="{_short(item.y)}"'
    look = f'font-size="{_short(item.size)}" fill="{item.colour}"'
    return f"<text {place} {look}{anchor}>{_escape(item.text)}</text>"


def _path(item: Path) -> str:
    d = "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in item.points.tolist())
    look = {"fill": item.fill or "none"}
    if item.stroke:
        look |= {"stroke": item.stroke, "stroke-width": _short(item.width), "stroke-linejoin": "round"}
    if item.dash:
        look["stroke-dasharray"] = " ".join(map(_short, item.dash))
    if item.alpha < 1:
        look["opacity"] = _short(item.alpha)
    return f'<path d="{d}" {" ".join(f"{name}={quoteattr(value)}" for name, value in look.items())}/>'


def _escape(text: str) -> str:
    """Text for XML: what would end it is escaped, what XML cannot hold is left out."""
    return re.sub("[&<>\"']", lambda sign: f"&#{ord(sign[0])};", _FORBIDDEN.sub("", text))


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
