"""The plugin: which route is answered by which question to the reader. docs/http_api.md is its contract."""

from __future__ import annotations

from functools import partial
from typing import Any

from tensorboard import errors, plugin_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_convvis import http
from tb_convvis.data_server import DataServer
from tb_convvis.groups import group_of
from tb_convvis.histograms import Series
from tb_convvis.multiplexer import Multiplexer
from tb_convvis.reader import Index, Reader, Tag
from tb_convvis.scalars import ScalarSeries
from tb_convvis.schema import PLUGIN_NAME, VERSION
from tb_convvis.source import Query
from tb_convvis.store import Store

MAX_PAGE = 1000
MAX_RUNS = 16
MAX_SERIES = 64


class ConvVisPlugin(base_plugin.TBPlugin):
    """The ConvVis tab.

    Args:
        context: TensorBoard's.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        multiplexer = context.multiplexer
        # TensorBoard gives its multiplexer only where it reads with Python.
        source = DataServer(context.data_provider) if multiplexer is None else Multiplexer(multiplexer)
        self._reader = Reader(Store(source))

    def get_plugin_apps(self) -> dict[str, Any]:
        """The routes."""
        handlers: dict[str, http.Handler] = {
            **{f"/static/{name}": partial(http.respond_static, name=name) for name in http.STATIC_TYPES},
            "/runs": self._runs,
            "/index": self._index,
            "/blobs": self._blobs,
            "/histograms": self._histograms,
            "/scalars": self._scalars,
            "/*": _unknown,
        }
        return {path: http.route(handler) for path, handler in handlers.items()}

    def is_active(self) -> bool:
        """False: TensorBoard asks only after it found none of our data, which alone makes the tab active."""
        return False

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab and its module."""
        return base_plugin.FrontendMetadata(es_module_path="/static/index.js", tab_name="ConvVis")

    def _runs(self, request: wrappers.Request) -> wrappers.Response:
        offset = http.whole_number(request, "offset", default=0, least=0, most=10**9)
        limit = http.whole_number(request, "limit", default=200, least=1, most=MAX_PAGE)
        runs = self._reader.runs(_query(request))
        page = runs.names[offset : offset + limit]
        answer = {
            "version": VERSION,
            "total": len(runs.names),
            "offset": offset,
            "tensorboard_runs": runs.tensorboard_runs,
            "runs": [{"run": run, "group": group_of(run)} for run in page],
        }
        return http.respond_json(request, answer)

    def _index(self, request: wrappers.Request) -> wrappers.Response:
        runs = http.parameters(request, "run", most=MAX_RUNS)
        found = self._reader.index(_query(request), runs)
        return http.respond_json(request, {"runs": [_index_json(index) for index in found]})

    def _blobs(self, request: wrappers.Request) -> wrappers.Response:
        wants = http.blob_wants(request)
        return http.respond_parts(request, self._reader.blobs(_query(request), wants))

    def _histograms(self, request: wrappers.Request) -> wrappers.Response:
        wants = http.series_wants(request, MAX_SERIES)
        series = self._reader.histograms(_query(request), wants)
        return http.respond_json(request, {"series": [_series_json(one) for one in series]})

    def _scalars(self, request: wrappers.Request) -> wrappers.Response:
        wants = http.series_wants(request, MAX_SERIES)
        series = self._reader.scalars(_query(request), wants)
        return http.respond_json(request, {"series": [_scalars_json(one) for one in series]})


def _unknown(request: wrappers.Request) -> wrappers.Response:
    raise errors.NotFoundError("no such address below data/plugin/convvis/; docs/http_api.md lists them.")


def _query(request: wrappers.Request) -> Query:
    return Query(plugin_util.context(request.environ), plugin_util.experiment_id(request.environ))


def _index_json(index: Index) -> dict[str, Any]:
    weights = [{"run": w.run, "tag": w.tag, "name": w.name, "source": w.source} for w in index.weights]
    return {
        "run": index.run,
        "group": group_of(index.run),
        "tags": [_tag_json(tag) for tag in index.tags],
        "weights": weights,
        "scalars": [{"run": s.run, "tag": s.tag, "name": s.name, "source": s.source} for s in index.scalars],
    }


def _tag_json(tag: Tag) -> dict[str, Any]:
    return {
        "tag": tag.tag,
        "kind": tag.kind,
        "subject": tag.subject,
        "steps": [http.json_step(record.step) for record in tag.records],
        "wall_times": [record.wall_time for record in tag.records],
        "logged": tag.logged,
        "error": tag.error,
    }


def _series_json(series: Series) -> dict[str, Any]:
    points = [
        {"step": http.json_step(point.step), "wall_time": point.wall_time, "buckets": point.buckets}
        for point in series.points
    ]
    return {"run": series.run, "tag": series.tag, "error": series.error, "points": points}


def _scalars_json(series: ScalarSeries) -> dict[str, Any]:
    points = [
        {"step": http.json_step(point.step), "wall_time": point.wall_time, "value": point.value}
        for point in series.points
    ]
    return {
        "run": series.run,
        "tag": series.tag,
        "error": series.error,
        "kept": series.kept,
        "points": points,
    }
