"""A log of 1 GB: how soon it is there, what the server holds, and how it answers many clients.

The times and the memory are figures of the full form alone. They depend on what else the machine does, so
its load stands beside them. Everything else holds in the short form too.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from tb_convvis.plugin import MAX_RUNS
from tests.backend.boards import ROUTE, unpack
from tests.browser import chromium
from tests.browser.board import Board
from tests.browser.meter import Meter, shown
from tests.large_log import overview, seed_of, write_large
from tests.reliability.clients import ask, fetch
from tests.reliability.figure import Figure
from tests.reliability.processes import resident

KINDS = ("top", "strength")
SIDE_BY_SIDE = 4
LAST_WRITTEN = "convvis/run/features"
"""The tag that ends each epoch."""
OVERVIEW = 2
"""Which blob of a record of features it is."""
PATHS = 400
CLIENTS = {6: 200, 100: 500}
"""Milliseconds within which 95 of 100 answers are to come, by the number of clients."""
READERS = {"Rust": ((), 8, 1.3), "Python": (("--load_fast=false",), 10, 2.0)}
"""TensorBoard's flags; the seconds within which the full log is to be there; and the MB that each MB of it
may add to TensorBoard's processes. The Python reader keeps parsed protos, which take 1.3 alone."""
MOST_SECONDS = 900
MB = 1e6


@dataclass(frozen=True)
class Size:
    """What is logged, and how many requests each client makes."""

    runs: int
    epochs: int
    maps: int
    each: int
    layers: int = 2

    @property
    def tags(self) -> int:
        """Those with a record per epoch: of each layer, and of the costs."""
        return len(KINDS) * self.layers + 1

    @property
    def names(self) -> list[str]:
        return [f"run{number}/convvis" for number in range(self.runs)]


FULL, SHORT = Size(runs=50, epochs=200, maps=51, each=60), Size(runs=5, epochs=20, maps=6, each=2)


@dataclass(frozen=True)
class Trial:
    """One reader over the log.

    Args:
        board: TensorBoard, just started.
        size: what was logged.
        what: in words.
        began: when TensorBoard was started.
        start: seconds that TensorBoard takes to answer over an empty directory.
        short: whether times and memory are left out.
    """

    board: Board
    size: Size
    what: str
    began: float
    start: float
    short: bool


def figures(short: bool) -> Iterator[Figure]:
    """Write the log, then show it on each reader."""
    size = SHORT if short else FULL
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "logs"
        write_large(log, size.runs, size.epochs, size.layers, size.maps, kinds=KINDS)
        yield from measure(log, size, short)


def measure(log: Path, size: Size, short: bool) -> Iterator[Figure]:
    """Show a log of this size on each reader."""
    logged = sum(file.stat().st_size for file in log.rglob("*tfevents*")) / MB
    for reader, (chosen, seconds, memory) in READERS.items():
        # A user's: with TensorFlow, and looking for new data every 5 s. Without both it starts sooner.
        flags = chosen if short else (*chosen, "--reload_interval=5")
        before, start = (0, 0.0) if short else _without_a_log(log.parent, flags)
        began = time.monotonic()
        board = Board(log, *flags, tensorflow=not short)
        what = f"{reader}, {logged:,.0f} MB of {size.runs} runs of {size.epochs} epochs"
        trial = Trial(board, size, what, began, start, short)
        try:
            yield from _loaded(trial, seconds)
            loaded = 0 if short else sum(resident(board.pid))
            # In a thread of its own: another test of this process may have a browser open.
            with ThreadPoolExecutor(1) as thread:
                yield thread.submit(_requests_of_views, trial).result()
            yield _as_they_were_written(trial)
            for clients, goal in CLIENTS.items():
                yield from _asked(trial, clients, goal)
            if not short:
                used = sum(resident(board.pid))
                yield _memory(trial, (loaded - before) / MB / logged, (used - before) / MB / logged, memory)
        finally:
            board.close()


def _loaded(trial: Trial, goal: float) -> Iterator[Figure]:
    size = trial.size
    trial.board.await_runs(size.runs, seconds=MOST_SECONDS)
    _await_last(trial.board, size)
    took = time.monotonic() - trial.began
    kept = [steps for runs in _batches(size.names) for steps in _kept(trial.board, runs, size)]
    tags = size.runs * size.tags
    words = f"{min(kept)} steps or more of {len(kept)} tags"
    everything = min(kept) == size.epochs and len(kept) == tags
    yield Figure(trial.what, f"{size.epochs} steps of {tags} tags, without a flag", words, everything)
    if not trial.short:
        started = f"{trial.start:.1f} s of which TensorBoard takes to start over an empty directory"
        words = f"{took:.1f} s, {started} ({load()})"
        yield Figure(f"{trial.what}, complete", f"≤ {goal:g} s", words, took <= goal)


def _await_last(board: Board, size: Size) -> None:
    """Wait until each run has what was written last; to ask for more would hold up the reading."""
    missing = size.names
    deadline = time.monotonic() + MOST_SECONDS
    while missing and time.monotonic() < deadline:
        last = [[run, LAST_WRITTEN, [size.epochs - 1], [0]] for run in missing]
        path = f"{ROUTE}blobs?want={quote(json.dumps(last, separators=(',', ':')))}"
        missing = [part["run"] for part, _ in unpack(fetch(board.port, path)) if part.get("error")]
        time.sleep(0.2)


