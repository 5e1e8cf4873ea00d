"""What one record holds, before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tb_convvis.schema import Blob


@dataclass(frozen=True)
class Record:
    """Facts and blobs of one record."""

    facts: dict[str, Any]
    blobs: list[Blob]
