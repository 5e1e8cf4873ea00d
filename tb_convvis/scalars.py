"""Loss and metrics per epoch, as Keras's TensorBoard callback logs them in the runs beside ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tb_convvis.groups import sibling
from tb_convvis.source import Query
from tb_convvis.store import Store
from tb_convvis.unreadable import UnreadableError

MAX_POINTS = 1000
"""Of one series in an answer: as many as TensorBoard keeps of a scalar unless the user has it keep more."""

SOURCES = ("train", "validation")
_PREFIX = "epoch_"


@dataclass(frozen=True)
class Scalar:
    """A metric that was logged once per epoch; `source` is train or validation."""

    run: str
    tag: str
    name: str
    source: str


@dataclass(frozen=True)
class ScalarPoint:
    """`step` in completed epochs; `value` is None where it is not a finite number."""

    step: int
    wall_time: float | None
    value: float | None


@dataclass(frozen=True)
class ScalarSeries:
    """The values of one metric; `kept` counts those that TensorBoard has, `error` says what is wrong."""

    run: str
    tag: str
    points: tuple[ScalarPoint, ...] = ()
    kept: int = 0
    error: str | None = None


def list_scalars(store: Store, query: Query, groups: Mapping[str, str]) -> dict[str, tuple[Scalar, ...]]:
    """The metrics per epoch that Keras logged beside each run.

    Args:
        store: what TensorBoard holds.
        query: the request's.
        groups: group by run.
    """
    beside = {run: [(source, sibling(group, source)) for source in SOURCES] for run, group in groups.items()}
    tags = store.scalar_tags(query, sorted({of for runs in beside.values() for _, of in runs}))
    return {
        run: tuple(
            Scalar(of, tag, tag.removeprefix(_PREFIX), source)
            for source, of in runs
            for tag in sorted(tags.get(of, ()))
            if tag.startswith(_PREFIX)
        )
        for run, runs in beside.items()
    }


def read_scalars(store: Store, query: Query, run: str, tag: str) -> ScalarSeries:
    """The values of one metric: all that are kept, or `MAX_POINTS` of them evenly, both ends included."""
    if not tag.startswith(_PREFIX):
        return ScalarSeries(run, tag, error="not a metric per epoch.")
    try:
        kept = store.scalars(query, run, tag)
    except UnreadableError as error:
        return ScalarSeries(run, tag, error=str(error))
    if not kept:
        return ScalarSeries(run, tag, error="TensorBoard keeps no scalar of this run and tag.")
    last = len(kept) - 1
    count = min(len(kept), MAX_POINTS)
    chosen = [kept[round(number * last / max(1, count - 1))] for number in range(count)]
    # Keras gives the epoch's index as the step, everything of ours the number of completed epochs.
    points = (
        ScalarPoint(datum.step + 1, datum.wall_time, datum.value if math.isfinite(datum.value) else None)
        for datum in chosen
    )
    return ScalarSeries(run, tag, tuple(points), len(kept))
