"""Blobs of any number of runs, tags and steps, each checked against its manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from tb_convvis.at_hand import read_each
from tb_convvis.records import Record, Records
from tb_convvis.schema import Manifest, SchemaError
from tb_convvis.source import Listing, Query
from tb_convvis.store import Store
from tb_convvis.unreadable import UnreadableError

Name = tuple[str, str]
"""A run and a tag."""

MAX_PARTS = 4096
MAX_ANSWER_BYTES = 64 * 2**20


class TooMuchError(Exception):
    """More was asked for than one answer may hold; the text names the limit."""


@dataclass(frozen=True)
class Want:
    """Blobs asked for: no steps means all that are kept, no indices all blobs."""

    run: str
    tag: str
    steps: tuple[int, ...] = ()
    indices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Part:
    """One blob, or in words why it is not here."""

    run: str
    tag: str
    step: int
    wall_time: float | None
    index: int
    data: bytes = b""
    error: str | None = None


@dataclass(frozen=True)
class _Found:
    """A record with its manifest, parsed and as it was logged."""

    record: Record
    manifest: Manifest
    raw: bytes

    def size(self, index: int) -> int:
        if index == 0:
            return len(self.raw)
        return self.manifest.blobs[index - 1].size if index <= len(self.manifest.blobs) else 0


@dataclass(frozen=True)
class _Absent:
    """A step that is not kept or whose manifest cannot be read."""

    wall_time: float | None
    error: str


class PartReader:
    """Reads blobs for one request.

    Args:
        store: what TensorBoard holds.
        threads: to read on.
        query: the request's.
    """

    def __init__(self, store: Store, threads: Executor, query: Query) -> None:
        self._store = store
        self._query = query
        self._read_each = partial(read_each, threads, query)

    def read(self, wants: Sequence[Want]) -> list[Part]:
        """The blobs asked for, in the order asked for.

        They are counted before any of them is read: the manifests say how large they are.

        Raises:
            TooMuchError: more parts or bytes than one answer may hold.
        """
        names = list(dict.fromkeys((want.run, want.tag) for want in wants))
        recent = {name: self._store.recent_records(self._query, *name) for name in names}
        known = {name: records for name, records in recent.items() if records is not None}
        if len(known) == len(names) and all(want.steps for want in wants):
            parts = self._parts(wants, known)
            # What is new since then, or was logged anew, lacks a step or a blob.
            if not any(part.error for part in parts):
                return parts
        listing = self._listing(names)
        kept = self._read_each(partial(self._kept, listing), names)
        return self._parts(wants, dict(zip(names, kept, strict=True)))

    def _parts(self, wants: Sequence[Want], kept: Mapping[Name, Records | _Absent]) -> list[Part]:
        steps = [
            (want, step, kept[want.run, want.tag])
            for want in wants
            for step in want.steps or _steps(kept[want.run, want.tag])
        ]
        _limit(len(steps), MAX_PARTS, "parts")
        found = self._read_each(self._find, steps)
        blobs = [
            (want, step, state, index)
            for (want, step, _), state in zip(steps, found, strict=True)
            for index in want.indices or _indices(state)
        ]
        _limit(len(blobs), MAX_PARTS, "parts")
        size = sum(state.size(index) for _, _, state, index in blobs if isinstance(state, _Found))
        _limit(size, MAX_ANSWER_BYTES, "bytes")
        return self._read_each(self._part, blobs)

    def _listing(self, names: Sequence[Name]) -> Listing:
        """All with one call: each takes half a millisecond of a process that serves everybody."""
        runs, tags = {run for run, _ in names}, {tag for _, tag in names}
        return self._store.tags(self._query, sorted(runs), sorted(tags))

    def _kept(self, listing: Listing, name: Name, query: Query) -> Records | _Absent:
        listed = listing.get(name[0], {}).get(name[1])
        if listed is None:
            return {}
        try:
            return self._store.records(query, *name, listed)
        except UnreadableError as error:
            return _Absent(None, str(error))

    def _find(self, asked: tuple[Want, int, Records | _Absent], query: Query) -> _Found | _Absent:
        want, step, kept = asked
        if isinstance(kept, _Absent):
            return kept
        if step not in kept:
            return _Absent(None, "TensorBoard keeps no such step of this run and tag.")
        record = kept[step]
        try:
            return _Found(record, *self._store.manifest(query, want.run, want.tag, record))
        except UnreadableError as error:
            return _Absent(record.wall_time, str(error))

    def _part(self, blob: tuple[Want, int, _Found | _Absent, int], query: Query) -> Part:
        want, step, state, index = blob
        part = partial(Part, want.run, want.tag, step)
        if isinstance(state, _Absent):
            return part(state.wall_time, index, error=state.error)
        try:
            return part(state.record.wall_time, index, self._blob(want, state, index, query))
        except (SchemaError, UnreadableError) as error:
            return part(state.record.wall_time, index, error=str(error))

    def _blob(self, want: Want, found: _Found, index: int, query: Query) -> bytes:
        if index == 0:
            return found.raw
        described, logged = found.manifest.blobs, found.record.blobs - 1
        if index > min(len(described), logged):
            raise UnreadableError(f"no blob {index}: {len(described)} described, {logged} logged.")
        return self._store.blob(
            query, want.run, want.tag, found.record, index, described=described[index - 1]
        )


def _steps(kept: Records | _Absent) -> list[int]:
    return [] if isinstance(kept, _Absent) else sorted(kept)


def _indices(state: _Found | _Absent) -> range:
    return range(1 + len(state.manifest.blobs)) if isinstance(state, _Found) else range(1)


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooMuchError(f"too much for one answer. Received: {count} {what}. Expected at most {most}.")
