"""What in a picture excites a map, beside what does so in the pictures that excite it most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.guard import OUT_OF_MEMORY
from tb_convvis.callbacks.probe import Probe
from tb_convvis.callbacks.projector import Projector
from tb_convvis.callbacks.record import Record
from tb_convvis.callbacks.unit_slots import COLUMNS, Tiles, UnitSlots, draw_units, unit_numbers
from tb_convvis.images import encode_picture, mosaic
from tb_convvis.methods import Rule, TopActivations, TopActivationSearch
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.schema import Blob

Result = TypeVar("Result")
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
        # Enough places for every given picture to have one in the ranking among themselves. A step always
        # takes the same number of pictures: as many as are given, so that none is computed in vain.
        k, most = max(len(pictures), OTHERS + 1), ModelImages(probe.images).default_batch_size()
        self._search = TopActivationSearch(model, [layer], k, batch_size=min(len(pictures), most))
        self._project = Projector(model, probe.images, [layer], rule)
        self._impossible: dict[str, Exception] = {}
        if layer in self._project.refused:
            self._impossible["projections"] = self._project.refused[layer]

    def find(self, maps: NDArray[np.int32], channel_order: str) -> tuple[Record, Exception | None]:
        """Return what is logged of one map for each given picture, and why there are no projections.

        Args:
            maps: [pictures], the map of each.
            channel_order: "RGB" or "BGR", the order of the network's input channels.

        """
        facts: dict[str, Any] = {"k": OTHERS + 1, "columns": COLUMNS}
        slots, failure = self._attempt("search", lambda: self._search_both(maps))
        tiles: Tiles | None = None
        if slots is None:
            slots = _no_units(maps)
        else:
            units = {self._layer: slots}
            tiles, failure = self._attempt(
                "projections", lambda: self._project(self._probe.images, units).get(self._layer)
            )
        facts["extended"] = self._project.extended(self._layer)
        if tiles is None:
            facts["refused"] = "no picture excites these maps." if failure is None else str(failure)
            return Record(facts, [unit_numbers(slots)]), failure
        numbers, drawn = draw_units(slots, tiles, channel_order)
        rows: list[Blob] = [encode_picture(mosaic(row, OTHERS + 1), tiles.media) for row in drawn]
        return Record({**facts, **tiles.facts, "refused": None}, [numbers, *rows]), failure

    def _attempt(self, part: str, work: Callable[[], Result]) -> tuple[Result | None, Exception | None]:
        """What `work` returns, or why it could not; for want of memory it is not tried again."""
        if part in self._impossible:
            # Without its traceback, which would hold on to what the frames hold.
            return None, self._impossible[part].with_traceback(None)
        try:
            return work(), None
        except Exception as error:  # noqa: BLE001 (the grids are logged all the same)
            if isinstance(error, OUT_OF_MEMORY):
                self._impossible[part] = error
            return None, error

    def _search_both(self, maps: NDArray[np.int32]) -> UnitSlots:
        everywhere = self._search(self._probe.images)[self._layer]
        own = self._search(self._probe.take(self._pictures)[0])[self._layer]
        return self._slots(maps, own, everywhere)

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


def _no_units(maps: NDArray[np.int32]) -> UnitSlots:
    """Places without a unit, for each map."""
    shape = (len(maps), OTHERS + 1)
    nowhere = np.zeros(shape, np.int32)
    numbers = np.broadcast_to(maps[:, None], shape).astype(np.int32)
    return UnitSlots(np.full(shape, -np.inf, np.float32), nowhere - 1, nowhere, nowhere, numbers)
