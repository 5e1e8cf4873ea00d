"""One part of the pictures, searched with one state of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import keras

from tb_convvis.callbacks.checkpoint_files import load_checkpoint
from tb_convvis.callbacks.picture_set import PictureSet
from tb_convvis.methods import TopActivations, TopActivationSearch, number_from


class ShardError(ValueError):
    """A shard that cannot be searched, wherever it is tried."""


@dataclass(frozen=True)
class Shard:
    """Pictures `first` to `last` (exclusive) of all, to be searched with the checkpoint of a step.

    `number`: of these pictures among the parts of all.
    """

    step: int
    checkpoint: str
    number: int
    first: int
    last: int

    def __str__(self) -> str:
        return f"pictures {self.first:,} to {self.last - 1:,} at step {self.step}"


class ShardSearch:
    """Searches shards one after the other, compiled once for all.

    Args:
        model: built model of the architecture that was trained; it is given the weights of each checkpoint.
        layers: paths of the layers.
        k: how many pictures each map keeps.
        batch_size: pictures per step, the same for every shard.
    """

    def __init__(self, model: keras.Model, layers: Sequence[str], k: int, batch_size: int) -> None:
        self.model, self.layers, self.k, self.batch_size = model, list(layers), k, batch_size
        self._search = TopActivationSearch(model, layers, k, batch_size)
        self._loaded: str | None = None

    def __call__(self, shard: Shard, pictures: PictureSet) -> dict[str, TopActivations]:
        """Search a shard.

        Args:
            shard: which one.
            pictures: those of the shard.

        Returns:
            Path of each layer to what was found, images numbered as in all pictures.

        Raises:
            ShardError: its checkpoint or one of its pictures cannot be read, or the search fails.
        """
        try:
            if self._loaded != shard.checkpoint:
                self._loaded = None
                load_checkpoint(self.model, shard.checkpoint)
                self._loaded = shard.checkpoint
            found = self._search(pictures.load())
        except Exception as error:
            raise ShardError(f"cannot search {shard}. {type(error).__name__}: {error}") from error
        return {path: number_from(top, shard.first) for path, top in found.items()}


def search_here(
    search: ShardSearch, pictures: PictureSet, shards: Iterable[Shard]
) -> Iterator[tuple[Shard, dict[str, TopActivations]]]:
    """Search shards in this process, one after the other."""
    for shard in shards:
        yield shard, search(shard, pictures.part(slice(shard.first, shard.last)))
