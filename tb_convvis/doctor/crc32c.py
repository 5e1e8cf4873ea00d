"""The masked CRC-32C that frames the records of an event file, over whole arrays at a time.

CRC is linear: the register after a pair of pieces is that of the first, advanced over as many zero bytes as
the second is long, XOR that of the second. So all 16-bit words are looked up at once, then pairs of them
joined, then pairs of those: about three look-ups for each word, and the interpreter runs once for each level.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

POLYNOMIAL = 0x82F63B78
"""Castagnoli's, its bits reversed (RFC 3720, B.4)."""

HEADER_BYTES = 12
"""A record's length, eight bytes, and the checksum of those."""

_START = 0xFFFFFFFF
_CHUNK = 1 << 22
_PLAIN = 384
"""Below so many bytes the interpreter is quicker than a dozen calls of NumPy."""

Words = NDArray[np.uint32]


def masked_crc32c(data: bytes | memoryview) -> int:
    """Return the checksum of `data` as event files hold it.

    Example:
        >>> hex(masked_crc32c(b"123456789"))
        '0xc78ab0e5'
    """
    return _masked(crc32c(data))


def crc32c(data: bytes | memoryview) -> int:
    """Return the CRC-32C of `data`.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    register = _START
    for first in range(0, len(data), _CHUNK):
        register = _advance(register, data[first : first + _CHUNK])
    return register ^ _START


def headers(data: bytes) -> list[int]:
    """Return the positions in `data` at which a length stands with its own masked checksum after it."""
    values = np.frombuffer(data, np.uint8)
    if len(values) < HEADER_BYTES:
        return []
    last = len(values) - HEADER_BYTES + 1
    # No file has 2^40 bytes: that alone leaves few positions.
    at = np.flatnonzero(~(values[5 : last + 5] | values[6 : last + 6] | values[7 : last + 7]).astype(bool))
    register = np.full(len(at), _START, np.uint32)
    table = _byte_table()
    for byte in range(8):
        register = (register >> np.uint32(8)) ^ table[(register ^ values[at + byte]) & np.uint32(0xFF)]
    crc = register ^ np.uint32(_START)
    masked = ((crc >> np.uint32(15)) | (crc << np.uint32(17))) + np.uint32(0xA282EAD8)
    stored = np.zeros(len(at), np.uint32)
    for byte in range(4):
        stored |= values[at + 8 + byte].astype(np.uint32) << np.uint32(8 * byte)
    found: list[int] = at[masked == stored].tolist()
    return found


def _masked(crc: int) -> int:
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _advance(register: int, data: bytes | memoryview) -> int:
    """The register after some more bytes."""
    if len(data) < _PLAIN:
        table = _byte_list()
        for byte in data:
            register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
        return register
    # Zeros in front of an empty register change nothing, so an odd length is filled up there.
    odd = len(data) % 2
    padded = np.zeros(len(data) + odd, np.uint8)
    padded[odd:] = np.frombuffer(data, np.uint8)
    padded[odd : odd + 4] ^= np.frombuffer(register.to_bytes(4, "little"), np.uint8)
    values = _word_table()[padded.view("<u2")]
    level = 0
    while len(values) > 1:
        if len(values) % 2:
            values = np.concatenate([np.zeros(1, np.uint32), values])
        values = _shifted(values[0::2], _shift(level)) ^ values[1::2]
        level += 1
    return int(values[0])


@cache
def _byte_table() -> Words:
    """By a byte: the register after it, from an empty one."""
    table: Words = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = (table >> np.uint32(1)) ^ (np.uint32(POLYNOMIAL) * (table & np.uint32(1)))
    return table


@cache
def _byte_list() -> list[int]:
    table: list[int] = _byte_table().tolist()
    return table


@cache
def _word_table() -> Words:
    """By two bytes in the order of a little-endian word: the register after them, from an empty one."""
    return _over_zeros(np.arange(1 << 16, dtype=np.uint32), 2)


@cache
def _shift(level: int) -> tuple[Words, Words]:
    """By the low and the high half of a register: itself after 2 x 2^level zero bytes."""
    halves = np.arange(1 << 16, dtype=np.uint32)
    if level == 0:
        return _over_zeros(halves, 2), _over_zeros(halves << np.uint32(16), 2)
    half = _shift(level - 1)
    return _shifted(half[0], half), _shifted(half[1], half)


def _shifted(registers: Words, by: tuple[Words, Words]) -> Words:
    low, high = by
    shifted: Words = low[registers & np.uint32(0xFFFF)] ^ high[registers >> np.uint32(16)]
    return shifted


def _over_zeros(registers: Words, count: int) -> Words:
    for _ in range(count):
        registers = (registers >> np.uint32(8)) ^ _byte_table()[registers & np.uint32(0xFF)]
    return registers
