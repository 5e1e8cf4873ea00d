"""TensorBoard's data server (Rust): a process of its own, asked through TensorBoard's data provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tensorboard.data import provider as data
from tensorboard.data.proto import data_provider_pb2

from tb_convvis.blob_keys import BlobKeys
from tb_convvis.records import Record, finite
from tb_convvis.schema import PLUGIN_NAME
from tb_convvis.source import HISTOGRAMS_PLUGIN, SCALARS_PLUGIN, Datum, Listed, Listing, Query
from tb_convvis.tensors import array_of
from tb_convvis.unreadable import NotAtHandError

ALL_STEPS = 10**6
"""Given as the number of points, which is required and where 0 means none: more than a reader can keep."""


class DataServer:
    """What the data server holds.

    Args:
        provider: TensorBoard's, which asks it.
    """

    at_hand = False

    def __init__(self, provider: Any) -> None:
        self._provider = provider

    def runs(self, query: Query) -> list[str]:
        """The names of all runs, in TensorBoard's order."""
        runs = self._provider.list_runs(query.context, experiment_id=query.experiment)
        return [run.run_name for run in runs]

    def logged_runs(self, query: Query) -> set[str]:
        """The names of the runs that ConvVis logged."""
        return set(self.tags(query, None, None))

    def tags(self, query: Query, runs: Sequence[str] | None, tags: Sequence[str] | None) -> Listing:
        """What ConvVis logged; of these runs and these tags, where None means all."""
        found = self._ask(self._provider.list_blob_sequences, query, PLUGIN_NAME, runs, tags)
        return {
            run: {
                tag: Listed(
                    one.plugin_content, (one.max_step, one.max_wall_time, one.max_length), one.max_length
                )
                for tag, one in series.items()
            }
            for run, series in found.items()
        }

    def histogram_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of histograms, whoever logged them."""
        found = self._ask(self._provider.list_tensors, query, HISTOGRAMS_PLUGIN, runs)
        return {run: set(series) for run, series in found.items()}

    def scalar_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of scalars, whoever logged them."""
        found = self._ask(self._provider.list_scalars, query, SCALARS_PLUGIN, runs)
        return {run: set(series) for run, series in found.items()}

    def records(self, query: Query, run: str, tag: str) -> list[Record]:
        """The records of a tag that is listed."""
        kept = self._read(self._provider.read_blob_sequences, query, PLUGIN_NAME, run, tag)
        return [
            Record(
                one.step,
                finite(one.wall_time),
                len(one.values),
                BlobKeys(value.blob_key for value in one.values),
            )
            for one in kept
        ]

    def blob(self, query: Query, run: str, tag: str, record: Record, index: int) -> bytes:
        """Blob `index` of a record."""
        _check_may_ask(query)
        return bytes(self._provider.read_blob(query.context, blob_key=record.keys[index]))

    def histograms(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The histograms of a tag; empty where there are none."""
        _check_may_ask(query)
        request = data_provider_pb2.ReadTensorsRequest(experiment_id=query.experiment)
        request.plugin_filter.plugin_name = HISTOGRAMS_PLUGIN
        request.run_tag_filter.runs.names.append(run)
        request.run_tag_filter.tags.names.append(tag)
        request.downsample.num_points = ALL_STEPS
        # The provider's own way to the server: its `read_tensors` makes arrays of whatever the shapes claim.
        answer = self._provider._stub.ReadTensors(request)
        return [
            Datum(step, finite(wall_time), array_of(tensor))
            for found in answer.runs
            for series in found.tags
            for step, wall_time, tensor in zip(
                series.data.step, series.data.wall_time, series.data.value, strict=True
            )
        ]

    def scalars(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The scalars of a tag; empty where there are none."""
        kept = self._read(self._provider.read_scalars, query, SCALARS_PLUGIN, run, tag)
        return [Datum(one.step, finite(one.wall_time), one.value) for one in kept]

    def _ask(
        self,
        call: Callable[..., Any],
        query: Query,
        plugin: str,
        runs: Sequence[str] | None,
        tags: Sequence[str] | None = None,
        **arguments: Any,
    ) -> Any:
        _check_may_ask(query)
        wanted = None if runs is None and tags is None else data.RunTagFilter(runs=runs, tags=tags)
        return call(
            query.context,
            experiment_id=query.experiment,
            plugin_name=plugin,
            run_tag_filter=wanted,
            **arguments,
        )

    def _read(self, call: Callable[..., Any], query: Query, plugin: str, run: str, tag: str) -> Sequence[Any]:
        # One run and one tag a read: an answer of the data server is at most 256 MiB.
        found = self._ask(call, query, plugin, [run], [tag], downsample=ALL_STEPS)
        series: Sequence[Any] = found.get(run, {}).get(tag, ())
        return series


def _check_may_ask(query: Query) -> None:
    if query.only_at_hand:
        raise NotAtHandError
