"""The records of an event file, and how to go on behind one that is damaged.

A record is framed as TFRecord: its length in eight bytes, the masked CRC-32C of those, its data, and the
masked CRC-32C of that. TensorBoard's readers stop for good at a frame that does not hold; here the search
goes on.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from tb_convvis.doctor.crc32c import HEADER_BYTES, headers, masked_crc32c

FOOTER_BYTES = 4
MAX_RECORD_BYTES = 256 * 2**20
"""As much as TensorBoard's data server can hand out at once; a longer record is passed over unread."""

_WINDOW = 1 << 20
_MAX_READS = 8
"""How many times its size is read of a file at most: forged headers could have it read for each of them."""


@dataclass(frozen=True)
class Record:
    """A record whose frame holds: where it begins, and all its bytes with the frame."""

    offset: int
    framed: bytes

    @property
    def data(self) -> memoryview:
        """What the frame holds."""
        return memoryview(self.framed)[HEADER_BYTES:-FOOTER_BYTES]


@dataclass(frozen=True)
class Damage:
    """Bytes of no record: from `offset` up to `end`, where the next one or the end of the file is.

    `cause` is one of `tb_convvis.doctor.causes`. `data` is there where the frame around damaged data
    holds: a reader that does not look at its checksum takes it for valid.
    """

    offset: int
    end: int
    cause: str
    detail: str
    data: bytes | None = None


class FrameReader:
    """Reads a file from its beginning to its end, record by record.

    Args:
        file: opened for reading, seekable.
        size: how many bytes of it are read; what a live training adds later is left alone.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._left_to_read = _MAX_READS * size + MAX_RECORD_BYTES

    def __iter__(self) -> Iterator[Record | Damage]:
        offset = 0
        while offset < self._size:
            found = self._at(offset)
            yield found
            offset = found.end if isinstance(found, Damage) else offset + len(found.framed)

    def _at(self, offset: int) -> Record | Damage:
        header = self._read(offset, HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            return Damage(offset, self._size, "cut", f"{len(header)} bytes of a record are there.")
        length, checksum = struct.unpack("<QI", header)
        if masked_crc32c(header[:8]) != checksum:
            end = self._search(offset + 1)
            return Damage(offset, end, "length", "the checksum of its length does not match.")
        end = offset + HEADER_BYTES + length + FOOTER_BYTES
        if end > self._size:
            later = self._search(offset + HEADER_BYTES)
            there = self._size - offset - HEADER_BYTES
            detail = f"{there} of {length} bytes and their checksum are there."
            cut = later == self._size and length <= MAX_RECORD_BYTES
            return Damage(offset, later, "cut" if cut else "too long", detail)
        if length > MAX_RECORD_BYTES:
            detail = f"{length} bytes, of which nobody reads more than {MAX_RECORD_BYTES}."
            return Damage(offset, end, "too large", detail)
        return self._framed(offset, end)

    def _framed(self, offset: int, end: int) -> Record | Damage:
        framed = self._read(offset, end - offset)
        data = memoryview(framed)[HEADER_BYTES:-FOOTER_BYTES]
        (checksum,) = struct.unpack("<I", framed[-FOOTER_BYTES:])
        if masked_crc32c(data) == checksum:
            return Record(offset, framed)
        detail = f"the checksum of its {len(data)} bytes does not match."
        # Where another record follows, the frame itself holds. What looks like records inside the damaged
        # data was then data, never a record.
        if self._begins(end):
            return Damage(offset, end, "data", detail, bytes(data))
        return Damage(offset, self._search(offset + HEADER_BYTES), "data", detail)

    def _begins(self, offset: int) -> bool:
        """Whether the file ends here, or a length with its checksum stands here."""
        return offset == self._size or headers(self._read(offset, HEADER_BYTES)) == [0]

    def _search(self, offset: int) -> int:
        """The offset of the next whole record, or the size of the file where there is none."""
        while offset < self._size:
            window = self._read(offset, _WINDOW + HEADER_BYTES - 1)
            for position in headers(window):
                if self._holds(offset + position):
                    return offset + position
            offset += _WINDOW
        return self._size

    def _holds(self, offset: int) -> bool:
        (length,) = struct.unpack("<Q", self._read(offset, 8))
        if length > MAX_RECORD_BYTES or offset + HEADER_BYTES + length + FOOTER_BYTES > self._size:
            return False
        data = self._read(offset + HEADER_BYTES, length + FOOTER_BYTES)
        (checksum,) = struct.unpack("<I", data[-FOOTER_BYTES:])
        return bool(masked_crc32c(memoryview(data)[:-FOOTER_BYTES]) == checksum)

    def _read(self, offset: int, count: int) -> bytes:
        count = min(count, self._size - offset)
        self._left_to_read -= count
        if self._left_to_read < 0:
            raise EndlessError(offset)
        self._file.seek(offset)
        data = self._file.read(count)
        if len(data) != count:
            raise OSError(f"{count} bytes at {offset} were asked for and {len(data)} read: the file shrinks.")
        return data


class EndlessError(Exception):
    """Reading on would take for ever: the file was made to be searched without end."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"more than {_MAX_READS} times its size was read, at byte {offset}.")
        self.offset = offset


def frame(data: bytes) -> bytes:
    """The bytes of a record that holds `data`."""
    length = struct.pack("<Q", len(data))
    return b"".join(
        [length, struct.pack("<I", masked_crc32c(length)), data, struct.pack("<I", masked_crc32c(data))]
    )
