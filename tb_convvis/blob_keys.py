"""The keys under which TensorBoard keeps the blobs of one record."""

from __future__ import annotations

from collections.abc import Iterable

_END = "\n"
"""Between keys: TensorBoard's are the text of URLs, which holds no control characters."""


class BlobKeys:
    """Keys of one record, in the order of its blobs, in a tenth of the memory of so many strings.

    A log of 1 GB may have a million of them; those of one record differ in their last letters.

    Args:
        keys: as TensorBoard gives them.

    Raises:
        ValueError: a key that no URL could hold.

    Example:
        >>> keys = BlobKeys(["run-step3-0", "run-step3-1"])
        >>> len(keys), keys[1]
        (2, 'run-step3-1')
    """

    __slots__ = ("_count", "_prefix", "_rest")

    def __init__(self, keys: Iterable[str]) -> None:
        keys = list(keys)
        if any(_END in key for key in keys):
            raise ValueError("Received a blob key with a line break. Expected the text of a URL.")
        self._count = len(keys)
        self._prefix = _common(min(keys, default=""), max(keys, default=""))
        self._rest = _END.join(key[len(self._prefix) :] for key in keys)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < self._count:
            raise IndexError(f"no blob {index}: {self._count} keys.")
        return self._prefix + self._rest.split(_END)[index]

    @property
    def cost(self) -> int:
        """Bytes in memory, about."""
        return 200 + len(self._prefix) + len(self._rest)


def _common(one: str, other: str) -> str:
    differs = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differs, min(len(one), len(other)))]
