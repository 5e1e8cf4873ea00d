"""What the page asks for, read from the store: runs, their index, and blobs that are checked."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from tb_convvis.histograms import Series, Weight, read_series, read_weights
from tb_convvis.schema import (
    VERSION,
    Manifest,
    SchemaError,
    check_blob,
    parse_manifest,
    parse_metadata_content,
    parse_tag,
)
from tb_convvis.store import Query, Record, Store, UnreadableError

THREADS = 16
"""TensorBoard's data server answers one small blob in 44 ms, and 16 threads' blobs in 0.5 ms each."""

MAX_CACHED_BYTES = 32 * 2**20
MAX_PARTS = 4096
MAX_ANSWER_BYTES = 64 * 2**20

_RUN_DIRECTORY = re.compile(r"(?:(?P<group>.*)[/\\])?convvis(?:-\d+)?", re.DOTALL)

Item = TypeVar("Item")
Result = TypeVar("Result")


class TooMuchError(Exception):
    """More was asked for than one answer may hold; the text names the limit."""


@dataclass(frozen=True)
class Runs:
    """Names of the runs with ConvVis data, and how many runs TensorBoard has at all."""

    names: tuple[str, ...]
    tensorboard_runs: int


@dataclass(frozen=True)
class Tag:
    """What there is of one tag; `error` says in words why it cannot be shown."""

    tag: str
    kind: str | None
    subject: str
    records: tuple[Record, ...] = ()
    logged: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Index:
    """What there is to see in one run."""

    run: str
    tags: tuple[Tag, ...]
    weights: tuple[Weight, ...]


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
class _Step:
    """A step asked for: its record where one is kept, and its manifest where that could be read."""

    want: Want
    step: int
    record: Record | None
    manifest: Manifest | None
    raw: bytes
    error: str | None

    def indices(self) -> Sequence[int]:
        return self.want.indices or range(1 + len(self.manifest.blobs) if self.manifest else 1)

    def size(self, index: int) -> int:
        if self.manifest is None or index > len(self.manifest.blobs):
            return 0
        return self.manifest.blobs[index - 1].size if index else len(self.raw)


def group_of(run: str) -> str:
    """The training that a run belongs to: the directory that the user named.

    Example:
        >>> group_of("sgd/convvis"), group_of("sgd/convvis-2"), group_of("sgd/train")
        ('sgd', 'sgd', 'sgd/train')
    """
    match = _RUN_DIRECTORY.fullmatch(run)
    return match["group"] or "" if match else run


class Reader:
    """Answers the page's questions, several threads at once.

    Args:
        store: what TensorBoard holds.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="convvis")
        self._manifests = _ManifestCache()

    def runs(self, query: Query) -> Runs:
        """The runs that ConvVis logged, in TensorBoard's order."""
        everything = self._store.runs(query)
        ours = self._store.tags(query)
        return Runs(tuple(run for run in everything if run in ours), len(everything))

    def index(self, query: Query, runs: Sequence[str]) -> list[Index]:
        """What there is to see in each of the runs that exist."""
        listed = self._store.tags(query, runs)
        runs = [run for run in dict.fromkeys(runs) if run in listed]
        tags = [(run, tag, content) for run in runs for tag, content in sorted(listed[run].items())]
        read = self._map(lambda entry: (entry[0], self._tag(query, *entry)), tags)
        weights = read_weights(self._store, query, {run: group_of(run) for run in runs})
        return [Index(run, tuple(tag for of, tag in read if of == run), weights[run]) for run in runs]

    def blobs(self, query: Query, wants: Sequence[Want]) -> list[Part]:
        """The blobs asked for, each checked against its manifest.

        Raises:
            TooMuchError: more parts or bytes than one answer may hold.
        """
        series = dict.fromkeys((want.run, want.tag) for want in wants)
        records = dict(zip(series, self._map(lambda name: self._records(query, *name), series), strict=True))
        wanted = [
            (want, step, *records[want.run, want.tag])
            for want in wants
            for step in want.steps or sorted(records[want.run, want.tag][0])
        ]
        _limit(len(wanted), MAX_PARTS, "parts")
        steps = self._map(lambda entry: self._step(query, *entry), wanted)
        parts = [(step, index) for step in steps for index in step.indices()]
        _limit(len(parts), MAX_PARTS, "parts")
        _limit(sum(step.size(index) for step, index in parts), MAX_ANSWER_BYTES, "bytes")
        return self._map(lambda part: self._part(query, *part), parts)

    def histograms(self, query: Query, series: Sequence[tuple[str, str]]) -> list[Series]:
        """The weight histograms asked for, all kept steps."""
        return self._map(lambda name: read_series(self._store, query, *name), series)

    def _map(self, call: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        return list(self._threads.map(call, items))

    def _tag(self, query: Query, run: str, tag: str, content: bytes) -> Tag:
        parsed = parse_tag(tag)
        kind, subject = parsed or (None, tag)
        try:
            version, declared = parse_metadata_content(content)
            if version > VERSION:
                raise SchemaError(
                    f"logged by a newer tb_convvis: version {version}, this one reads up to {VERSION}. "
                    "Upgrade tb-convvis here."
                )
            if kind != declared:
                raise SchemaError(f"tag and metadata disagree on the kind: {kind!r} and {declared!r}.")
            records = self._store.records(query, run, tag)
        except (SchemaError, UnreadableError) as error:
            return Tag(tag, kind, subject, error=str(error))
        try:
            logged = self._manifest(query, run, tag, records[-1])[0].logged if records else None
        except (SchemaError, UnreadableError):
            logged = None
        return Tag(tag, kind, subject, tuple(records), logged)

    def _records(self, query: Query, run: str, tag: str) -> tuple[dict[int, Record], str]:
        """The records of a tag by step, and what to say of a step that is not among them."""
        try:
            records = {record.step: record for record in self._store.records(query, run, tag)}
        except UnreadableError as error:
            return {}, str(error)
        return records, "TensorBoard keeps no such step of this run and tag."

    def _step(self, query: Query, want: Want, step: int, records: dict[int, Record], absent: str) -> _Step:
        record = records.get(step)
        if record is None:
            return _Step(want, step, None, None, b"", absent)
        try:
            manifest, raw = self._manifest(query, want.run, want.tag, record)
        except (SchemaError, UnreadableError) as error:
            return _Step(want, step, record, None, b"", str(error))
        return _Step(want, step, record, manifest, raw, None)

    def _part(self, query: Query, step: _Step, index: int) -> Part:
        run, tag, record = step.want.run, step.want.tag, step.record
        wall_time = record.wall_time if record else None
        if record is None or step.manifest is None:
            return Part(run, tag, step.step, wall_time, index, error=step.error)
        try:
            data = self._blob(query, record, step.manifest, index) if index else step.raw
        except (SchemaError, UnreadableError) as error:
            return Part(run, tag, step.step, wall_time, index, error=str(error))
        return Part(run, tag, step.step, wall_time, index, data)

    def _blob(self, query: Query, record: Record, manifest: Manifest, index: int) -> bytes:
        if index >= len(record.keys) or index > len(manifest.blobs):
            raise UnreadableError(
                f"no blob {index}: this record has {len(manifest.blobs)} after its manifest."
            )
        data = self._store.blob(query, record.keys[index])
        check_blob(manifest.blobs[index - 1], data)
        return data

    def _manifest(self, query: Query, run: str, tag: str, record: Record) -> tuple[Manifest, bytes]:
        key = (query.experiment, run, tag, record.step, record.wall_time)
        known = self._manifests.get(key)
        if known is None:
            if not record.keys:
                raise SchemaError("damaged record: it has no manifest.")
            raw = self._store.blob(query, record.keys[0])
            known = parse_manifest(raw), raw
            kind, _ = parse_tag(tag) or (None, tag)
            if known[0].kind != kind:
                raise SchemaError(f"tag and manifest disagree on the kind: {kind!r} and {known[0].kind!r}.")
            self._manifests.put(key, known)
        return known


class _ManifestCache:
    """The manifests last used, up to a number of bytes; what was logged at a wall time never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: OrderedDict[object, tuple[Manifest, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, key: object) -> tuple[Manifest, bytes] | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: object, entry: tuple[Manifest, bytes]) -> None:
        with self._lock:
            if key not in self._entries:
                self._bytes += len(entry[1])
            self._entries[key] = entry
            while self._bytes > MAX_CACHED_BYTES:
                _, (_, raw) = self._entries.popitem(last=False)
                self._bytes -= len(raw)


def _limit(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooMuchError(f"too much for one answer. Received: {count} {what}. Expected at most {most}.")
