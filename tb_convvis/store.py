"""What TensorBoard holds of ours, run by run and tag by tag, alike for both of its readers.

TensorBoard reads event files in one of two ways, the data server (Rust) and
the event multiplexer (Python), which differ where a log is out of the ordinary.
The differences end here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from tensorboard.data import provider as data

from tb_convvis.blob_keys import BlobKeys
from tb_convvis.cache import Cache
from tb_convvis.listing import Listed, Listing, State, list_series
from tb_convvis.records import Record, RecordCache, Records
from tb_convvis.schema import (
    MAX_BLOBS,
    PLUGIN_NAME,
    BlobInfo,
    Manifest,
    SchemaError,
    check_blob,
    parse_manifest,
    parse_tag,
)
from tb_convvis.tensor_series import (
    ALL_STEPS,
    HISTOGRAMS_PLUGIN,
    SCALARS_PLUGIN,
    Point,
    SeriesName,
    from_data_server,
    from_multiplexer,
)
from tb_convvis.unreadable import NotAtHandError, UnreadableError, unreadable

MAX_CACHED_BYTES = 64 * 2**20
"""Of the keys, of the manifests and of the blobs, each."""
BYTES_PER_ENTRY = 500
PARSED = 5
"""What a manifest takes in memory, parsed and as text together, in lengths of its text."""


@dataclass(frozen=True)
class Query:
    """What TensorBoard wants to know of every request, and whether its data server must not be asked."""

    context: Any
    experiment: str
    only_at_hand: bool = False


@dataclass(frozen=True)
class Histogram:
    """A histogram that TensorBoard kept; `buckets` is whatever array was logged, None where it is none."""

    step: int
    wall_time: float | None
    buckets: Any


class Store:
    """Reads through TensorBoard's data provider.

    Args:
        provider: TensorBoard's data provider.
        multiplexer: given by TensorBoard only with its Python reader.
    """

    def __init__(self, provider: Any, multiplexer: Any = None) -> None:
        self._provider = provider
        self._multiplexer = multiplexer
        self._records = RecordCache(MAX_CACHED_BYTES)
        self._manifests: Cache[tuple[Manifest, bytes]] = Cache(MAX_CACHED_BYTES)
        # A call of the data server takes half a millisecond of this process, most of what a request costs
        # where many clients look at the same runs. The Python reader has the blobs at hand.
        self._blobs: Cache[bytes] = Cache(MAX_CACHED_BYTES if multiplexer is None else 0)

    def runs(self, query: Query) -> list[str]:
        """The names of all runs, in TensorBoard's order."""
        if self._multiplexer is not None:
            # The Python reader's provider opens a file of every run for its start time; where one cannot be
            # opened, it lists none.
            return list(self._multiplexer.Runs())
        runs = self._provider.list_runs(query.context, experiment_id=query.experiment)
        return [run.run_name for run in runs]

    def logged_runs(self, query: Query) -> set[str]:
        """The names of the runs that ConvVis logged."""
        if self._multiplexer is not None:
            # The Python reader's provider looks at every record of every run to list them.
            listed = self._multiplexer.PluginRunToTagToContent(PLUGIN_NAME)
            return {run for run, tags in listed.items() if tags}
        return set(self.tags(query))

    def tags(
        self, query: Query, runs: Sequence[str] | None = None, tags: Sequence[str] | None = None
    ) -> Listing:
        """What ConvVis logged; of these runs and these tags, where None means all."""
        return self._list(self._provider.list_blob_sequences, query, PLUGIN_NAME, runs, tags)

    def histogram_tags(self, query: Query, runs: Sequence[str]) -> Listing:
        """Histograms, whoever logged them."""
        return self._list(self._provider.list_tensors, query, HISTOGRAMS_PLUGIN, runs)

    def scalar_tags(self, query: Query, runs: Sequence[str]) -> Listing:
        """Scalars, whoever logged them."""
        return self._list(self._provider.list_scalars, query, SCALARS_PLUGIN, runs)

    def recent_records(self, query: Query, run: str, tag: str) -> Records | None:
        """The records of a tag as of the last second, where TensorBoard was asked for them since."""
        return self._records.recent((query.experiment, run, tag))

    def records(self, query: Query, run: str, tag: str, listed: Listed) -> Records:
        """The records of a tag, as it was listed.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        # What was read is kept until the listing changes: reading takes the data server far longer.
        state = listed.state or self._state(query, run, tag)
        # The Python reader makes a key for every element that a tensor's shape claims.
        if (state[2] or 0) > MAX_BLOBS + 1:
            raise UnreadableError(f"too many blobs. Received: {state[2]}. Expected at most {MAX_BLOBS + 1}.")
        read = partial(self._records_of, query, run, tag)
        return self._records.current((query.experiment, run, tag), state, read)

    def manifest(self, query: Query, run: str, tag: str, record: Record) -> tuple[Manifest, bytes]:
        """The manifest of a record, parsed and as it was logged.

        Raises:
            UnreadableError: gone, damaged, or of a newer version.
        """
        key = (query.experiment, run, tag, record.step, record.wall_time)
        known = self._manifests.get(key)
        if known is not None:
            return known
        if len(record.keys) == 0:
            raise UnreadableError("damaged record: it has no manifest.")
        raw = self._read(query, record.keys[0])
        kind, _ = parse_tag(tag) or (None, tag)
        try:
            manifest = parse_manifest(raw)
        except SchemaError as error:
            raise UnreadableError(str(error)) from error
        if manifest.kind != kind:
            raise UnreadableError(f"tag and manifest disagree on the kind: {kind!r} and {manifest.kind!r}.")
        # Cached for good: what was logged at a wall time never changes.
        self._manifests.put(key, (manifest, raw), cost=PARSED * len(raw))
        return manifest, raw

    def blob(self, query: Query, record: Record, index: int, described: BlobInfo) -> bytes:
        """Blob `index` of a record, of which the manifest is 0, checked against what the manifest says.

        Raises:
            UnreadableError: it is gone since its key was read.
            SchemaError: damaged.
        """
        # A key says the step; what is logged there anew has another wall time.
        key = (query.experiment, record.keys[index], record.wall_time)
        known = self._blobs.get(key)
        if known is None:
            known = self._read(query, record.keys[index])
            check_blob(described, known)
            self._blobs.put(key, known, cost=len(known) + BYTES_PER_ENTRY)
        return known

    def _records_of(self, query: Query, run: str, tag: str) -> Records:
        series = self._one(
            self._provider.read_blob_sequences, query, PLUGIN_NAME, run, tag, downsample=ALL_STEPS
        )
        return {
            point.step: Record(
                point.step, _finite(point.wall_time), BlobKeys(value.blob_key for value in point.values)
            )
            for point in _one_per_step(series)
        }

    def _read(self, query: Query, key: str) -> bytes:
        self._check_at_hand(query)
        try:
            return bytes(self._provider.read_blob(query.context, blob_key=key))
        except Exception as error:
            raise unreadable(error) from error

    def histograms(self, query: Query, run: str, tag: str) -> list[Histogram]:
        """The histograms of a tag by ascending step; empty where there are none.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        return [
            Histogram(point.step, _finite(point.wall_time), point.array())
            for point in _one_per_step(self._tensors(query, HISTOGRAMS_PLUGIN, run, tag))
        ]

    def scalars(self, query: Query, run: str, tag: str) -> list[tuple[int, float | None, float]]:
        """Step, wall time and value of the scalars of a tag by ascending step.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        if self._multiplexer is None:
            # The data server makes numbers of them itself.
            series = self._one(
                self._provider.read_scalars, query, SCALARS_PLUGIN, run, tag, downsample=ALL_STEPS
            )
            found = [(point, point.value) for point in _one_per_step(series)]
        else:
            points = self._tensors(query, SCALARS_PLUGIN, run, tag)
            found = [(point, point.array()) for point in _one_per_step(points)]
        return [(point.step, _finite(point.wall_time), _number(value)) for point, value in found]

    def _tensors(self, query: Query, plugin: str, run: str, tag: str) -> list[Point]:
        series = SeriesName(query.experiment, plugin, run, tag)
        try:
            if self._multiplexer is None:
                return from_data_server(self._provider, series)
            return from_multiplexer(self._multiplexer, series)
        except Exception as error:
            raise unreadable(error) from error

    def _list(
        self,
        call: Callable[..., Any],
        query: Query,
        plugin: str,
        runs: Sequence[str] | None,
        tags: Sequence[str] | None = None,
    ) -> Listing:
        where = {"experiment": query.experiment, "plugin": plugin}
        return list_series(call, self._multiplexer, query.context, runs=runs, tags=tags, **where)

    def _check_at_hand(self, query: Query) -> None:
        # The Python reader has everything in this process.
        if query.only_at_hand and self._multiplexer is None:
            raise NotAtHandError

    def _state(self, query: Query, run: str, tag: str) -> State:
        """That of a tag of which only the metadata could be listed with the others."""
        series = self._one(self._provider.list_blob_sequences, query, PLUGIN_NAME, run, tag)
        return (
            (None, None, 0) if series is None else (series.max_step, series.max_wall_time, series.max_length)
        )

    def _one(
        self, call: Callable[..., Any], query: Query, plugin: str, run: str, tag: str, **arguments: Any
    ) -> Any:
        self._check_at_hand(query)
        # One run and one tag a read: an answer of TensorBoard's data server is at most 256 MiB.
        wanted = data.RunTagFilter(runs=[run], tags=[tag])
        try:
            found = call(
                query.context,
                experiment_id=query.experiment,
                plugin_name=plugin,
                run_tag_filter=wanted,
                **arguments,
            )
        except Exception as error:
            raise unreadable(error) from error
        return found.get(run, {}).get(tag)


def _one_per_step(points: Sequence[Any] | None) -> list[Any]:
    """The points by ascending step, the newest where a step was logged more than once."""
    newest: dict[int, Any] = {}
    for point in points or ():
        known = newest.get(point.step)
        if known is None or point.wall_time >= known.wall_time:
            newest[point.step] = point
    return [newest[step] for step in sorted(newest)]


def _finite(wall_time: float) -> float | None:
    return wall_time if math.isfinite(wall_time) else None


def _number(value: object) -> float:
    """A scalar's value as a number; NaN where something else was logged."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    return float(value) if isinstance(value, (int, float)) else math.nan
