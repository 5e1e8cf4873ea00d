"""The records that TensorBoard kept of a tag, and which of them need not be read again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from tb_convvis.blob_keys import BlobKeys
from tb_convvis.cache import Cache

RECENT_SECONDS = 1.0
"""TensorBoard looks for new data every five seconds."""


State = tuple[float | None, ...]
"""Of the records of a tag: changes with every one that is added or dropped."""

NO_KEYS = BlobKeys(())


@dataclass(frozen=True)
class Record:
    """A record that TensorBoard kept.

    Args:
        step: at which it was logged.
        wall_time: seconds since 1970; None where it is not a number.
        blobs: how many it has, the manifest among them.
        keys: the data server's, one a blob; the event multiplexer needs none.
    """

    step: int
    wall_time: float | None
    blobs: int
    keys: BlobKeys = NO_KEYS


Records = dict[int, Record]
"""Those of a tag by step, ascending."""


def finite(wall_time: float | None) -> float | None:
    """A wall time, None where it is not a number."""
    return wall_time if wall_time is not None and math.isfinite(wall_time) else None


@dataclass
class _Read:
    """The records of a tag, how it was listed when they were read, when that was, and last seen listed so."""

    state: State | None
    records: Records
    began: float
    seen: float


class RecordCache:
    """Records as they were last read, for as long as TensorBoard lists their tag alike.

    Args:
        limit: bytes that they may take together.
    """

    def __init__(self, limit: int) -> None:
        self._read: Cache[_Read] = Cache(limit)

    def recent(self, name: Hashable) -> Records | None:
        """Those of a tag that was listed within the last second."""
        known = self._read.get(name)
        return known.records if known and time.monotonic() - known.seen < RECENT_SECONDS else None

    def current(self, name: Hashable, state: State | None, read: Callable[[], Records]) -> Records:
        """Those of a tag that is listed now; they are read where it is listed otherwise than before."""
        now = time.monotonic()
        known = self._read.get(name)
        if known is not None and state is not None and known.state == state:
            known.seen = now
            return known.records
        records = read()
        known = self._read.get(name)
        # Another request may have read later ones meanwhile, and told of them.
        if known is None or known.began <= now:
            cost = sum(record.keys.cost for record in records.values())
            self._read.put(name, _Read(state, records, began=now, seen=now), cost=cost)
        return records
