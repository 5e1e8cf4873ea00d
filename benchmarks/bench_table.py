"""This project side by side with other implementations and with what the machine can do at best: one table.

python -m benchmarks table [--rounds N] [--models SA] [--rows search ...] [--write docs/performance.md]

Everyone works at the same model, pictures and geometry in an environment of their own (`make peers`), one
after the other in every round. A peer that fails, or whose model or result is another, stands with a dash and
its error.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks import machine
from benchmarks.contest import Crew, Measured, measure
from benchmarks.rounds import compare
from benchmarks.rows import features, imports, occlusion, training, writing
from benchmarks.table import render, within

SUBJECTS = (features, occlusion, writing, training, imports)
BUSY = 1.0
BUSY_WORDS = (
    "**The machine was busy with other work**: whoever's threads wait for one another, Captum's above all, "
    "looks slower than on a quiet one."
)
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks table", description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", default="SA", help="S, A, or both")
    parser.add_argument("--rows", nargs="*", help="beginnings of the tasks' names; all by default")
    parser.add_argument("--write", type=Path, help="a document whose table is replaced")
    options = parser.parse_args()
    rows = [row for subject in SUBJECTS for row in subject.rows(options.models)]
    if options.rows:
        rows = [row for row in rows if row.name.startswith(tuple(options.rows))]
    load = machine.load()
    head = f"{time.strftime('%Y-%m-%d')}: {machine.describe()}; {_rates()}; load {load:.1f} before."
    if load > BUSY:
        head += f" {BUSY_WORDS}"
    done: list[Measured] = []
    with Crew() as crew:
        for row in rows:
            print(f"{row.name} ...", file=sys.stderr, flush=True)
            done.append(measure(row, crew, options.rounds))
    text = f"{head}\n\n{render(done, options.rounds)}"
    print(text)
    if options.write:
        document = options.write.read_text("utf-8")
        options.write.write_text(within(document, BEGIN, END, text.splitlines()), "utf-8")


def _rates() -> str:
    """What the processor and the memory do at best, for comparison with any other machine."""
    multiply, flop = machine.multiply()
    move, size = machine.copy(256 * machine.MIB), 256 * machine.MIB
    seconds = compare({"multiply": multiply, "move": move}, 5)
    product, moved = flop / seconds["multiply"] / 1e9, size / seconds["move"] / 1e9
    return f"matrix product {product:.0f} GFLOP/s, memcpy {moved:.1f} GB/s"


if __name__ == "__main__":
    main()
