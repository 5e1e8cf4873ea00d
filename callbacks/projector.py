"""Projections of the units of several layers, at the size they are logged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.callbacks.layers import layers_by_path, path_of_call
from tb_convvis.callbacks.picture_input import picture_input
from tb_convvis.callbacks.unit_slots import TileCollector, Tiles, UnitSlots
from tb_convvis.methods import Deconvnet, Rule

PROJECTED_BYTES = 128 * 2**20
"""Projections held at full size at once, at the most."""


class Projector:
    """Projects units of layers that can be projected, and remembers of the others why not.

    Args:
        model: the model being trained.
        images: pictures of the shape to compile for, in the structure of the model's inputs.
        paths: paths of the layers.
        rule: "deconvnet", "guided" or "gradient".
    """

    def __init__(self, model: keras.Model, images: Any, paths: list[str], rule: Rule) -> None:
        self._model = model
        self._source = picture_input(images)
        self.refused: dict[str, Exception] = {}
        self._of_path: dict[str, Deconvnet] = {}
        nothing = np.zeros((0, 4), np.int32)
        # Together they share a forward pass; if one refuses, each is compiled for itself.
        for group in [paths], [[path] for path in paths]:
            for members in group:
                project = Deconvnet(model, members, rule, source=self._source)
                try:
                    project(images, dict.fromkeys(members, nothing))
                except Exception as failure:  # noqa: BLE001 (kept: it is reported at every logged epoch)
                    if len(members) == 1:
                        self.refused[members[0]] = failure
                else:
                    self._of_path |= dict.fromkeys(members, project)
            if self._of_path or self.refused:
                break

    def __call__(self, images: Any, slots: Mapping[str, UnitSlots]) -> dict[str, Tiles]:
        """Project the units of each layer, a few pictures at a time; layers that refuse are left out."""
        slots = {path: places for path, places in slots.items() if path in self._of_path}
        units = {path: places.units for path, places in slots.items()}
        collectors = {path: TileCollector(places) for path, places in slots.items()}
        arrays = tf.nest.flatten(images)
        room = max(1, PROJECTED_BYTES // arrays[self._source][0].size // 4)
        for project in dict.fromkeys(self._of_path.values()):
            own = {path: rows for path, rows in units.items() if self._of_path[path] is project}
            for pictures in _parts(own, room):
                rows = {path: np.flatnonzero(np.isin(own[path][:, 0], pictures)) for path in own}
                wanted = {path: own[path][chosen] for path, chosen in rows.items() if len(chosen)}
                for path, part in project(images, wanted).items():
                    collectors[path].add(rows[path], part)
        tiles = {path: collector.tiles() for path, collector in collectors.items()}
        return {path: taken for path, taken in tiles.items() if taken is not None}

    def extended(self, path: str) -> list[str]:
        """The activations up to a layer that are not ReLU and got the rule of ReLU."""
        if path not in self._of_path:
            return []
        order = {name: number for number, name in enumerate(layers_by_path(self._model))}
        last = order.get(path_of_call(path), len(order))
        return sorted(
            {
                f"{use.layer}: {use.operation}"
                for use in self._of_path[path].rules_applied
                if use.treatment == "extended" and order.get(path_of_call(use.layer), 0) <= last
            }
        )

    @property
    def trace_count(self) -> int:
        """How many functions were compiled."""
        return sum(project.trace_count for project in dict.fromkeys(self._of_path.values()))


def _parts(units: Mapping[str, NDArray[np.int32]], room: int) -> Iterator[NDArray[np.int32]]:
    """Pictures in groups with no more units than there is room for, or of one picture."""
    pictures, counts = np.unique(np.concatenate([rows[:, 0] for rows in units.values()]), return_counts=True)
    first = taken = 0
    for place, count in enumerate(counts):
        if taken and taken + count > room:
            yield pictures[first:place]
            first, taken = place, 0
        taken += int(count)
    if len(pictures):
        yield pictures[first:]
