"""What a browser is sent of the page: little, nothing that runs text as code, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "tb_convvis" / "static"
OPENING_BYTES = 80_000
"""Gzipped, of all that is fetched as the page opens; views fetch theirs when they are first opened."""
NAMESPACES = {
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/2000/svg",
}
"""Names of kinds of elements, which nothing is fetched from."""


def scripts() -> dict[str, str]:
    found = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.js")}
    assert "index.js" in found, "build the page first: make page"
    return found


def opening(texts: dict[str, str]) -> set[str]:
    """The page and what it imports at once, however deep."""
    names, todo = set(), ["index.js"]
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            todo += re.findall(r'(?:from|import)\s*"\./([\w.]+)"', texts[name])
    return names


def test_what_opens_the_page_is_small() -> None:
    texts = scripts()
    names = opening(texts)
    assert len(names) < len(texts), "views that are not seen yet are fetched later"
    assert sum(len(gzip.compress(texts[name].encode())) for name in names) <= OPENING_BYTES


TEXT_AS_CODE = [r"\beval\s*\(", r"new\s+Function\b", r"set(?:Timeout|Interval)\s*\(\s*[\"'`]"]


@pytest.mark.parametrize("pattern", TEXT_AS_CODE)
def test_no_text_is_run_as_code(pattern: str) -> None:
    assert {name for name, text in scripts().items() if re.search(pattern, text)} == set()


def test_nothing_comes_from_another_origin() -> None:
    address = re.compile(r"https?://[^\s\"'`)]*")
    assert {found for text in scripts().values() for found in address.findall(text)} <= NAMESPACES
