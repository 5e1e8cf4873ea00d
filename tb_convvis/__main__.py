"""The command line: python -m tb_convvis doctor LOGDIR, or replay ..."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tb_convvis import replay_command
from tb_convvis.doctor import command as doctor

COMMANDS = {"doctor": doctor, "replay": replay_command}
"""By name: a module with HELP, DESCRIPTION, `add_arguments(parser)` and `run(options)`, the exit status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tb_convvis")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, module in COMMANDS.items():
        subparser = commands.add_parser(name, help=module.HELP, description=module.DESCRIPTION)
        module.add_arguments(subparser)
    options = parser.parse_args(arguments)
    return int(COMMANDS[options.command].run(options))


if __name__ == "__main__":
    sys.exit(main())
