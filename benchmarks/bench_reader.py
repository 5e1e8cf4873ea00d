"""How long the page waits: index, blobs and histograms on both of TensorBoard's readers.

    python -m benchmarks.bench_reader --runs 4 --steps 200

writes a log, opens it as TensorBoard does, and prints the median and the slowest of some requests each. A
scrub asks for one step of every run: `new` for steps not asked for before, `again` for one that was.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.backend.boards import Board
from tests.logs import write_run

TAG = "convvis/filters/conv1"
SHAPES = {"conv1": (9, 9, 3, 32), "conv2": (5, 5, 32, 16)}


def measure(call: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and maximum in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), max(taken)


def requests(board: Board, runs: list[str], steps: int) -> dict[str, Callable[[], object]]:
    """What the page asks, by name."""
    fresh = count()

    def scrub(step: int) -> object:
        return board.parts([[run, TAG, [step], []] for run in runs])

    return {
        "runs": lambda: board.json("runs"),
        "index": lambda: board.json("index", run=runs),
        "scrub, new": lambda: scrub(next(fresh) % steps),
        "scrub, again": lambda: scrub(0),
        "all steps of one run": lambda: board.parts([[runs[0], TAG, [], []]]),
        "histograms": lambda: board.json("histograms", want=[[runs[0], "convvis/weights/conv1/kernel"]]),
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Latency of the plugin's routes.")
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for run in range(arguments.runs):
            write_run(Path(directory) / f"run{run}", range(arguments.steps), SHAPES, seed=run, keras=False)
        runs = [f"run{run}/convvis" for run in range(arguments.runs)]
        print(f"{arguments.runs} runs, {arguments.steps} steps; milliseconds, median (slowest)")
        for reader in ("rust", "python"):
            board = Board(Path(directory), reader)
            for name, request in requests(board, runs, arguments.steps).items():
                median, slowest = measure(request, arguments.times)
                print(f"{reader:8} {name:22} {median:8.1f} ({slowest:.1f})")
            board.close()


if __name__ == "__main__":
    main()
