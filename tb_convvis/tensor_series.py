"""Tensors as TensorBoard keeps them; `read_tensors` of its providers would make arrays of them at once.

A tensor of one number may claim any shape, and TensorBoard allocates all of it: 37 GiB for 100,000 x 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tensorboard.compat.proto import summary_pb2, tensor_pb2
from tensorboard.data.proto import data_provider_pb2
from tensorboard.util import tensor_util

from tb_convvis.tensors import tensor_problem

HISTOGRAMS_PLUGIN = "histograms"
SCALARS_PLUGIN = "scalars"
ALL_STEPS = 10**6
"""Given as the number of points, which is required and where 0 means none: more than a reader can keep."""

_DATA_CLASSES = {
    HISTOGRAMS_PLUGIN: summary_pb2.DATA_CLASS_TENSOR,
    SCALARS_PLUGIN: summary_pb2.DATA_CLASS_SCALAR,
}


@dataclass(frozen=True)
class SeriesName:
    """Where a series is: `plugin` is that of histograms or scalars."""

    experiment: str
    plugin: str
    run: str
    tag: str


@dataclass(frozen=True)
class Point:
    """A tensor that TensorBoard kept at a step, as it was logged."""

    step: int
    wall_time: float
    tensor: tensor_pb2.TensorProto

    def array(self) -> Any:
        """The tensor as an array, None where none can be made of it."""
        if tensor_problem(self.tensor):
            return None
        try:
            return tensor_util.make_ndarray(self.tensor)
        except (TypeError, ValueError):
            return None


def from_multiplexer(multiplexer: Any, series: SeriesName) -> list[Point]:
    """The tensors of a series with TensorBoard's Python reader; empty where there is no such series.

    Raises:
        KeyError: the tag has metadata and no data.
    """
    try:
        metadata = multiplexer.SummaryMetadata(series.run, series.tag)
    except KeyError:
        return []
    found = metadata.plugin_data.plugin_name, metadata.data_class
    if found != (series.plugin, _DATA_CLASSES[series.plugin]):
        return []
    events = multiplexer.Tensors(series.run, series.tag)
    return [Point(event.step, event.wall_time, event.tensor_proto) for event in events]


def from_data_server(provider: Any, series: SeriesName) -> list[Point]:
    """The tensors of a series with TensorBoard's data server; empty where there is no such series.

    Raises:
        grpc.RpcError: it does not answer, or cannot.
    """
    request = data_provider_pb2.ReadTensorsRequest(experiment_id=series.experiment)
    request.plugin_filter.plugin_name = series.plugin
    request.run_tag_filter.runs.names.append(series.run)
    request.run_tag_filter.tags.names.append(series.tag)
    request.downsample.num_points = ALL_STEPS
    # The provider's own way to the server: none of its methods stops before the arrays.
    answer = provider._stub.ReadTensors(request)
    return [
        Point(step, wall_time, tensor)
        for run in answer.runs
        for tag in run.tags
        for step, wall_time, tensor in zip(tag.data.step, tag.data.wall_time, tag.data.value, strict=True)
    ]
