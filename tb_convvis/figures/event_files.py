"""The event files of runs, read by TensorBoard's own Python reader."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from tensorboard.backend.event_processing import io_wrapper, plugin_event_multiplexer, tag_types
from tensorboard.compat import tf

from tb_convvis.schema import PLUGIN_NAME
from tb_convvis.source import HISTOGRAMS_PLUGIN, SCALARS_PLUGIN

_ALL = 0
"""As a number of steps to keep: TensorBoard's sampling drops none then."""

_lock = Lock()
_last: tuple[object, Any] = (None, None)
"""What was read last, and what its files were then: a notebook draws many figures of one log."""


def read_events(directories: Mapping[str, str]) -> Any:
    """Return TensorBoard's multiplexer over these runs, all of their steps read.

    What was read last is kept for as long as no file of it changes.

    Args:
        directories: by the name of the run.
    """
    global _last  # noqa: PLW0603 (one log is kept, not all of them: they are large)
    with _lock:
        state = {name: _state(path) for name, path in sorted(directories.items())}
        if _last[0] != state:
            _last = None, None
            _last = state, _read(directories)
        return _last[1]


def _read(directories: Mapping[str, str]) -> Any:
    multiplexer = plugin_event_multiplexer.EventMultiplexer(
        size_guidance={tag_types.TENSORS: 1},
        tensor_size_guidance=dict.fromkeys((PLUGIN_NAME, HISTOGRAMS_PLUGIN, SCALARS_PLUGIN), _ALL),
    )
    for name, path in sorted(directories.items()):
        multiplexer.AddRun(path, name)
    return multiplexer.Reload()


def _state(directory: str) -> list[tuple[Any, ...]]:
    """Which event files there are, and what tells a file from what stood in its place before."""
    files = sorted(filter(io_wrapper.IsTensorFlowEventsFile, io_wrapper.ListDirectoryAbsolute(directory)))
    return [(file, *_identity(file)) for file in files]


def _identity(file: str) -> tuple[int, ...]:
    if "://" in file:
        return (tf.io.gfile.stat(file).length,)
    found = Path(file).stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
