"""Run every benchmark, or those named: python -m benchmarks [training reader ...]."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PREFIX = "bench_"


def main() -> None:
    """Run the benchmarks named on the command line, all when none is."""
    there = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))
    chosen = sys.argv[1:] or there
    unknown = sorted(set(chosen) - set(there))
    if unknown:
        sys.exit(f"no such benchmark. Received: {unknown}. Expected some of {there}.")
    for name in chosen:
        print(f"\n== {name}", flush=True)
        sys.argv = [name]  # each may have arguments of its own, which are its defaults here
        importlib.import_module(f"benchmarks.{PREFIX}{name}").main()


if __name__ == "__main__":
    main()
