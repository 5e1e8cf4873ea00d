"""A figure: what a notebook shows and a report takes."""

from __future__ import annotations

import io
import os
from functools import cached_property
from pathlib import Path

from PIL import Image, PngImagePlugin

from tb_convvis.figures.drawing import Drawing, captioned
from tb_convvis.figures.raster import paint
from tb_convvis.figures.svg import Facts, to_svg

SUFFIXES = (".png", ".svg")


class Figure:
    """One view of a log directory as a picture; a notebook shows it where it is the last line of a cell.

    Every figure has both forms. Charts are shown as SVG, which stays sharp, pictures of pixels as PNG, which
    no program smoothes.

    Args:
        view: id of the view.
        title: what is seen, in a line.
        facts: where it comes from and how it is drawn: names and values, in order.
        content: what is drawn, without title and caption.
        text: height of the text in dots.
        scale: pixels of `image` per dot.
        chart: whether it is shown as SVG.

    Example:
        >>> shown = tb_convvis.figure("logs", view="filters")  # doctest: +SKIP
        >>> shown.save("filters.png")  # doctest: +SKIP
    """

    def __init__(
        self,
        view: str,
        title: str,
        facts: Facts,
        content: Drawing,
        *,
        text: float = 12,
        scale: int = 1,
        chart: bool = False,
    ) -> None:
        self.view = view
        self.title = title
        self.facts = dict(facts)
        self._scale = scale
        self._chart = chart
        self._drawing = captioned(title, content, self.caption, text)

    @property
    def caption(self) -> str:
        """Where it comes from and how it is drawn, in words: what also stands below it."""
        return "; ".join(f"{name} {value}" for name, value in self.facts.items())

    @cached_property
    def image(self) -> Image.Image:
        """The figure as pixels."""
        return paint(self._drawing, self._scale)

    @cached_property
    def svg(self) -> str:
        """The figure as the text of an SVG file."""
        return to_svg(self._drawing, self.title, self.caption, list(self.facts.items()))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the figure into a file, with what it comes from: text chunks of a PNG, `desc` of an SVG.

        Args:
            path: ends in .png or .svg.

        Raises:
            ValueError: another suffix.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"unknown kind of file. Received: path={str(path)!r}. Expected one of {SUFFIXES}."
            )
        if suffix == ".svg":
            target.write_text(self.svg, encoding="utf-8")
        else:
            target.write_bytes(self._png())

    def _png(self) -> bytes:
        texts = PngImagePlugin.PngInfo()
        for name, value in [("Title", self.title), ("Description", self.caption), *self.facts.items()]:
            texts.add_itxt(name, value)
        file = io.BytesIO()
        self.image.save(file, "PNG", pnginfo=texts)
        return file.getvalue()

    def _repr_png_(self) -> tuple[bytes, dict[str, str]] | None:
        # A screen reader cannot read what is written in pixels.
        return None if self._chart else (self._png(), {"alt": f"{self.title}; {self.caption}"})

    def _repr_svg_(self) -> str | None:
        return self.svg if self._chart else None

    def __repr__(self) -> str:
        return f"<Figure {self.view}: {self.title}; {self.caption}>"
