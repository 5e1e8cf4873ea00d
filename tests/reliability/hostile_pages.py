"""The page in a real browser over hostile logs: whatever a name or a record holds, no script runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Error, sync_playwright

from tests.browser import chromium, worlds
from tests.browser.board import Board
from tests.browser.tab import Tab
from tests.reliability.figure import Figure
from tests.reliability.forged_records import FORGED_RECORDS
from tests.reliability.hostile_corpus import HOSTILE, write_hostile
from tests.reliability.hostile_names import TOO_LONG

NAMES = "names-of-layers-and-classes"
FULL = (NAMES, "names-of-tags", *FORGED_RECORDS)
SHORT = (NAMES,)

WATCH = """
addEventListener('securitypolicyviolation', event => console.error(`CSP: ${event.violatedDirective}`));
"""
STRANGE = """() => {
    const alien = '#convvis :is(img, iframe, script, object, embed, [onerror], [onload])';
    const found = [...document.querySelectorAll(alien)];
    if (globalThis.ran !== undefined) found.push(`ran = ${globalThis.ran}`);
    if ({}.polluted !== undefined) found.push('a prototype was changed');
    if (document.title !== 'ConvVis') found.push(`title = ${document.title}`);
    return found.map(one => one.outerHTML ?? one).slice(0, 5);
}"""


def figures(short: bool) -> Iterator[Figure]:
    """One figure: every view over each directory."""
    names = SHORT if short else FULL
    # A thread of its own: Playwright allows one of itself in a thread, and other tests may hold another.
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(1) as thread:
        faults, views = thread.submit(_look_at, Path(directory), names).result()
    yield Figure(
        f"every view over {len(names)} hostile log directories in Chromium",
        "no script, dialog, console error or report of the content security policy",
        f"{views} views opened, {len(faults)} faults{''.join(f'; {fault}' for fault in faults[:9])}",
        not faults and views >= 7 * len(names),
    )


def _look_at(root: Path, names: Sequence[str]) -> tuple[list[str], int]:
    faults: list[str] = []
    views = 0
    path = os.environ.get("CHROMIUM") or chromium.find()
    if path is None:
        raise FileNotFoundError("no Chromium: python -m tests.browser.chromium installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            write_hostile(name, root / name / "logs")
            board = Board(root / name / "logs")
            try:
                board.await_runs(2).await_steps(healthy0=3)
                found, opened = _each_view(browser, board.url)
            except (Error, TimeoutError) as error:
                found, opened = [f"{type(error).__name__}: {str(error)[:300]}"], 0
            finally:
                board.close()
            faults += [f"{name}: {fault[:200]}" for fault in found]
            views += opened
        browser.close()
    return faults, views


def _each_view(browser: Browser, url: str) -> tuple[list[str], int]:
    faults: list[str] = []
    tab = Tab(browser, url, scripts=(WATCH,), runs=worlds.runs(HOSTILE, "healthy0"))

    def answer(dialog: Dialog) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    tab.page.on("dialog", answer)
    opened = 0
    for view in tab.each_view():
        opened += 1
        tab.find("button[aria-label=export]").click()
        tab.settle()
        tab.page.keyboard.press("Escape")
        faults += [f"{view}: {one}" for one in tab.frame.evaluate(STRANGE)]
    # A name that is longer than a parameter may be is refused; the browser notes every such answer.
    faults += [error for error in tab.errors if not ("status of 400" in error and TOO_LONG in error)]
    tab.close()
    return faults, opened
