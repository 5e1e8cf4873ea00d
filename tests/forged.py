"""Payloads that `schema.encode` would refuse to make, with checksums that match all the same."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from tb_convvis import schema

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(100))
KERNEL = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2)


def payload() -> list[bytes]:
    """A valid one: manifest, array, picture."""
    facts = {"layer": "conv1", "rms": [0.1, 0.2]}
    return schema.encode("filters", facts, [KERNEL, schema.Picture(PNG, "image/png", 10, 10)])


def forged(**changes: Any) -> bytes:
    """The manifest of `payload` with some fields changed."""
    fields = {**json.loads(payload()[0]), **changes, "crc32": "00000000"}
    return signed(json.dumps(fields, separators=(",", ":")))


def signed(text: str | bytes) -> bytes:
    """A manifest with its checksum in place of the eight zeros that it opens with."""
    data = text if isinstance(text, bytes) else text.encode()
    return data.replace(b'"00000000"', f'"{zlib.crc32(data):08x}"'.encode(), 1)


def described(data: bytes, **fields: Any) -> dict[str, Any]:
    """What a manifest says of a blob: its size and checksum, and whatever else."""
    return {"size": len(data), "crc32": zlib.crc32(data), **fields}
