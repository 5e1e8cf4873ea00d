"""What TensorBoard lists of a plugin: runs and tags, and of each tag what tells whether it has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tensorboard.data import provider as data

State = tuple[int | None, float | None, int | None]
"""Largest step, wall time and number of blobs."""


@dataclass(frozen=True)
class Listed:
    """A tag as TensorBoard lists it.

    `content`: the plugin's content in its metadata; `state` changes with every record that is added or
    dropped, and is None where only the metadata could be listed.
    """

    content: bytes
    state: State | None = None


Listing = dict[str, dict[str, Listed]]
"""By run and tag."""


def list_series(
    call: Callable[..., Any],
    multiplexer: Any,
    context: Any,
    *,
    experiment: str,
    plugin: str,
    runs: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
) -> Listing:
    """List what a plugin logged, all with one call.

    Args:
        call: the provider's method that lists: that of blob sequences, tensors or scalars.
        multiplexer: that of TensorBoard's Python reader, else None.
        context: of the request.
        experiment: of the request.
        plugin: whose data are listed.
        runs: only these; None means all.
        tags: only these; None means all.
    """
    wanted = None if runs is None and tags is None else data.RunTagFilter(runs=runs, tags=tags)
    try:
        listed = call(context, experiment_id=experiment, plugin_name=plugin, run_tag_filter=wanted)
    except KeyError:
        # A tag with metadata and no data fails the Python reader's whole listing. The multiplexer below it
        # lists metadata alone; such a tag then fails by itself when it is read.
        listed = multiplexer.PluginRunToTagToContent(plugin)
        return {
            run: {tag: Listed(content) for tag, content in found.items() if tags is None or tag in tags}
            for run, found in listed.items()
            if found and (runs is None or run in runs)
        }
    return {run: {tag: _listed(series) for tag, series in found.items()} for run, found in listed.items()}


def _listed(series: Any) -> Listed:
    blobs = getattr(series, "max_length", None)
    return Listed(series.plugin_content, (series.max_step, series.max_wall_time, blobs))