def _batches(names: list[str]) -> list[list[str]]:
    """As many as one request may name."""
    return [names[begin : begin + MAX_RUNS] for begin in range(0, len(names), MAX_RUNS)]


def _kept(board: Board, runs: Sequence[str], size: Size) -> list[int]:
    """How many steps each tag with one per epoch has, as soon as these are all."""
    deadline = time.monotonic() + MOST_SECONDS
    asked = "&".join(f"run={quote(run)}" for run in runs)
    while True:
        tags = [tag for index in board.get(f"index?{asked}", seconds=60)["runs"] for tag in index["tags"]]
        steps = [len(tag["steps"]) for tag in tags if tag["subject"] not in ("model", "pictures")]
        enough = len(steps) == len(runs) * size.tags and min(steps) >= size.epochs
        if enough or time.monotonic() > deadline:
            return steps
        time.sleep(0.2)


def _without_a_log(directory: Path, flags: Sequence[str]) -> tuple[int, float]:
    """Bytes that TensorBoard holds over an empty directory, most of them TensorFlow's; seconds to start."""
    empty = directory / "empty"
    empty.mkdir(exist_ok=True)
    began = time.monotonic()
    board = Board(empty, *flags, tensorflow=True)
    try:
        pid = board.await_runs(0, seconds=MOST_SECONDS).pid
        return sum(resident(pid)), time.monotonic() - began
    finally:
        board.close()


def _memory(trial: Trial, loaded: float, used: float, goal: float) -> Figure:
    words = f"{loaded:.2f} MB per MB when complete, {used:.2f} after all this"
    what = f"{trial.what}, memory beside what TensorBoard holds without a log"
    return Figure(what, f"≤ {goal:g} MB per MB logged", words, used <= goal)


def _requests_of_views(trial: Trial) -> Figure:
    """What each view of four runs asks for when it is opened in a page with an empty cache."""
    path = chromium.find() or chromium.install()
    runs = shown(trial.size.names[:SIDE_BY_SIDE])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        views = ["features"] if trial.short else list(Meter(browser, trial.board.url, runs=runs).views())
        asked = {
            view: len(Meter(browser, trial.board.url, view=view, runs=runs).data_requests) for view in views
        }
        browser.close()
    words = ", ".join(f"{view} {count}" for view, count in asked.items())
    return Figure(f"{trial.what}, requests that open a view", "≤ 2", words, max(asked.values()) <= 2)


def _as_they_were_written(trial: Trial) -> Figure:
    answers = [fetch(trial.board.port, path) for path in _paths(trial.size)[:20]]
    right = sum(_is_as_written(answer, trial.size) for answer in answers)
    words = f"{right} of {len(answers)} answers"
    return Figure(f"{trial.what}, pictures", "all as they were written", words, right == len(answers))


def _asked(trial: Trial, clients: int, goal: int) -> Iterator[Figure]:
    """Whether every answer came, the same for every client; and how soon."""
    answers = ask(trial.board.port, _paths(trial.size), clients, trial.size.each)
    what, asked = f"{trial.what}, {clients} clients", clients * trial.size.each
    came, torn = len(answers.milliseconds), sum(len(hashes) != 1 for hashes in answers.hashes.values())
    words = ", ".join([f"{came} of {asked} answers", f"{torn} that differ", *answers.errors[:1]])
    yield Figure(what, "every answer, none that differs", words, came == asked and not torn)
    if not trial.short:
        p50, p95 = answers.percentile(0.5), answers.percentile(0.95)
        words = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms ({load()})"
        yield Figure(what, f"p95 ≤ {goal} ms", words, p95 <= goal)


def _paths(size: Size) -> list[str]:
    """What the page asks for as the slider moves: of four runs one epoch of a layer, numbers and overview."""
    chance = random.Random(0)
    paths = []
    for _ in range(PATHS):
        runs = chance.sample(size.names, SIDE_BY_SIDE)
        tag = f"convvis/top/conv{chance.randrange(size.layers) + 1}"
        step = chance.randrange(size.epochs)
        want = json.dumps([[run, tag, [step], [0, 1, OVERVIEW]] for run in runs], separators=(",", ":"))
        paths.append(f"{ROUTE}blobs?want={quote(want)}")
    return paths


def _is_as_written(answer: bytes, size: Size) -> bool:
    pictures = [(part, data) for part, data in unpack(answer) if part["index"] == OVERVIEW]
    written = [
        overview(_seed(part["run"], part["tag"]), part["step"], size.maps).data for part, _ in pictures
    ]
    return len(pictures) == SIDE_BY_SIDE and [data for _, data in pictures] == written


def _seed(run: str, tag: str) -> int:
    layer = int(tag.removeprefix("convvis/top/conv")) - 1
    return seed_of(int(run.removeprefix("run").removesuffix("/convvis")), layer)


def load() -> str:
    """What else the machine does."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
