"""What TensorBoard holds of ours, run by run and tag by tag: checked, and kept where reading is slow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from tb_convvis.cache import Cache
from tb_convvis.records import Record, RecordCache, Records
from tb_convvis.schema import (
    MAX_BLOBS,
    BlobInfo,
    Manifest,
    SchemaError,
    check_blob,
    parse_manifest,
    parse_tag,
)
from tb_convvis.source import Datum, Listed, Listing, Query, Source
from tb_convvis.unreadable import NotAtHandError, UnreadableError, unreadable

Result = TypeVar("Result")
Kept = TypeVar("Kept", Datum, Record)

MAX_CACHED_BYTES = 64 * 2**20
"""Of the records, of the manifests and of the blobs, each."""
BYTES_PER_ENTRY = 500
PARSED = 5
"""What a manifest takes in memory, parsed and as text together, in lengths of its text."""


class Store:
    """Reads what one of TensorBoard's readers holds.

    Args:
        source: that reader.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._records = RecordCache(MAX_CACHED_BYTES)
        self._manifests: Cache[tuple[Manifest, bytes]] = Cache(MAX_CACHED_BYTES)
        # A call of the data server takes half a millisecond of this process, most of what a request costs
        # where many clients look at the same runs.
        self._blobs: Cache[bytes] = Cache(0 if source.at_hand else MAX_CACHED_BYTES)

    def runs(self, query: Query) -> list[str]:
        """The names of all runs, in TensorBoard's order."""
        return self._source.runs(query)

    def logged_runs(self, query: Query) -> set[str]:
        """The names of the runs that ConvVis logged."""
        return self._source.logged_runs(query)

    def tags(
        self, query: Query, runs: Sequence[str] | None = None, tags: Sequence[str] | None = None
    ) -> Listing:
        """What ConvVis logged; of these runs and these tags, where None means all."""
        return self._source.tags(query, runs, tags)

    def histogram_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of histograms, whoever logged them."""
        return self._source.histogram_tags(query, runs)

    def scalar_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of scalars, whoever logged them."""
        return self._source.scalar_tags(query, runs)

    def recent_records(self, query: Query, run: str, tag: str) -> Records | None:
        """The records of a tag as of the last second, where TensorBoard was asked for them since."""
        return self._records.recent((query.experiment, run, tag))

    def records(self, query: Query, run: str, tag: str, listed: Listed) -> Records:
        """The records of a tag, as it was listed.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        # The data server makes a key of each.
        _check_count(listed.blobs)
        # What was read is kept until the listing changes: reading takes the data server far longer.
        read = partial(self._records_of, query, run, tag)
        return self._records.current((query.experiment, run, tag), listed.state, read)

    def manifest(self, query: Query, run: str, tag: str, record: Record) -> tuple[Manifest, bytes]:
        """The manifest of a record, parsed and as it was logged.

        Raises:
            UnreadableError: gone, damaged, or of a newer version.
        """
        key = (query.experiment, run, tag, record.step, record.wall_time)
        known = self._manifests.get(key)
        if known is not None:
            return known
        _check_count(record.blobs)
        if record.blobs == 0:
            raise UnreadableError("damaged record: it has no manifest.")
        raw = _read(self._source.blob, query, run, tag, record, 0)
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

    def blob(
        self, query: Query, run: str, tag: str, record: Record, index: int, *, described: BlobInfo
    ) -> bytes:
        """Blob `index` of a record, of which the manifest is 0, checked against what the manifest says.

        Raises:
            UnreadableError: it is gone since the record was read.
            SchemaError: damaged.
        """
        # What is logged at a step anew has another wall time.
        key = (query.experiment, run, tag, record.step, record.wall_time, index)
        known = self._blobs.get(key)
        if known is None:
            known = _read(self._source.blob, query, run, tag, record, index)
            check_blob(described, known)
            self._blobs.put(key, known, cost=len(known) + BYTES_PER_ENTRY)
        return known

    def histograms(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The histograms of a tag by ascending step; empty where there are none.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        return _one_per_step(_read(self._source.histograms, query, run, tag))

    def scalars(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The scalars of a tag by ascending step; NaN for what is no number, empty where there are none.

        Raises:
            UnreadableError: TensorBoard cannot read this tag.
        """
        kept = _one_per_step(_read(self._source.scalars, query, run, tag))
        return [replace(datum, value=_number(datum.value)) for datum in kept]

    def _records_of(self, query: Query, run: str, tag: str) -> Records:
        kept = _read(self._source.records, query, run, tag)
        return {record.step: record for record in _one_per_step(kept)}


def _read(read: Callable[..., Result], *arguments: object) -> Result:
    try:
        return read(*arguments)
    except NotAtHandError:
        raise
    except Exception as error:
        raise unreadable(error) from error


def _check_count(blobs: int) -> None:
    if blobs > MAX_BLOBS + 1:
        raise UnreadableError(f"too many blobs. Received: {blobs}. Expected at most {MAX_BLOBS + 1}.")


def _one_per_step(points: Iterable[Kept]) -> list[Kept]:
    """The points by ascending step, the last written where a step was logged more than once."""
    last = {point.step: point for point in points}
    return [last[step] for step in sorted(last)]


def _number(value: object) -> float:
    """A scalar's value as a number; NaN where something else was logged."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    return float(value) if isinstance(value, (int, float)) else math.nan
