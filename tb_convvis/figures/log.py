"""A log directory, read in this process by TensorBoard's own reader and by what answers the page."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tensorboard.backend.event_processing import io_wrapper
from tensorboard.context import RequestContext

from tb_convvis.figures.event_files import read_events
from tb_convvis.figures.run import Run
from tb_convvis.figures.words import enumerate_words, plural
from tb_convvis.groups import group_of, sibling
from tb_convvis.multiplexer import Multiplexer
from tb_convvis.reader import Reader
from tb_convvis.scalars import SOURCES
from tb_convvis.source import Query
from tb_convvis.store import Store

MAX_RUNS = 4
"""Side by side, as on the page."""

LogDir = str | os.PathLike[str]


def open_runs(logdir: LogDir, wanted: str | Sequence[str] | None) -> list[Run]:
    """Return the runs of a log directory that ConvVis logged, `run2` before `run10`.

    Args:
        logdir: the directory given to TensorBoard, or that of one run; whatever TensorBoard can read.
        wanted: names of runs, with or without the `/convvis` at their end; None for all.

    Raises:
        ValueError: there are none, a name is not that of one, or there are too many to be read for a figure.
    """
    if not isinstance(logdir, (str, os.PathLike)) or not os.fspath(logdir):
        raise ValueError(f"Received: logdir={logdir!r}. Expected the path of a log directory.")
    # No `Path`: it would take one of the slashes of gs:// away.
    path = os.path.expanduser(os.fspath(logdir)).rstrip("/\\") or os.sep  # noqa: PTH111
    head, tail = os.path.split(path)
    if wanted is None and _is_convvis(tail):
        # Loss and Keras's histograms stand beside it.
        path, wanted = head or os.curdir, [tail]
    if os.path.isfile(path):  # noqa: PTH113 (as above)
        raise ValueError(
            f"this is a file. Received: logdir={str(logdir)!r}. "
            f"Expected a log directory, such as {head or os.curdir!r}."
        )
    directories = {os.path.relpath(one, path): one for one in io_wrapper.GetLogdirSubdirectories(path)}
    if not directories:
        raise ValueError(f"no event files below the log directory. Received: logdir={str(logdir)!r}.")
    chosen = _matching(list(directories), wanted)
    groups = {group_of(name) for name in chosen}
    beside = {sibling(group, source) for group in groups for source in SOURCES}
    multiplexer = read_events({name: directories[name] for name in {*chosen, *beside} & directories.keys()})
    reader, query = Reader(Store(Multiplexer(multiplexer))), Query(RequestContext(), "")
    ours = [name for name in chosen if name in reader.runs(query).names]
    strange = [name for name in chosen if name not in ours]
    if not ours or (wanted is not None and strange):
        raise ValueError(
            f"ConvVis logged nothing there. Received: logdir={str(logdir)!r}, which has the "
            f"{plural(len(strange), 'run')} {enumerate_words(strange)}."
        )
    titles = _titles(ours)
    return [Run(reader, query, index, titles[index.run]) for index in reader.index(query, ours)]


def _is_convvis(name: str) -> bool:
    return group_of(name) != name


def _matching(names: Sequence[str], wanted: str | Sequence[str] | None) -> list[str]:
    """The directories to read for the runs that are wanted."""
    ours = sorted(filter(_is_convvis, names), key=_natural)
    if wanted is None:
        if len(ours) > MAX_RUNS:
            raise ValueError(
                f"which runs? At most {MAX_RUNS} stand side by side. Received: run=None. Expected some of "
                f"{_names(ours)}."
            )
        return sorted(names, key=_natural)
    asked = list(wanted) if isinstance(wanted, Iterable) and not isinstance(wanted, str) else [wanted]
    if not all(isinstance(name, str) for name in asked):
        raise ValueError(f"Received: run={wanted!r}. Expected one of {_names(ours)}, or a list of them.")
    if not 0 < len(asked) <= MAX_RUNS:
        raise ValueError(f"Received: {len(asked)} runs. Expected 1 to {MAX_RUNS} of {_names(ours)}.")
    return list(dict.fromkeys(_one(name, names, ours) for name in asked))


def _one(name: str, names: Sequence[str], ours: Sequence[str]) -> str:
    if name in names and (name in ours or name not in map(group_of, ours)):
        return name
    found = [run for run in ours if group_of(run) == name]
    if len(found) == 1:
        return found[0]
    problem = "several runs have this name" if found else "no such run"
    raise ValueError(f"{problem}. Received: run={name!r}. Expected one of {_names(found or ours)}.")


def _names(runs: Sequence[str]) -> str:
    return enumerate_words([repr(run) for run in runs], most=20)


def _titles(runs: Sequence[str]) -> dict[str, str]:
    """What the page calls them: the directory that the user named."""
    trainings = Counter(map(group_of, runs))
    titles = {}
    for run in runs:
        group = group_of(run)
        # A second training in the same directory went into convvis-2: then that part tells them apart.
        last = re.split(r"[/\\]", run)[-1]
        suffix = f" · {last}" if trainings[group] > 1 and run != group else ""
        titles[run] = ("(log directory)" if group in ("", os.curdir) else group) + suffix
    return titles


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", name)]
