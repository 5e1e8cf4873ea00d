"""What excites each map most at each checkpoint, searched part by part before any of it is logged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import keras
import numpy as np

from tb_convvis.callbacks.layer_features import LayerFeatures
from tb_convvis.callbacks.layers import searched_layers
from tb_convvis.callbacks.picture_set import PictureArrays, PictureSet, load_mapped, picture_set
from tb_convvis.callbacks.probe import Probe, draw_probe
from tb_convvis.callbacks.ray_search import search_on_ray
from tb_convvis.callbacks.search_state import SearchState
from tb_convvis.callbacks.shard_search import Shard, ShardSearch, search_here
from tb_convvis.callbacks.top_activations import TopActivations
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.top_activations import TopActivations as Top
from tb_convvis.schema import MAX_BLOBS

SHARD_VALUES = 1 << 26
"""Values of the pictures of a shard, at the most: 256 MiB as floating numbers."""
SHARD_PICTURES = 1024
"""Pictures of a shard, at the most."""


class CheckpointSearch:
    """A search of the checkpoints of a training that can be shared out, stopped and gone on with.

    Args:
        model: built model of the architecture that was trained; it is given the weights of each checkpoint.
        checkpoints: paths by step.
        data: pictures, see `picture_set`; for a draw of them as `draw_probe` takes them.
        log_dir: directory that the replay logs into.
        images: "all", or how many are drawn and searched.
        ray: address of a Ray cluster, see `search_on_ray`; None for this process.

    Raises:
        ValueError: data that cannot be searched part by part, or no data.
    """

    def __init__(
        self,
        model: keras.Model,
        checkpoints: Mapping[int, str],
        data: Any,
        log_dir: str,
        *,
        images: int | Literal["all"],
        ray: str | None = None,
    ) -> None:
        if data is None:
            raise ValueError("there are no pictures to search. Received: data=None. Expected pictures.")
        self.images = images
        self.unknown: dict[str, ValueError] = {}
        """Layers that were asked for and cannot be searched, with the reason."""
        self._model, self._checkpoints, self._data = model, checkpoints, data
        self._log_dir, self._ray = log_dir, ray
        self._all = picture_set(data) if images == "all" else None
        self._probe: Probe | None = None
        self._state: SearchState | None = None

    @property
    def probe(self) -> Probe:
        """The pictures that the log holds, after `run`."""
        assert self._probe is not None  # noqa: S101 (run has made it)
        return self._probe

    def found(self, step: int) -> dict[str, Top]:
        """What was found at a step, after `run`: by layer, images numbered as in `probe`."""
        assert self._state is not None  # noqa: S101 (run has made it)
        top = self._state.read(step).top
        if self._all is None:
            return top
        kept = np.array(self._state.kept)
        return {path: _numbered_in(kept, one) for path, one in top.items()}

    def run(self, view: TopActivations, verbose: int = 1) -> None:
        """Search what is not searched yet, and choose what is kept for the log.

        Args:
            view: callback that will log it; it says which layers, and of each how many maps and places.
            verbose: 0 to print nothing, 1 for a progress bar.

        Raises:
            ShardError: a checkpoint or picture that cannot be read.
            ValueError: layers that are not there, a directory with another search, or more pictures to be
                kept than a record holds.
            OSError: the directory cannot be written, or workers were lost again and again.
        """
        pictures: PictureSet
        if self._all is not None:
            pictures = self._all
        else:
            self._probe = draw_probe(self._data, int(self.images), view.seed)
            pictures = PictureArrays(self._probe.images, self._probe.labels)
        one = pictures.part(slice(0, 1)).load()
        layers, self.unknown = searched_layers(self._model, one, view.layers)
        size = ModelImages(one)
        batch = size.batch_size_for(pictures.count)
        # Whole batches, so that a picture meets the same ones as in a search of all at once.
        most = min(SHARD_PICTURES, SHARD_VALUES // size.values) // batch
        shard = max(1, most) * batch
        of = {"pictures": pictures.identity, "layers": layers, "k": view.k, "batch": batch, "shard": shard}
        self._state = SearchState(self._log_dir, of)
        search = ShardSearch(self._model, layers, view.k, batch)
        self._search(self._state, search, pictures, shard, verbose)
        if self._all is None:
            return
        self._state.keep(self._worth_keeping(self._state, view))
        kept = pictures.part(np.array(self._state.kept))
        if kept.count > MAX_BLOBS:
            raise ValueError(
                f"the log holds every picture that a drawn map has among its strongest. Received: "
                f"{kept.count:,} such. Expected at most {MAX_BLOBS:,}: choose fewer checkpoints or layers."
            )
        if verbose:
            print(f"{kept.count:,} of {pictures.count:,} pictures are among the strongest, and in the log.")
        self._probe = Probe(load_mapped(kept, shard), kept.labels, pictures.count, searched=pictures.count)

    def _search(
        self, state: SearchState, search: ShardSearch, pictures: PictureSet, size: int, verbose: int
    ) -> None:
        firsts = range(0, pictures.count, size)
        found = {step: state.read(step) for step in self._checkpoints}
        todo = [
            Shard(step, path, number, first, min(first + size, pictures.count))
            for step, path in sorted(self._checkpoints.items())
            for number, first in enumerate(firsts)
            if number not in found[step].shards
        ]
        if not todo:
            return
        done = len(firsts) * len(found) - len(todo)
        bar = keras.utils.Progbar(done + len(todo), verbose=verbose, unit_name="shard")
        results = (
            search_here(search, pictures, todo)
            if self._ray is None
            else search_on_ray(self._ray, search, pictures, todo)
        )
        for shard, top in results:
            found[shard.step].add(shard.number, shard.last - shard.first, top)
            state.write(shard.step, found[shard.step])
            if len(found[shard.step].shards) == len(firsts):
                del found[shard.step]
            done += 1
            bar.update(done)

    def _worth_keeping(self, state: SearchState, view: TopActivations) -> list[int]:
        """Numbers of the pictures that records will refer to, at least one."""
        numbers: set[int] = set()
        for step in self._checkpoints:
            for path, top in state.read(step).top.items():
                drawn = LayerFeatures(path, view.maps, view.seed).drawn(len(top.value))
                numbers.update(top.image[drawn].ravel().tolist(), top.image[:, 0].tolist())
        return sorted(numbers - {-1}) or [0]


def _numbered_in(kept: np.ndarray, top: Top) -> Top:
    """The same with the images' places in `kept`; those that are not there are left out."""
    order = np.argsort(kept)
    place = order[np.searchsorted(kept, top.image, sorter=order).clip(max=len(kept) - 1)]
    there = kept[place] == top.image
    image = np.where(there, place, -1).astype(np.int32)
    row, col = (np.where(there, part, 0) for part in (top.row, top.col))
    return Top(np.where(there, top.value, -np.inf), image, row, col, top.dead_share)
