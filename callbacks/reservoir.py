"""Which pictures are kept of data that is read once, when it is not known beforehand how many there are."""

from __future__ import annotations

from collections import Counter

import numpy as np


class Reservoir:
    """An even draw: every picture that was read is kept with the same probability (Vitter's algorithm R).

    Args:
        count: how many places there are.
        generator: of the draw.
    """

    def __init__(self, count: int, generator: np.random.Generator) -> None:
        self.count, self.seen = count, 0
        self._generator = generator

    def place(self, label: int | None) -> int | None:
        """Return the place of the next picture, taken or the next free one; None to leave it out."""
        place = self.seen if self.seen < self.count else int(self._generator.integers(self.seen + 1))
        self.seen += 1
        return place if place < self.count else None


class BalancedReservoir(Reservoir):
    """As many pictures of each class as can be had, evenly drawn among those of a class.

    A class with fewer pictures than another takes a place from the largest; once a class has been the
    largest its later pictures only replace its own, as in `Reservoir` (Chrysakis and Moens 2020, "Online
    Continual Learning from Imbalanced Data", Algorithm 1).
    """

    def __init__(self, count: int, generator: np.random.Generator) -> None:
        super().__init__(count, generator)
        self._kept: list[int | None] = []
        self._met: Counter[int | None] = Counter()
        self._full: set[int | None] = set()

    def place(self, label: int | None) -> int | None:
        """Return the place of the next picture, taken or the next free one; None to leave it out."""
        self.seen += 1
        self._met[label] += 1
        if len(self._kept) < self.count:
            self._kept.append(label)
            return len(self._kept) - 1
        sizes = Counter(self._kept)
        largest = [kept for kept, size in sizes.items() if size == max(sizes.values())]
        self._full.update(largest)
        if label not in self._full:
            leaving = largest[int(self._generator.integers(len(largest)))]
        elif self._generator.random() < sizes[label] / self._met[label]:
            leaving = label
        else:
            return None
        places = [place for place, kept in enumerate(self._kept) if kept == leaving]
        place = places[int(self._generator.integers(len(places)))]
        self._kept[place] = label
        return place
