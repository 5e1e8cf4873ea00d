"""Print every figure, measured in full: python -m tests.reliability [--short] [killed_writers ...]."""

from __future__ import annotations

import argparse
import sys

from tests.reliability.measurements import measurements


def main() -> None:
    """Run the measurements named, all when none is; exit 1 where a goal is missed."""
    there = measurements()
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(there)}; default all")
    parser.add_argument("--short", action="store_true", help="few trials of each, as the tests do")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(there))
    if unknown:
        parser.error(f"no such measurement. Received: {unknown}. Expected some of {list(there)}.")
    missed = 0
    for name in options.names or there:
        for figure in there[name](options.short):
            print(f"{name}: {figure}", flush=True)
            missed += not figure.reached
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
