"""Pictures of the views without a browser: for notebooks, reports and machines that show nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tb_convvis.figures import changes, convergence, features, filters, layers, occlusion, weights
from tb_convvis.figures.facts import Ask
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.log import MAX_RUNS, LogDir, open_runs
from tb_convvis.figures.named_runs import layer_meant, named_runs
from tb_convvis.figures.run import Run
from tb_convvis.figures.words import enumerate_words, plural

__all__ = ["VIEWS", "Figure", "figure"]


@dataclass(frozen=True)
class View:
    """One view: what draws it, whether a run has anything for it, and which arguments are its own."""

    draw: Callable[[Sequence[Run], Ask], Figure]
    has: Callable[[Run], bool]
    takes: tuple[str, ...]


def _logged(kind: str) -> Callable[[Run], bool]:
    return lambda run: bool(run.layers(kind))


VIEWS = {
    "filters": View(filters.draw, _logged("filters"), ("layer", "maps")),
    "features": View(features.draw, _logged("top"), ("layer", "maps")),
    "changes": View(changes.draw, _logged("top"), ("layer", "maps", "since")),
    "occlusion": View(occlusion.draw, _logged("occlusion"), ("layer", "picture")),
    "weights": View(weights.draw, lambda run: bool(run.index.weights), ("layer",)),
    "convergence": View(convergence.draw, _logged("strength"), ()),
    "layers": View(layers.draw, lambda run: "model" in run.layers("run"), ("layer",)),
}
"""The views of the page that there are figures of, by the ids that also stand in its address."""


def figure(
    logdir: LogDir,
    view: str = "filters",
    epoch: int | None = None,
    *,
    run: str | Sequence[str] | None = None,
    layer: str | None = None,
    maps: Sequence[int] | None = None,
    picture: int | None = None,
    since: int | None = None,
    scale: int | None = None,
) -> Figure:
    """Return a picture of a view of the ConvVis tab, drawn from the logs without a browser or TensorFlow.

    Args:
        logdir: the directory given to TensorBoard, or that of one run; local, or whatever TensorBoard reads.
        view: filters, features, changes, occlusion, weights, convergence or layers.
        epoch: number of completed epochs; where it was not logged the last before it is shown, and said. None
            for the last. Weights and convergence show all epochs: there it is marked.
        run: name of a run, or several of them; None for all, of which there may be 4.
        layer: path of the layer; None for the first of the network. For weights also one weight of it,
            such as "conv1/bias". Of several runs the k-th unnamed layer of a class stands beside the k-th of
            that class, under its name in the first of them; here any of its names will do. Convergence shows
            all layers; so does layers, the nested models unfolded in which this one lies.
        maps: numbers of filters or maps; None for all filters, the first 16 of the drawn maps, or 8 of those
            that changed.
        picture: number of an occluded picture in its probe set; None for the first.
        since: of changes the other epoch, shown as `epoch` is; None for the log before that.
        scale: pixels, a whole number: of a logged pixel, of charts per dot. None for what fits a page.

    Raises:
        ValueError: an argument that is not what it should be, or nothing logged that it asks for.
        tb_convvis.unreadable.UnreadableError: what was logged is damaged.

    Example:
        >>> tb_convvis.figure("logs", view="features", epoch=20, layer="conv2")  # doctest: +SKIP
        <Figure features: run1: ...>
    """
    if not isinstance(view, str) or view not in VIEWS:
        raise ValueError(
            f"there is no figure of this view. Received: view={view!r}. Expected one of {list(VIEWS)}."
        )
    chosen = VIEWS[view]
    own = {"layer": layer, "maps": maps, "picture": picture, "since": since}
    foreign = [name for name, value in own.items() if value is not None and name not in chosen.takes]
    if foreign:
        raise ValueError(
            f"the view {view} takes no {foreign[0]}. Received: {foreign[0]}={own[foreign[0]]!r}. "
            f"Expected of these only {list(chosen.takes)}."
        )
    if maps is not None and not isinstance(maps, Iterable):
        raise ValueError(f"Received: maps={maps!r}. Expected a list of numbers, or None.")
    _whole("epoch", epoch, least=0)
    _whole("scale", scale, least=1)
    _whole("picture", picture, least=0)
    _whole("since", since, least=0)
    numbers = None if maps is None else tuple(maps)
    for one in numbers or ():
        _whole("maps", one, least=0)
    if numbers is not None and not numbers:
        raise ValueError("Received: maps=[]. Expected at least one number, or None.")
    if numbers is not None and len(set(numbers)) < len(numbers):
        raise ValueError(f"Received: maps={list(numbers)}. Expected each number once.")
    runs = named_runs(_having(open_runs(logdir, run), view, by_name=run is not None))
    return chosen.draw(runs, Ask(epoch, layer_meant(runs, layer), numbers, picture, since, scale))


_OF_FEATURES = dict.fromkeys(("changes", "convergence"), "features")
"""By view the one that its records are logged with, and what failed."""


def _whole(name: str, value: object, least: int) -> None:
    # NumPy's numbers are whole as well.
    if value is not None and (
        isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() < least
    ):
        raise ValueError(f"Received: {name}={value!r}. Expected a whole number of at least {least}.")


def _having(runs: Sequence[Run], view: str, *, by_name: bool) -> list[Run]:
    """The runs that logged something of a view: all of those that were named."""
    found = [run for run in runs if VIEWS[view].has(run)]
    if not found or (by_name and len(found) < len(runs)):
        lacking = next(run for run in runs if run not in found)
        views = [name for name, other in VIEWS.items() if other.has(lacking)]
        failures = lacking.failures(_OF_FEATURES.get(view, view))
        why = f", as it failed {enumerate_words(failures, most=3).rstrip('.')}" if failures else ""
        raise ValueError(
            f"{lacking.title} logged nothing for the view{why}. Received: view={view!r}. "
            f"Expected one of {views}."
        )
    if len(found) > MAX_RUNS:
        names = enumerate_words([repr(run.name) for run in found], most=20)
        raise ValueError(
            f"at most {MAX_RUNS} runs stand side by side; {plural(len(found), 'run')} logged the view. "
            f"Received: run=None. Expected some of {names}."
        )
    return found
