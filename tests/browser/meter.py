"""What an open page costs: requests, frames, memory; and which epochs it has really drawn.

For the logs of `tests.large_log`, whose pictures tell their epoch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.browser.tab import Tab

# The epoch that the first tile of the first map of each run is drawn of; null where nothing is drawn of it.
READ = """
window.epochsDrawn = () => [...document.querySelectorAll('.column .tile-stack')].map((grid) => {
    const canvas = grid.querySelector('canvas');
    const cell = grid.querySelector('[data-cell="0"]');
    if (!canvas || !cell || canvas.width === 0) return null;
    const dpr = canvas.width / canvas.getBoundingClientRect().width;
    const at = (offset) => Math.floor((offset + 4) * dpr);
    const context = canvas.getContext('2d');
    const [left, top] = [at(cell.offsetLeft), at(cell.offsetTop)];
    const [red, green, blue, alpha] = context.getImageData(left, top, 1, 1).data;
    return alpha === 255 && red === green && green === blue && red % 2 === 0 ? (red - 40) / 2 : null;
});
"""

# When the first picture was drawn, in milliseconds since the navigation.
WATCH = """
if (window === window.top || location.href.includes('plugin_entry')) {
    const look = () => {
        const drawn = window.epochsDrawn();
        const some = drawn.filter((epoch) => epoch !== null).length;
        if (some > 0) window.firstDrawn ??= performance.now();
        if (some > 0 && some === drawn.length) window.allDrawn = performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}
"""

# Moves the slider over all epochs, by the clock; notes how long frames took and, if asked, what was drawn.
SCRUB = """([rate, reading]) => new Promise((resolve) => {
    const slider = document.querySelector('.timeline input[type=range]');
    const [first, last] = [Number(slider.min), Number(slider.max)];
    const [drawn, frames] = [[], []];
    let [began, before, at] = [0, 0, null];
    const step = (now) => {
        if (before > 0) frames.push(now - before);
        if (reading) drawn.push(window.epochsDrawn());
        began ||= now;
        before = now;
        const target = first + Math.floor(((now - began) * rate) / 1000);
        if (target > last + 3) return resolve({ drawn, frames });
        if (target !== at && target <= last) {
            slider.value = String(target);
            slider.dispatchEvent(new Event('input', { bubbles: true }));
        }
        at = target;
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""

GO = """(epoch) => {
    const slider = document.querySelector('.timeline input[type=range]');
    slider.value = String(epoch);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
}"""


@dataclass(frozen=True)
class Scrub:
    """One pass of the slider over all epochs.

    Args:
        drawn: the epochs that every run has drawn, where they were read back.
        frames: milliseconds from each frame to the next.
        busy: milliseconds of the page's main thread.
        requests: how many were made meanwhile.
    """

    drawn: frozenset[int]
    frames: tuple[float, ...]
    busy: float
    requests: int


@dataclass(frozen=True)
class Memory:
    """What the page holds after a collection of garbage."""

    heap: int
    nodes: int


class Meter(Tab):
    """A page that is measured; the arguments are those of `Tab`."""

    def __init__(self, browser: Browser, url: str, **how: Any) -> None:
        super().__init__(browser, url, scripts=(READ, WATCH), **how)
        self._devtools = self.page.context.new_cdp_session(self.page)
        self._devtools.send("Performance.enable")
        self._devtools.send("HeapProfiler.enable")

    def received(self) -> int:
        """Bytes of all answers so far."""
        entries = "performance.getEntriesByType('resource')"
        return int(self.frame.evaluate(f"{entries}.reduce((sum, one) => sum + one.transferSize, 0)"))

    @property
    def data_requests(self) -> list[str]:
        """Those made so far but for the listing."""
        return [url for url in self.requests if "/runs?" not in url and "/index?" not in url]

    def views(self) -> dict[str, str]:
        """The page's views: titles by id."""
        tabs = self.find("[role=tab]").all()
        return {str(tab.get_attribute("id")).removeprefix("tab-"): tab.inner_text() for tab in tabs}

    def first_picture(self) -> tuple[float, float]:
        """Milliseconds from the navigation to the first run's first picture, and to that of the last run."""
        self.frame.wait_for_function("window.allDrawn")
        first, last = self.frame.evaluate("[window.firstDrawn, window.allDrawn]")
        return first, last

    def epochs_drawn(self) -> list[int | None]:
        """What stands on the page now, by run."""
        drawn: list[int | None] = self.frame.evaluate("window.epochsDrawn()")
        return drawn

    def go(self, epoch: int) -> None:
        self.frame.evaluate(GO, epoch)

    def await_epoch(self, epoch: int, full: bool = False) -> None:
        """Wait until every run has drawn it, with `full` from the maps' own pictures."""
        self.frame.wait_for_function(
            """([epoch, full]) => window.epochsDrawn().every((one) => one === epoch) && (!full ||
                [...document.querySelectorAll('.column .tile-stack canvas')].every(
                    (canvas) => canvas.dataset.detail === 'full'))""",
            arg=[epoch, full],
        )

    def open_view(self, view: str) -> None:
        self.find(f"#tab-{view}").click()
        self.find(f"#tab-{view}[aria-selected=true]").wait_for()
        self.frame.wait_for_function("!document.querySelector('.skeleton')")

    def play(self) -> None:
        """Let the page play all epochs once, at its highest speed."""
        self.find(".pace select[aria-label=speed], .pace label:has-text('speed') select").select_option("30")
        self.find(".timeline button[aria-label=play]").click()
        self.find(".timeline button[aria-label=pause]").wait_for()
        self.find(".timeline button[aria-label=play]").wait_for(timeout=120_000)

    def scrub(self, rate: float = 30, reading: bool = True) -> Scrub:
        """Move the slider from end to end at so many epochs a second."""
        before, asked = self.busy(), len(self.requests)
        found = self.frame.evaluate(SCRUB, [rate, reading])
        busy = self.busy() - before
        drawn = frozenset(epochs[0] for epochs in found["drawn"] if _agree(epochs))
        return Scrub(drawn, tuple(found["frames"]), busy, len(self.requests) - asked)

    def busy(self) -> float:
        """Milliseconds that the page's main thread has worked so far."""
        return 1000 * self._metrics()["TaskDuration"]

    def memory(self) -> Memory:
        for _ in range(2):  # what the first collection lets go of may hold more
            self._devtools.send("HeapProfiler.collectGarbage")
        metrics = self._metrics()
        return Memory(int(metrics["JSHeapUsedSize"]), int(metrics["Nodes"]))

    def process(self) -> int:
        """Bytes that the page's process holds: its own, and its share of what it has with others.

        Of the browser's processes for pages the largest: another waits, empty, for a page to come.
        """
        browser = self.page.context.browser
        assert browser is not None
        session = browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        rollups = [Path(f"/proc/{one['id']}/smaps_rollup") for one in processes if one["type"] == "renderer"]
        lines = [line for rollup in rollups if rollup.exists() for line in rollup.read_text().splitlines()]
        return 1024 * max(int(line.split()[1]) for line in lines if line.startswith("Pss:"))

    def _metrics(self) -> dict[str, float]:
        answer = self._devtools.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in answer["metrics"]}


def _agree(epochs: Sequence[int | None]) -> bool:
    return len(epochs) > 0 and epochs[0] is not None and len(set(epochs)) == 1


def shown(runs: Sequence[str]) -> str:
    """The page's state that shows these runs."""
    return json.dumps(list(runs))
