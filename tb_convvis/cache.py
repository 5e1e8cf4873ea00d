"""A cache of the entries used last, bounded by their cost."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Forgets the entries used longest ago; safe to use from several threads.

    Args:
        limit: most that the entries may cost together.

    Example:
        >>> cache = Cache(limit=2)
        >>> for key in "abc":
        ...     cache.put(key, key.upper(), cost=1)
        >>> cache.get("a"), cache.get("c")
        (None, 'C')
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._cost = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        """The value put under a key, or None."""
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key][0]

    def put(self, key: Hashable, value: Value, cost: int) -> None:
        """Keep a value; one that costs more than the limit is not kept."""
        with self._lock:
            _, known = self._entries.pop(key, (None, 0))
            self._entries[key] = value, cost
            self._cost += cost - known
            while self._cost > self._limit:
                _, (_, forgotten) = self._entries.popitem(last=False)
                self._cost -= forgotten
