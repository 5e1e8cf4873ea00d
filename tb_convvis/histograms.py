"""Weight histograms: our own, and those of Keras's TensorBoard callback in the run beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tb_convvis.groups import sibling
from tb_convvis.schema import HISTOGRAMS_TAG_PREFIX
from tb_convvis.source import Query
from tb_convvis.store import Store
from tb_convvis.unreadable import UnreadableError

_KERAS_SUFFIX = "/histogram"


@dataclass(frozen=True)
class Weight:
    """A series of histograms; `source` is convvis or keras."""

    run: str
    tag: str
    name: str
    source: str


@dataclass(frozen=True)
class Point:
    """One histogram: `step` in completed epochs, `buckets` as (left, right, count)."""

    step: int
    wall_time: float | None
    buckets: list[list[float]]


@dataclass(frozen=True)
class Series:
    """The histograms of one weight; `error` says in words what could not be read."""

    run: str
    tag: str
    points: tuple[Point, ...] = ()
    error: str | None = None


def read_weights(store: Store, query: Query, groups: Mapping[str, str]) -> dict[str, tuple[Weight, ...]]:
    """The histograms that belong to each run: its own, and Keras's in its group.

    Args:
        store: what TensorBoard holds.
        query: the request's.
        groups: group by run.
    """
    keras = {run: sibling(group, "train") for run, group in groups.items()}
    tags = store.histogram_tags(query, sorted({*keras, *keras.values()}))
    return {
        run: tuple(
            Weight(of, tag, named[0], named[1])
            for of in (run, keras[run])
            for tag in sorted(tags.get(of, ()))
            if (named := _name_and_source(tag))
        )
        for run in groups
    }


def read_series(store: Store, query: Query, run: str, tag: str) -> Series:
    """All kept histograms of one weight; a damaged one is left out and counted in `error`."""
    named = _name_and_source(tag)
    if named is None:
        return Series(run, tag, error="not a weight's histogram.")
    # Keras gives the epoch's index as the step, everything of ours the number of completed epochs.
    shift = 1 if named[1] == "keras" else 0
    try:
        logged = store.histograms(query, run, tag)
    except UnreadableError as error:
        return Series(run, tag, error=str(error))
    points = tuple(
        Point(datum.step + shift, datum.wall_time, buckets)
        for datum in logged
        if (buckets := _buckets(datum.value)) is not None
    )
    if not logged:
        return Series(run, tag, error="TensorBoard keeps no histogram of this run and tag.")
    damaged = len(logged) - len(points)
    return Series(
        run, tag, points, f"{damaged} of {len(logged)} histograms are damaged." if damaged else None
    )


def _name_and_source(tag: str) -> tuple[str, str] | None:
    if tag.startswith(HISTOGRAMS_TAG_PREFIX):
        return tag.removeprefix(HISTOGRAMS_TAG_PREFIX), "convvis"
    if tag.endswith(_KERAS_SUFFIX):
        return tag.removesuffix(_KERAS_SUFFIX), "keras"
    return None


def _buckets(tensor: object) -> list[list[float]] | None:
    """Rows of three finite numbers, or None where the tensor is something else."""
    array = np.asarray(tensor)
    if (
        array.ndim != 2
        or array.shape[1] != 3
        or array.dtype.kind not in "fiu"
        or not np.isfinite(array).all()
    ):
        return None
    buckets: list[list[float]] = array.tolist()
    return buckets
