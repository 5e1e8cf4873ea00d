"""Event files as bytes, without any reader."""

from __future__ import annotations

import struct
from pathlib import Path


def is_cut(path: Path) -> bool:
    """Whether a file ends in the middle of a record: length (8), its checksum (4), data, checksum (4)."""
    content, position = path.read_bytes(), 0
    while position + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, position)
        position += length + 16
    return position != len(content)
