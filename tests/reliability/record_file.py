"""The bytes of an event file, record by record: where each begins, and one framed whatever it holds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from tensorboard.compat.proto import event_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

HEADER = 12
"""Bytes before a record's data: its length and the checksum of that."""


@dataclass(frozen=True)
class Place:
    """Where a record lies: its first byte, the first of its data, the first after it."""

    start: int
    data: int
    end: int


def places(content: bytes) -> list[Place]:
    """Where each record of an undamaged file lies."""
    found, start = [], 0
    while start < len(content):
        (length,) = struct.unpack_from("<Q", content, start)
        found.append(Place(start, start + HEADER, start + HEADER + length + 4))
        start = found[-1].end
    return found


def framed(data: bytes, length: int | None = None) -> bytes:
    """A record whose checksums are right, also that of a length that is not the data's."""
    header = struct.pack("<Q", len(data) if length is None else length)
    return header + _checksum(header) + data + _checksum(data)


def append(path: Path, *events: event_pb2.Event | bytes) -> None:
    """Add records to a file: events, or bytes that need not be one."""
    with path.open("ab") as file:
        for event in events:
            file.write(framed(event if isinstance(event, bytes) else event.SerializeToString()))


def flip(content: bytes, position: int, bit: int = 0) -> bytes:
    """The bytes with one bit changed."""
    changed = bytearray(content)
    changed[position] ^= 1 << bit
    return bytes(changed)


def _checksum(data: bytes) -> bytes:
    return struct.pack("<I", masked_crc32c(data))
