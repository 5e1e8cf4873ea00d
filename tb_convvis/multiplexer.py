"""TensorBoard's event multiplexer (Python): what it has read is in this process, and is looked at in place.

TensorBoard's data provider over it looks at every record to list a tag, makes a key for every blob, copies
all blobs of a record to hand out one, and allocates whatever the shape of a tensor claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from tensorboard import errors
from tensorboard.compat.proto import summary_pb2, tensor_pb2

from tb_convvis.records import Record, finite
from tb_convvis.schema import PLUGIN_NAME
from tb_convvis.source import HISTOGRAMS_PLUGIN, SCALARS_PLUGIN, Datum, Listed, Listing, Query
from tb_convvis.tensors import array_of, tensor_problem

_HISTOGRAMS = HISTOGRAMS_PLUGIN, summary_pb2.DATA_CLASS_TENSOR
_SCALARS = SCALARS_PLUGIN, summary_pb2.DATA_CLASS_SCALAR
_BLOBS = PLUGIN_NAME, summary_pb2.DATA_CLASS_BLOB_SEQUENCE


class Multiplexer:
    """What the Python reader holds.

    Args:
        multiplexer: TensorBoard's.
    """

    at_hand = True

    def __init__(self, multiplexer: Any) -> None:
        self._multiplexer = multiplexer

    def runs(self, query: Query) -> list[str]:
        """The names of all runs, in TensorBoard's order."""
        return list(self._multiplexer.Runs())

    def logged_runs(self, query: Query) -> set[str]:
        """The names of the runs that ConvVis logged."""
        listed = self._multiplexer.PluginRunToTagToContent(PLUGIN_NAME)
        return {run for run, tags in listed.items() if any(self._is(_BLOBS, run, tag) for tag in tags)}

    def tags(self, query: Query, runs: Sequence[str] | None, tags: Sequence[str] | None) -> Listing:
        """What ConvVis logged; of these runs and these tags, where None means all."""
        listing: Listing = {}
        for run, tag, metadata in self._series(_BLOBS, runs):
            if tags is None or tag in tags:
                listing.setdefault(run, {})[tag] = self._listed(run, tag, metadata.plugin_data.content)
        return listing

    def histogram_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of histograms, whoever logged them."""
        return self._names(_HISTOGRAMS, runs)

    def scalar_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of scalars, whoever logged them."""
        return self._names(_SCALARS, runs)

    def records(self, query: Query, run: str, tag: str) -> list[Record]:
        """The records of a tag that is listed."""
        return [
            Record(event.step, finite(event.wall_time), _blobs(event.tensor_proto))
            for event in self._multiplexer.Tensors(run, tag)
        ]

    def blob(self, query: Query, run: str, tag: str, record: Record, index: int) -> bytes:
        """Blob `index` of a record."""
        for event in reversed(self._multiplexer.Tensors(run, tag)):
            if event.step == record.step and finite(event.wall_time) == record.wall_time:
                return bytes(event.tensor_proto.string_val[index])
        raise errors.NotFoundError(f"step {record.step} is gone.")

    def histograms(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The histograms of a tag; empty where there are none."""
        return self._data(_HISTOGRAMS, run, tag)

    def scalars(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The scalars of a tag; empty where there are none."""
        return self._data(_SCALARS, run, tag)

    def _series(self, kind: tuple[str, int], runs: Sequence[str] | None) -> Iterator[tuple[str, str, Any]]:
        for run in self._multiplexer.Runs() if runs is None else dict.fromkeys(runs):
            with suppress(KeyError):  # a run that is not there, or is gone since
                tags = self._multiplexer.GetAccumulator(run).AllSummaryMetadata()
                yield from ((run, tag, metadata) for tag, metadata in tags.items() if _kind(metadata) == kind)

    def _is(self, kind: tuple[str, int], run: str, tag: str) -> bool:
        try:
            return _kind(self._multiplexer.SummaryMetadata(run, tag)) == kind
        except KeyError:
            return False

    def _names(self, kind: tuple[str, int], runs: Sequence[str]) -> dict[str, set[str]]:
        names: dict[str, set[str]] = {}
        for run, tag, _ in self._series(kind, runs):
            names.setdefault(run, set()).add(tag)
        return names

    def _listed(self, run: str, tag: str, content: bytes) -> Listed:
        try:
            events = self._multiplexer.Tensors(run, tag)
        except KeyError:
            # Metadata without data: such a tag fails by itself when it is read.
            return Listed(content, None)
        # What was read last stands last, whatever is sampled away before it.
        last = (events[-1].step, events[-1].wall_time) if events else ()
        return Listed(content, (len(events), *last))

    def _data(self, kind: tuple[str, int], run: str, tag: str) -> list[Datum]:
        if not self._is(kind, run, tag):
            return []
        events = self._multiplexer.Tensors(run, tag)
        return [Datum(event.step, finite(event.wall_time), array_of(event.tensor_proto)) for event in events]


def _kind(metadata: Any) -> tuple[str, int]:
    return metadata.plugin_data.plugin_name, metadata.data_class


def _blobs(tensor: tensor_pb2.TensorProto) -> int:
    return 0 if tensor_problem(tensor) else len(tensor.string_val)
