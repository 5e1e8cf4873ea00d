"""One event file, record by record: what is wrong with it, and what TensorBoard loses by it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2

from tb_convvis.doctor.causes import CAUSES, DATA_SERVER, READERS
from tb_convvis.doctor.event_checks import check_event
from tb_convvis.doctor.event_files import EventFile
from tb_convvis.doctor.framing import Damage, EndlessError, FrameReader, Record


@dataclass(frozen=True)
class Finding:
    """Something at a byte of a file; `cause` is one of CAUSES."""

    offset: int
    cause: str
    detail: str


@dataclass
class Summary:
    """What was found in one file.

    Args:
        valid: records with nothing wrong.
        problems: findings that are problems.
        notes: those that are none.
        stopped: by TensorBoard's reader the byte from which it reads nothing.
        unread: by TensorBoard's reader how many valid records lie behind that.
    """

    valid: int = 0
    problems: int = 0
    notes: int = 0
    stopped: dict[str, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    def stop(self, reader: str, offset: int) -> None:
        """Note where a reader stops, the first time."""
        if reader not in self.stopped:
            self.stopped[reader], self.unread[reader] = offset, 0

    def count(self, finding: Finding) -> None:
        """Count a finding, and what it stops."""
        cause = CAUSES[finding.cause]
        self.problems += cause.is_problem
        self.notes += not cause.is_problem
        for reader in READERS:
            if reader in cause.stops:
                self.stop(reader, finding.offset)


def examine(
    file: EventFile,
    report: Callable[[Finding], None],
    keep: Callable[[Record], None],
    advance: Callable[[int], None],
) -> Summary:
    """Read a file to its end.

    Args:
        file: from `event_files.find`.
        report: called with every finding, in the order of the file.
        keep: called with every valid record, in the order of the file.
        advance: called with how many bytes were read.
    """
    summary = Summary()

    def found(offset: int, cause: str, detail: str) -> None:
        finding = Finding(offset, cause, detail)
        summary.count(finding)
        report(finding)

    if file.problem:
        found(0, "file", file.problem)
        return summary
    offset = 0
    try:
        with file.path.open("rb") as opened:
            for item in FrameReader(opened, file.size):
                offset = item.offset
                if isinstance(item, Damage):
                    advance(item.end - item.offset)
                    found(offset, item.cause, f"{item.detail}{_next(item, file.size)}")
                    if item.cause == "data" and not _is_shown(item.data):
                        summary.stop(DATA_SERVER, offset)
                    continue
                advance(len(item.framed))
                findings = list(check_event(bytes(item.data)))
                for cause, detail in findings:
                    found(offset, cause, detail)
                if any(CAUSES[cause].is_problem for cause, _ in findings):
                    continue
                summary.valid += 1
                for reader in summary.stopped:
                    summary.unread[reader] += 1
                keep(item)
    except EndlessError as error:
        found(offset, "endless", str(error))
    except OSError as error:
        found(offset, "file", f"it cannot be read: {error.strerror or error}.")
    return summary


def _next(damage: Damage, size: int) -> str:
    return " No record follows." if damage.end == size else f" The next record is at byte {damage.end}."


def _is_shown(data: bytes | None) -> bool:
    """Whether TensorBoard's data server, which looks at no checksum of data, takes this for an event."""
    if data is None:
        return False
    try:
        return not math.isnan(event_pb2.Event.FromString(data).wall_time)
    except DecodeError:
        return False
