"""Which pictures of a probe set are occluded, and which class is followed in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.class_spread import spread_over_classes
from tb_convvis.callbacks.probe import Probe


@dataclass(frozen=True)
class OccludedPictures:
    """Pictures to occlude.

    `numbers`: of the pictures in the probe set, ordered by class; `labels`: the class of each, or None
    where the predicted one is followed; `notes`: what of it is worth saying.
    """

    numbers: NDArray[np.int64]
    labels: NDArray[np.int64] | None
    notes: tuple[str, ...]

    @classmethod
    def choose(cls, probe: Probe, count: int, classes: int, seed: int) -> OccludedPictures:
        """Choose `count` pictures of as many of the model's `classes` as there are.

        Example:
            >>> probe = Probe(np.zeros((4, 8, 8, 3)), np.array([0, 0, 5, 1]), drawn_from=4)
            >>> OccludedPictures.choose(probe, 2, classes=2, seed=0).numbers.tolist()[1:]
            [3]

        """
        notes = []
        if probe.form == "shares":
            notes.append("labels are shares of the classes: the class with the largest share is followed.")
        if probe.form == "other":
            notes.append("the labels are not one class per picture: the predicted classes are followed.")
        if probe.labels is None:
            return cls._without(probe, count, seed, notes)
        usable = np.flatnonzero((probe.labels >= 0) & (probe.labels < classes))
        odd = probe.count - len(usable)
        if odd:
            values = np.unique(np.delete(probe.labels, usable))
            shown = ", ".join(map(str, values[:3])) + (", ..." if len(values) > 3 else "")
            what = f"{odd} of {probe.count} pictures have a label that is no class of {classes} ({shown})"
            if odd == probe.count:
                notes.append(f"{what}: the predicted classes are followed.")
                return cls._without(probe, count, seed, notes)
            notes.append(f"{what} and are not occluded.")
        numbers = usable[spread_over_classes(probe.labels[usable], count, seed)]
        labels = probe.labels[numbers]
        met = len(np.unique(labels))
        if met < min(count, classes):
            notes.append(
                f"the pictures are of {met} of {classes} classes: the {probe.drawn_from} pictures that were "
                "looked at are of no other."
            )
        return cls(numbers, labels, tuple(notes))

    @classmethod
    def _without(cls, probe: Probe, count: int, seed: int, notes: list[str]) -> OccludedPictures:
        numbers = spread_over_classes(np.zeros(probe.count, np.int64), count, seed)
        return cls(numbers, None, tuple(notes))
