"""Which two logs of a layer are compared, and what became of its maps from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from tb_convvis.figures.facts import Ask, shown_words
from tb_convvis.figures.map_tiles import MapTiles, map_tiles_of
from tb_convvis.figures.ranking import KINDS, UNRANKED, Change, Changes, Side, changes_between
from tb_convvis.figures.run import Run, step_at
from tb_convvis.figures.words import enumerate_words, plural

MAPS = 8
"""Of a run where none is named."""

FEW = 2
"""As many of those at most are newly dead, as many revived, and as many not finite: the rest is ranked."""


@dataclass(frozen=True)
class Pair:
    """A layer of a run at A and at B, and those of its maps that are drawn."""

    run: Run
    a: MapTiles
    b: MapTiles
    changes: Changes
    listed: tuple[Change, ...]

    def epoch_words(self, ask: Ask) -> tuple[str, str]:
        """Return which epochs A and B are: "2", "showing 2, asked 3"."""
        return shown_words(self.a.record.step, ask.since), shown_words(self.b.record.step, ask.epoch)


def pair_of(run: Run, layer: str, ask: Ask) -> Pair:
    """Return what is compared of a run.

    Raises:
        ValueError: there are no two logs, or a map that is asked for is none of the layer.
        UnreadableError: one of the records is damaged.
    """
    b = map_tiles_of(run, layer, ask.epoch)
    a = map_tiles_of(run, layer, _since(run, layer, b.record.step, ask.since))
    changes = changes_between(_side(run, layer, a), _side(run, layer, b))
    if not any(changes.of.values()):
        raise b.record.malformed("a layer without maps")
    return Pair(run, a, b, changes, _listed(run, changes, ask.maps))


def _since(run: Run, layer: str, step: int, since: int | None) -> int:
    """The epoch A."""
    steps = [record.step for record in run.tag("top", layer).records]
    logged = f"{plural(len(steps), 'logged epoch')}: {enumerate_words(steps, most=12)}"
    if since is None:
        before = [one for one in steps if one < step]
        if not before:
            raise ValueError(
                f"{run.title}, {layer}: epoch {step} is the first log: none is before it. "
                f"Expected a later epoch, or since=... of the {logged}."
            )
        return before[-1]
    found = step_at(steps, since, f"{run.title}, {layer}", name="since")
    if found == step:
        raise ValueError(
            f"{run.title}, {layer}: both are the same log, epoch {step}. Received: since={since}. "
            f"Expected another of the {logged}."
        )
    return found


def _side(run: Run, layer: str, tiles: MapTiles) -> Side:
    return Side(tiles.top, _strengths(run, layer, tiles.record.step))


def _strengths(run: Run, layer: str, step: int) -> NDArray[Any] | None:
    """Of all maps, drawn or not; None where they were not logged at this epoch."""
    if layer not in run.layers("strength"):
        return None
    if step not in [record.step for record in run.tag("strength", layer).records]:
        return None
    record = run.record("strength", layer, step)
    strengths = record.array(1, axes=1)
    if strengths.dtype.kind != "f":
        raise record.malformed(f"strengths of {strengths.dtype}")
    return strengths


def _listed(run: Run, changes: Changes, maps: tuple[int, ...] | None) -> tuple[Change, ...]:
    """Those to draw, in the order of the page."""
    if maps is not None:
        found = [one for kind in KINDS for one in changes.of[kind] if one.map in maps]
        strange = sorted(set(maps) - {one.map for one in found})
        if strange:
            count = sum(map(len, changes.of.values()))
            raise ValueError(
                f"{run.title}: no such map. Received: maps={strange}. Expected 0 to {count - 1}."
            )
        return tuple(found)
    first = [one for kind in UNRANKED for one in changes.of[kind][:FEW]]
    chosen = first + changes.of["alive"][: MAPS - len(first)]
    # Where nothing is ranked, what else there is.
    rest = [one for kind in KINDS for one in changes.of[kind] if one not in chosen]
    return tuple(chosen or rest[:MAPS])


def counted(listed: tuple[Change, ...], changes: Changes) -> str:
    """Return how many of how many are drawn: "2 of 5 newly dead, 6 of 41 ranked"."""
    names = {"alive": "ranked", "not drawn": "not ranked"}
    return ", ".join(
        f"{sum(one.kind == kind for one in listed)} of {len(changes.of[kind])} {names.get(kind, kind)}"
        for kind in KINDS
        if changes.of[kind]
    )
