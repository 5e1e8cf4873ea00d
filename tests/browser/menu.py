"""The menu of what can be exported, and the files that it gives."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.browser.tab import Tab

Pixels = NDArray[np.uint8]

TIMES = "\N{MULTIPLICATION SIGN}"


class Menu:
    """The opened menu."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        tab.find("button[aria-label=export]").click()
        self.dialog = tab.find("[role=dialog][aria-label=export]")
        self.dialog.locator("li").first.wait_for()

    def save(self, label: str) -> tuple[str, bytes]:
        """The name and the bytes of the file that a button gives."""
        with self.tab.page.expect_download() as download:
            self.dialog.get_by_label(label, exact=True).click()
        return download.value.suggested_filename, Path(download.value.path()).read_bytes()

    def picture(self, label: str) -> tuple[Pixels, dict[str, Any]]:
        name, data = self.save(label)
        assert name.endswith(".png")
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(image.convert("RGB")), dict(image.info)

    def drawing(self, label: str) -> ElementTree.Element:
        name, data = self.save(label)
        assert name.endswith(".svg")
        return ElementTree.fromstring(data)  # noqa: S314

    def table(self, label: str) -> tuple[list[str], list[dict[str, str]]]:
        """Comments and rows."""
        name, data = self.save(label)
        assert name.endswith(".csv")
        lines = data.decode().split("\r\n")
        comments = [line for line in lines if line.startswith("#")]
        return comments, list(csv.DictReader(lines[len(comments) :]))
