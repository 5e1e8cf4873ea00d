"""What a figure is asked for, and what it tells of where it comes from, as the page's exports do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tb_convvis.figures.run import Run
from tb_convvis.figures.words import enumerate_words, one_line, time_words

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class Ask:
    """The arguments of `figure`; None for what is left to the view."""

    epoch: int | None = None
    layer: str | None = None
    maps: tuple[int, ...] | None = None
    picture: int | None = None
    since: int | None = None
    scale: int | None = None


def layer_of(runs: Sequence[Run], kind: str, asked: str | None) -> str:
    """Return the layer to show: the one asked for, else the first of the network that all runs logged.

    Raises:
        ValueError: there is none.
    """
    if asked is not None:
        return asked
    lists = [run.layers(kind) for run in runs]
    shared = [layer for layer in lists[0] if all(layer in one for one in lists)]
    if not shared:
        each = "; ".join(
            f"{run.title}: {enumerate_words(found)}" for run, found in zip(runs, lists, strict=True)
        )
        raise ValueError(f"which layer? The runs have none in common. Expected layer=... of {each}.")
    return shared[0]


def facts_of(  # noqa: PLR0917
    run: Run, view: str, layer: str, at: tuple[int, float | None], ask: Ask, more: Facts
) -> Facts:
    """Return what a figure tells of a run.

    Args:
        run: the run.
        view: id of the view.
        layer: the layer that is shown.
        at: epoch and wall time of what is shown.
        ask: what was asked for.
        more: what the view tells beside.
    """
    step, wall_time = at
    failure = run.failure(view, layer, ask.epoch, step)
    return [
        ("run", one_line(run.name)),
        ("layer", one_line(run.own_name(layer))),
        ("epoch", shown_words(step, ask.epoch)),
        *([("failed", failure)] if failure else []),
        *more,
        ("logged", f"by tb_convvis {run.version_at(step)}, {time_words(wall_time)}"),
    ]


def shown_words(step: int, asked: int | None) -> str:
    """Return which epoch is shown, and which was asked for where that is another."""
    return str(step) if asked in (None, step) else f"showing {step}, asked {asked}"


def together(all_facts: Sequence[Facts]) -> Facts:
    """Return the facts of several runs as one: what is common once, all else in the order of the runs."""
    names = list(dict.fromkeys(name for facts in all_facts for name, _ in facts))
    names.sort(key="logged".__eq__)  # which stays the last where some facts are those of one run alone
    merged = []
    for name in names:
        values = [dict(facts).get(name, "none") for facts in all_facts]
        merged.append((name, values[0] if len(set(values)) == 1 else " | ".join(values)))
    return merged


def epochs_words(steps: Sequence[int]) -> str:
    """Return "epoch 6", or the epochs that several runs show."""
    different = list(dict.fromkeys(steps))
    return (
        f"epoch {enumerate_words(different)}"
        if len(different) == 1
        else f"epochs {enumerate_words(different)}"
    )


def titles_of(runs: Sequence[Run]) -> str:
    """Return the names of the runs for a title."""
    return enumerate_words([one_line(run.title, 60) for run in runs])
