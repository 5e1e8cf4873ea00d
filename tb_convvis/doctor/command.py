"""`python -m tb_convvis doctor`: names what is wrong with a log directory, and salvages the rest of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tb_convvis.doctor.causes import CAUSES
from tb_convvis.doctor.event_files import EventFile, find
from tb_convvis.doctor.examination import Finding, Summary, examine
from tb_convvis.doctor.framing import Record
from tb_convvis.doctor.progress import Progress
from tb_convvis.doctor.salvage import SalvagedFile, SalvageError, check_directory, salvaged_name

HELP = "say what is wrong with a log directory, and salvage what is not"
DESCRIPTION = (
    "Reads every event file below a log directory to its end, also behind damage at which TensorBoard stops. "
    "Exit status: 0 all is well, 1 there are problems, 2 it could not be done."
)
MAX_SHOWN = 300
"""Letters of a line that come from a log."""


class _UsageError(Exception):
    """An argument that cannot be used; the text says why."""


@dataclass
class _Total:
    files: int = 0
    bad_files: int = 0
    valid: int = 0
    problems: int = 0
    notes: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("logdir", metavar="LOGDIR", help="a local log directory; it is not changed")
    parser.add_argument(
        "--salvage",
        metavar="NEWDIR",
        help="write every valid record below this directory, which must be empty or not exist",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    # A terminal that cannot show a letter of some name is no reason to stop.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        logdir = _log_directory(options.logdir)
        salvage = None if options.salvage is None else _local(options.salvage)
        files = list(find(logdir))
        if not files:
            raise _UsageError(f"no event file below {logdir}. Expected: a log directory that holds some.")
        if salvage is not None:
            parents = {file.path.parent for file in files}
            check_directory(salvage, logdir, sorted(parents))
        total = _examine_all(files, salvage)
    except (_UsageError, SalvageError, OSError) as error:
        return _refuse(str(error))
    where = f"{total.bad_files} of {_counted(total.files, 'event file')}"
    kept = _counted(total.valid, "valid record")
    _say(f"{_counted(total.problems, 'problem')} in {where}, {_counted(total.notes, 'note')}; {kept}.")
    if salvage is not None:
        _say(f"They were written below {salvage}." if total.valid else "Nothing was written.")
    return 1 if total.problems else 0


def _log_directory(text: str) -> Path:
    path = _local(text)
    if path.is_file():
        raise _UsageError(f"{text} is a file. Expected: a log directory, such as {path.parent}.")
    if not path.is_dir():
        raise _UsageError(f"{text} is no directory. Expected: a local log directory.")
    return path


def _local(text: str) -> Path:
    # Before it is a path, which has one slash less of gs://.
    if "://" in text:
        raise _UsageError(
            f"{text} is a remote directory. Expected: a local one; copy a remote log directory first."
        )
    if not text:
        raise _UsageError("'' is no directory. Expected: a local directory.")
    return Path(text)


def escaped(text: str, most: int = MAX_SHOWN) -> str:
    r"""A name or text of a log as a terminal can show it: whatever might be a command to it is written out.

    Example:
        >>> print(escaped("\x1b[31mred\u202e"))
        \x1b[31mred\u202e
    """
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape", "surrogatepass").decode()
        for letter in text[: most + 1]
    )
    return shown if len(shown) <= most else f"{shown[:most]}…"


def _examine_all(files: Sequence[EventFile], salvage: Path | None) -> _Total:
    total = _Total(files=len(files))
    progress = Progress(sum(file.size for file in files))
    try:
        for file in files:
            summary = _examine_one(file, salvage, progress)
            total.bad_files += bool(summary.problems)
            total.valid += summary.valid
            total.problems += summary.problems
            total.notes += summary.notes
    finally:
        progress.clear()
    return total


def _examine_one(file: EventFile, salvage: Path | None, progress: Progress) -> Summary:
    named = False

    def report(finding: Finding) -> None:
        nonlocal named
        progress.clear()
        if not named:
            _say(str(file.name))
            named = True
        cause = CAUSES[finding.cause]
        _say(f"byte {finding.offset}: {cause.what}: {finding.detail}", indent=2)
        _say(cause.effect, indent=6)

    with ExitStack() as stack:
        keep: Callable[[Record], None] = _discard
        if salvage is not None:
            keep = stack.enter_context(SalvagedFile(salvage / salvaged_name(file.name))).keep
        summary = examine(file, report, keep, progress.advance)
    for reader, offset in summary.stopped.items():
        unread = _counted(summary.unread[reader], "valid record")
        _say(
            f"TensorBoard's {reader} stops at byte {offset}: {unread} behind it not shown.",
            indent=2,
        )
    return summary


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _discard(_record: Record) -> None:
    pass


def _say(line: str, indent: int = 0) -> None:
    print(" " * indent + escaped(line))


def _refuse(reason: str) -> int:
    print(f"doctor: {escaped(reason)}", file=sys.stderr)
    return 2
