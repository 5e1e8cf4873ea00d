"""What a search has found so far, on disk: it may take days, and goes on where it stopped."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import tensorflow as tf

from tb_convvis.callbacks.whole_file import write_whole
from tb_convvis.methods import TopActivations, merge_top_activations

DIRECTORY = "convvis-search"
"""Beside the run: of each checkpoint what was found and where, and which pictures the log refers to."""
FIELDS = ("value", "image", "row", "col", "dead_share")


@dataclass
class Found:
    """What is found of one checkpoint: which shards were searched, and what they give together.

    `shards`: their numbers; `count`: how many pictures they have; `top`: by layer.
    """

    shards: set[int] = field(default_factory=set)
    count: int = 0
    top: dict[str, TopActivations] = field(default_factory=dict)

    def add(self, shard: int, count: int, top: Mapping[str, TopActivations]) -> None:
        """Add a shard of so many pictures."""
        if self.shards:
            counts = [self.count, count]
            self.top = {path: merge_top_activations([self.top[path], top[path]], counts) for path in self.top}
        else:
            self.top = dict(top)
        self.shards.add(shard)
        self.count += count


class SearchState:
    """The files of a search.

    Args:
        log_dir: directory that the replay logs into, local or remote.
        of: what is searched and how, as JSON values; what was found for anything else is not taken.

    Raises:
        ValueError: the directory holds the search of other pictures, or one by other rules.
    """

    def __init__(self, log_dir: str, of: Mapping[str, Any]) -> None:
        self._directory = f"{log_dir}/{DIRECTORY}"
        self._of = json.loads(json.dumps(of))
        self.kept: list[int] = []
        """Numbers of the pictures that the log holds, in the order in which its records count them."""
        path = f"{self._directory}/search.json"
        if not tf.io.gfile.exists(path):
            tf.io.gfile.makedirs(self._directory)
            self._write()
            return
        with tf.io.gfile.GFile(path) as file:
            state = json.loads(file.read())
        if state["of"] != self._of:
            differing = ", ".join(name for name in self._of if state["of"].get(name) != self._of[name])
            raise ValueError(
                f"the directory holds a search of other {differing or 'pictures'}. "
                f"Received: log_dir={log_dir!r}. Choose another."
            )
        self.kept = state["kept"]

    def keep(self, numbers: Sequence[int]) -> None:
        """Keep more pictures, behind those that records may refer to already."""
        known = set(self.kept)
        self.kept += [number for number in numbers if number not in known]
        self._write()

    def read(self, step: int) -> Found:
        """Return what is found of a step's checkpoint."""
        path = self._path(step)
        if not tf.io.gfile.exists(path):
            return Found()
        with tf.io.gfile.GFile(path, "rb") as file, np.load(io.BytesIO(file.read())) as arrays:
            top = {
                path: TopActivations(*(arrays[f"{number}/{name}"] for name in FIELDS))
                for number, path in enumerate(self._of["layers"])
            }
            return Found(set(arrays["shards"].tolist()), int(arrays["count"]), top)

    def write(self, step: int, found: Found) -> None:
        """Write what is found of a step's checkpoint."""
        arrays = {
            f"{number}/{name}": getattr(found.top[path], name)
            for number, path in enumerate(self._of["layers"])
            for name in FIELDS
        }
        file = io.BytesIO()
        np.savez(file, shards=sorted(found.shards), count=found.count, **arrays)
        write_whole(self._path(step), file.getvalue())

    def _path(self, step: int) -> str:
        return f"{self._directory}/step-{step}.npz"

    def _write(self) -> None:
        state = json.dumps({"of": self._of, "kept": self.kept})
        write_whole(f"{self._directory}/search.json", state.encode())
