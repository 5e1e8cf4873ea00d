"""Occlusion records with a planted truth, opened in the page."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_convvis import schema
from tb_convvis.images import encode_picture
from tests.browser import worlds
from tests.browser.board import Board
from tests.browser.tab import RGB, Open, Tab
from tests.logs import LogFile
from tests.occlusion_logs import (
    ANIMALS,
    FEW,
    FRAME,
    LAYER,
    OCCLUDED,
    ONE,
    WINDOW,
    Planted,
    facts_of,
    write_occlusion,
    write_probe,
)

LAST = 6
HOSTILE = "<img src=x onerror=document.title='ran'>"
MANY = Planted(names=(HOSTILE, *ANIMALS[1:]), missing=(9, 15))


def write_world(root: Path) -> None:
    """Runs: many classes; another geometry and fewer epochs; small changes; a dead network; a damaged one."""
    write_occlusion(root / "many", range(LAST + 1), MANY)
    write_occlusion(root / "one", [0, 3, 6], ONE)
    write_occlusion(root / "few", range(3), FEW)
    _write_unanswered(root / "nan")
    _write_damaged(root / "zzz")


def _write_unanswered(directory: Path) -> None:
    """Three epochs of a network whose weights are NaN: no probability is a number, all maps are silent."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        write_probe(log, 0, MANY)
        shape = (len(OCCLUDED) - 1, len(MANY.rows), len(MANY.cols))
        nothing = {
            "images": list(OCCLUDED[:-1]),
            "unoccluded_probability": [None] * shape[0],
            "unoccluded_class": [0] * shape[0],
            "unoccluded_activation": [0.0] * shape[0],
        }
        per_picture = ("labels", "strongest_map")
        facts = facts_of(MANY, 1)
        facts |= nothing | {name: facts[name][:-1] for name in per_picture}
        entries = np.zeros((shape[0], 4, 7), np.float32)
        entries[..., -1] = np.nan
        black = encode_picture(np.zeros((WINDOW[0], 4 * WINDOW[1], 3), np.uint8), "image/png")
        grids = [np.full(shape, np.nan, np.float32), np.zeros(shape, np.int32), np.zeros(shape, np.float32)]
        for step in range(3):
            blobs: list[schema.Blob] = [*grids, entries, *[black] * shape[0]]
            log.record("occlusion", LAYER, step, facts, blobs=blobs, logged=step + 1)


def _write_damaged(directory: Path) -> None:
    """A flipped bit at 0; rows that are not those of the grids at 1; a refused rule at 2, a failure at 3."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        write_probe(log, 0, ONE)
        grids = [
            np.zeros((len(OCCLUDED), len(ONE.rows), len(ONE.cols)), dtype) for dtype in ("f4", "i4", "f4")
        ]
        entries = np.zeros((len(OCCLUDED), 4, 7), np.float32)
        for step in range(3):
            facts = facts_of(ONE, 0.5)
            if step == 1:
                facts["rows"] = facts["rows"][:-1]
            if step == 2:
                facts |= {"refused": "tanh in act1 has no rule.", "window": None, "tile": None}
            manifest, *blobs = schema.encode("occlusion", facts, [*grids, entries], logged=step + 1)
            if step == 0:
                blobs[0] = bytes([blobs[0][0] ^ 1]) + blobs[0][1:]
            log.payload(f"convvis/occlusion/{LAYER}", step, [manifest, *blobs])
        failures = [{"view": "occlusion", "layer": LAYER, "reason": "ran out of memory"}]
        log.record("run", "occlusion", 3, {"view": "occlusion", "failures": failures, "notes": []})


def open_occlusion(board: Board, open_tab: Open, runs: str = worlds.runs("many", "one"), **state: str) -> Tab:
    opened: Tab = open_tab(board.url, size=(1440, 1000), view="occlusion", runs=runs, **state)
    opened.find(".occlusion-panel canvas, .notice").first.wait_for()
    opened.settle()
    # Pictures are decoded after they came; until then their place is mid-grey.
    opened.frame.wait_for_function(
        """() => [...document.querySelectorAll('.pictures canvas')].every(
                canvas => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0] !== 128)
            && !document.querySelector('[data-panel=c] [data-epoch=""]')"""
    )
    return opened


def panel(tab: Tab, letter: str, run: int = 0) -> str:
    return f".column >> nth={run} >> [data-panel={letter}] .spatial"


def move_to(tab: Tab, letter: str, y: float, x: float, run: int = 0) -> None:
    """Point at a place of the picture, in its pixels."""
    where = tab.find(panel(tab, letter, run))
    box = where.bounding_box()
    assert box
    where.hover(position={"x": box["width"] * x / FRAME[1], "y": box["height"] * y / FRAME[0]})


def pixel(tab: Tab, letter: str, y: float, x: float, run: int = 0) -> RGB:
    """Colour of a panel at a place of the picture, in its pixels."""
    red, green, blue = tab.find(f"{panel(tab, letter, run)} canvas").evaluate(
        """(canvas, [y, x]) => [...canvas.getContext('2d').getImageData(
            Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data].slice(0, 3)""",
        [y / FRAME[0], x / FRAME[1]],
    )
    return red, green, blue


def nearest(of: Planted, y: float, x: float) -> tuple[int, int]:
    """The position whose centre is the nearest."""
    down, across = np.array(of.rows) + of.size / 2 - y, np.array(of.cols) + of.size / 2 - x
    return int(np.argmin(np.abs(down))), int(np.argmin(np.abs(across)))
