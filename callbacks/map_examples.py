"""What in a picture excites a map, beside what does so in the pictures that excite it most."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.probe import Probe
from tb_convvis.callbacks.projector import Projector
from tb_convvis.callbacks.record import Record
from tb_convvis.callbacks.unit_slots import COLUMNS, UnitSlots, draw_units, unit_numbers
from tb_convvis.images import encode_picture, mosaic
from tb_convvis.methods import Rule, TopActivations, TopActivationSearch
from tb_convvis.schema import Blob

OTHERS = 3
"""So many other pictures stand beside each (Zeiler & Fergus 2013, Fig. 7c)."""


class MapExamples:
    """Finds and projects the strongest unit of a map in a given picture and in its strongest others.

    Args:
        model: the model being trained.
        probe: pictures to search.
        pictures: numbers of the given pictures in the probe.
        layer: path of the layer.
        rule: "deconvnet", "guided" or "gradient".
    """

    def __init__(
        self, model: keras.Model, probe: Probe, pictures: NDArray[np.int64], layer: str, rule: Rule
    ) -> None:
        self._probe, self._pictures, self._layer = probe, pictures, layer
        # Enough places for every given picture to have one in the ranking among themselves.
        self._search = TopActivationSearch(model, [layer], k=max(len(pictures), OTHERS + 1))
        self._project = Projector(model, probe.images, [layer], rule)

    def find(self, maps: NDArray[np.int32], channel_order: str) -> tuple[Record, Exception | None]:
        """Return what is logged of one map for each given picture, and why there are no projections.

        Args:
            maps: [pictures], the map of each.
            channel_order: "RGB" or "BGR", the order of the network's input channels.

        """
        everywhere = self._search(self._probe.images)[self._layer]
        own = self._search(self._probe.take(self._pictures)[0])[self._layer]
        slots = self._slots(maps, own, everywhere)
        facts: dict[str, Any] = {"k": OTHERS + 1, "columns": COLUMNS}
        failure: Exception | None = self._project.refused.get(self._layer)
        tiles = None
        if failure is None:
            try:
                tiles = self._project(self._probe.images, {self._layer: slots}).get(self._layer)
            except Exception as error:  # noqa: BLE001 (the grids are logged all the same)
                failure = error
        facts["extended"] = self._project.extended(self._layer)
        if tiles is None:
            facts["refused"] = "no picture excites these maps." if failure is None else str(failure)
            return Record(facts, [unit_numbers(slots)]), failure
        numbers, drawn = draw_units(slots, tiles, channel_order)
        rows: list[Blob] = [encode_picture(mosaic(row, OTHERS + 1), tiles.media) for row in drawn]
        return Record({**facts, **tiles.facts, "refused": None}, [numbers, *rows]), failure

    def _slots(self, maps: NDArray[np.int32], own: TopActivations, everywhere: TopActivations) -> UnitSlots:
        each = np.arange(len(maps))[:, None]
        mine = np.argmax(own.image[maps] == each, axis=1)[:, None]
        ranked = everywhere.image[maps]
        left_out = (ranked < 0) | (ranked == self._pictures[:, None])
        others = np.argsort(left_out, axis=1, kind="stable")[:, :OTHERS]

        def pick(first: NDArray[Any], rest: NDArray[Any]) -> NDArray[Any]:
            parts = (np.take_along_axis(first[maps], mine, 1), np.take_along_axis(rest[maps], others, 1))
            return np.concatenate(parts, axis=1)

        image = pick(own.image, everywhere.image)
        image[:, :1] = np.where(image[:, :1] == each, self._pictures[:, None], -1)
        image[:, 1:][np.take_along_axis(left_out, others, 1)] = -1
        numbers = np.broadcast_to(maps[:, None], image.shape).astype(np.int32)
        value, row, col = (
            pick(getattr(own, name), getattr(everywhere, name)) for name in ("value", "row", "col")
        )
        return UnitSlots(value, image, row, col, numbers)
