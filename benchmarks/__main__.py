"""Run a benchmark, by default the table and the growth: python -m benchmarks [NAME] [ITS OPTIONS]."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PREFIX = "bench_"
DEFAULT = ("table", "growth")


def main() -> None:
    """The first argument names a benchmark, the rest are its own; without a name, options go to the table."""
    there = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))
    named = sys.argv[1:2] if sys.argv[1:2] and not sys.argv[1].startswith("-") else []
    if named and named[0] not in there:
        sys.exit(f"no such benchmark. Received: {named[0]!r}. Expected one of {there}.")
    options = sys.argv[1 + len(named) :]
    for name in named or DEFAULT:
        sys.argv = [name, *options]
        importlib.import_module(f"benchmarks.{PREFIX}{name}").main()


if __name__ == "__main__":
    main()
