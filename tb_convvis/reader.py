"""What the page asks for, read from the store: runs, what is in them, blobs, histograms, scalars."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tb_convvis.at_hand import read_each
from tb_convvis.groups import group_of
from tb_convvis.histograms import Series, Weight, read_series, read_weights
from tb_convvis.parts import Part, PartReader, Want
from tb_convvis.records import Record
from tb_convvis.scalars import Scalar, ScalarSeries, list_scalars, read_scalars
from tb_convvis.schema import VERSION, SchemaError, parse_metadata_content, parse_tag
from tb_convvis.source import Listed, Query
from tb_convvis.store import Store
from tb_convvis.unreadable import UnreadableError

THREADS = 16
"""TensorBoard's data server answers one small blob in 44 ms, and those of 16 threads in 0.5 ms each."""


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
    scalars: tuple[Scalar, ...]


class Reader:
    """Answers the page's questions, for several requests at once.

    Args:
        store: what TensorBoard holds.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="convvis")

    def runs(self, query: Query) -> Runs:
        """The runs that ConvVis logged, in TensorBoard's order."""
        everything = self._store.runs(query)
        ours = self._store.logged_runs(query)
        return Runs(tuple(run for run in everything if run in ours), len(everything))

    def index(self, query: Query, runs: Sequence[str]) -> list[Index]:
        """What there is to see in each of the runs that exist."""
        listed = self._store.tags(query, runs)
        runs = [run for run in dict.fromkeys(runs) if run in listed]
        names = [(run, tag, one) for run in runs for tag, one in sorted(listed[run].items())]
        tags = read_each(self._threads, query, self._tag, names)
        groups = {run: group_of(run) for run in runs}
        weights = read_weights(self._store, query, groups)
        scalars = list_scalars(self._store, query, groups)
        own = {
            run: tuple(tag for tag, name in zip(tags, names, strict=True) if name[0] == run) for run in runs
        }
        return [Index(run, own[run], weights[run], scalars[run]) for run in runs]

    def blobs(self, query: Query, wants: Sequence[Want]) -> list[Part]:
        """The blobs asked for, each checked against its manifest.

        Raises:
            TooMuchError: more parts or bytes than one answer may hold.
        """
        return PartReader(self._store, self._threads, query).read(wants)

    def histograms(self, query: Query, series: Sequence[tuple[str, str]]) -> list[Series]:
        """The weight histograms asked for, all kept steps."""
        return read_each(
            self._threads, query, lambda name, query: read_series(self._store, query, *name), series
        )

    def scalars(self, query: Query, series: Sequence[tuple[str, str]]) -> list[ScalarSeries]:
        """The metrics per epoch asked for."""
        return read_each(
            self._threads, query, lambda name, query: read_scalars(self._store, query, *name), series
        )

    def _tag(self, name: tuple[str, str, Listed], query: Query) -> Tag:
        run, tag, listed = name
        kind, subject = parse_tag(tag) or (None, tag)
        try:
            version, declared = parse_metadata_content(listed.content)
            if version > VERSION:
                raise SchemaError(
                    f"logged by a newer tb_convvis: version {str(version)[:80]}, "
                    f"this one reads up to {VERSION}. Upgrade tb-convvis here."
                )
            if kind != declared:
                raise SchemaError(f"tag and metadata disagree on the kind: {kind!r} and {declared!r}.")
            records = tuple(self._store.records(query, run, tag, listed).values())
        except (SchemaError, UnreadableError) as error:
            return Tag(tag, kind, subject, error=str(error))
        try:
            logged = self._store.manifest(query, run, tag, records[-1])[0].logged if records else None
        except UnreadableError:
            logged = None
        return Tag(tag, kind, subject, records, logged)
