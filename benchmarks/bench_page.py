"""What the page costs over a large log, in a real Chromium, on both of TensorBoard's readers.

    python -m benchmarks page
    python -m benchmarks.bench_page --log DIR --minutes 10

writes a log of 4 runs, 100 epochs, 5 layers of 64 maps unless one is given, shows the four runs side by
side, and prints a table: requests and bytes that open each view, the time to the first picture of Features,
a slider that moves at 30 epochs a second, where each drawn epoch is read back from the canvas, and the memory
of the page over autoplay. Other programs slow all of it down: so the machine's load stands beside each line.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.board import Board
from tests.browser.meter import Meter, Scrub, shown
from tests.large_log import write_large

RUNS, EPOCHS, LAYERS, MAPS = 4, 100, 5, 64
READERS = {"fast": (), "python": ("--load_fast=false",)}
PASSES = 3
MB = 2**20


def say(reader: str, what: str, words: str) -> None:
    """A line of the table."""
    print(f"{reader:7} {what:28} {words:86} {os.getloadavg()[0]:5.1f}", flush=True)


@contextmanager
def page(browser: Browser, board: Board, **state: str) -> Iterator[Meter]:
    """The four runs side by side in a fresh page, with nothing in its cache."""
    runs = shown([f"run{number}/convvis" for number in range(RUNS)])
    meter = Meter(browser, board.url, size=(1600, 1000), runs=runs, **state)
    try:
        yield meter
    finally:
        meter.close()


def measure_opening(browser: Browser, board: Board, reader: str) -> None:
    """Each view by itself, then the first picture of Features."""
    with page(browser, board) as meter:
        views = meter.views()
    for view, title in views.items():
        with page(browser, board, view=view) as meter:
            asked, size = len(meter.data_requests), meter.received()
            say(reader, f"open {title}", f"{asked} requests of data, {size / MB:.1f} MB in all")
    times = []
    for _ in range(PASSES):
        with page(browser, board, view="features") as meter:
            times.append(meter.first_picture()[1])
    say(reader, "first picture", f"{statistics.median(times):.0f} ms, slowest {max(times):.0f}")


def words_of(scrub: Scrub) -> str:
    frames = sorted(scrub.frames)
    p50, p95 = frames[len(frames) // 2], frames[int(0.95 * len(frames))]
    per_epoch = scrub.busy / EPOCHS
    frames_words = f"frames p50 {p50:.1f}, p95 {p95:.1f} ms"
    return f"{frames_words}; busy {per_epoch:.1f} ms an epoch; {scrub.requests} requests"


def measure_scrub(browser: Browser, board: Board, reader: str) -> None:
    """The first pass meets what was never drawn; reading the canvas back costs time of its own."""
    with page(browser, board, view="features") as meter:
        for number in range(1, PASSES + 1):
            read = meter.scrub()
            say(reader, f"30 epochs/s, pass {number}", f"{len(read.drawn)}/{EPOCHS} drawn; {words_of(read)}")
            meter.settle()
            say(reader, "  not read back", words_of(meter.scrub(reading=False)))
            meter.settle()


def measure_memory(browser: Browser, board: Board, reader: str, minutes: float) -> None:
    """After all views were open, and while Features plays over and over."""
    with page(browser, board, view="features") as meter:
        for view in meter.views():
            meter.open_view(view)
            meter.settle()
        meter.open_view("features")
        after = meter.memory()
        say(reader, "all views opened", f"heap {after.heap / MB:.1f} MB, {after.nodes} nodes")
        ends, times, heaps, before = time.monotonic() + 60 * minutes, [], [], len(meter.requests)
        while not heaps or time.monotonic() < ends:
            meter.play()
            memory = meter.memory()
            times.append(time.monotonic() / 60)
            heaps.append(memory.heap / MB)
        slope = statistics.linear_regression(times, heaps).slope if len(heaps) > 2 else float("nan")
        asked = len(meter.requests) - before
        say(
            reader,
            f"{minutes:g} minutes of autoplay",
            f"heap {heaps[0]:.1f} to {heaps[-1]:.1f} MB, {slope:+.2f} MB/min; {memory.nodes} nodes; "
            f"{asked} requests",
        )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="What the page costs over a large log.")
    parser.add_argument("--log", type=Path, help="written by tests.large_log; by default a new one")
    parser.add_argument("--minutes", type=float, default=0.5, help="of autoplay, for each reader")
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS))
    options = parser.parse_args()
    path = chromium.find() or chromium.install()
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        log = options.log or Path(directory) / "logs"
        if options.log is None:
            write_large(log, RUNS, EPOCHS, LAYERS, MAPS)
        print(f"{'reader':7} {'what':28} {'':86} {'load':>5}")
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        for reader in options.readers:
            board = Board(log, *READERS[reader]).await_runs(RUNS)
            board.await_steps(**{f"run{number}": EPOCHS for number in range(RUNS)})
            measure_opening(browser, board, reader)
            measure_scrub(browser, board, reader)
            measure_memory(browser, board, reader, options.minutes)
            board.close()
        browser.close()


if __name__ == "__main__":
    main()
