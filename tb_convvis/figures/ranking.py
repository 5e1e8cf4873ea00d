"""How much each map of a layer changed between two epochs, and which died or came back: the page's rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tb_convvis.figures.probe import round_half_up
from tb_convvis.figures.top import Top, state_of
from tb_convvis.figures.words import number, plural

Kind = Literal["newly dead", "revived", "not finite", "alive", "not drawn", "dead at both"]
"""What became of a map. "alive" is ranked; "not drawn" has nothing to be ranked by."""

KINDS: tuple[Kind, ...] = ("newly dead", "revived", "not finite", "alive", "not drawn", "dead at both")
"""In the order of the page."""

UNRANKED: tuple[Kind, ...] = KINDS[:3]
"""What the page lists before the ranking."""

_KIND: dict[tuple[str, str], Kind] = {
    ("alive", "alive"): "alive",
    ("alive", "dead"): "newly dead",
    ("dead", "alive"): "revived",
    ("dead", "dead"): "dead at both",
}


@dataclass(frozen=True)
class Side:
    """What is known of a layer at an epoch; `strengths` of all maps, None where they are not logged."""

    top: Top
    strengths: NDArray[Any] | None


@dataclass(frozen=True)
class Change:
    """What became of a map; `strengths` at A and at B and `turnover` are NaN where they are not known."""

    map: int
    kind: Kind
    strengths: tuple[float, float]
    turnover: float

    def strength_words(self) -> str:
        """Return "12.1 → 15.3", "dead at both"."""
        a, b = map(_strength_words, self.strengths)
        return f"{a} at both" if a == b and not self.strengths[0] > 0 else f"{a} → {b}"

    def rank_words(self) -> str:
        """Return by what it is ranked, or why it is not."""
        if self.kind == "not drawn":
            return "not ranked"
        if self.kind != "alive":
            return self.kind
        return f"turnover {'not known' if math.isnan(self.turnover) else percent(self.turnover)}"


@dataclass(frozen=True)
class Changes:
    """All maps of a layer, the ranked ones by their rank; how many were drawn at both epochs, of how many."""

    of: dict[Kind, list[Change]]
    drawn: int
    maps: int

    def words(self) -> str:
        """Return "3 newly dead, 1 revived, median turnover 44 %, 64 of 256 maps drawn"."""
        known = [one.turnover for one in self.of["alive"] if not math.isnan(one.turnover)]
        turned = f"median turnover {percent(float(np.median(known)))}" if known else "turnover not known"
        silent: tuple[Kind, ...] = ("dead at both", "not finite")
        some = "".join(f", {len(self.of[kind])} {kind}" for kind in silent if self.of[kind])
        many = plural(self.maps, "map")
        drawn = f"all {many} drawn" if self.drawn >= self.maps else f"{self.drawn} of {many} drawn"
        died, revived = (f"{len(self.of[kind])} {kind}" for kind in UNRANKED[:2])
        return f"{died}, {revived}{some}, {turned}, {drawn}"


def changes_between(a: Side, b: Side) -> Changes:
    """Return what became of every map from A to B, ranked by the turnover of its strongest pictures."""
    whole = a.strengths is not None and b.strengths is not None
    count = min(
        len(side.strengths) if whole and side.strengths is not None else side.top.of for side in (a, b)
    )
    places = [{map_: at for at, map_ in reversed(list(enumerate(side.top.maps)))} for side in (a, b)]
    changes = [
        _change((a, b), map_, (places[0].get(map_), places[1].get(map_)), whole) for map_ in range(count)
    ]
    of: dict[Kind, list[Change]] = {kind: [one for one in changes if one.kind == kind] for kind in KINDS}
    # What has no number comes last; between equals the lower number is first.
    of["alive"].sort(key=lambda one: -math.inf if math.isnan(one.turnover) else one.turnover, reverse=True)
    drawn = sum(map_ in places[0] and map_ in places[1] for map_ in range(count))
    return Changes(of, drawn, b.top.of)


def turnover(before: set[int], after: set[int]) -> float:
    """Return the share of the pictures of one of the two that the other lacks; NaN where both have none."""
    most = max(len(before), len(after))
    return math.nan if most == 0 else 1 - len(before & after) / most


def percent(share: float) -> str:
    """Return a share as the page says it."""
    return f"{round_half_up(100 * share)}\u2009%"


def _change(sides: Sequence[Side], map_: int, places: tuple[int | None, int | None], whole: bool) -> Change:
    a, b = (_strength(side, map_, place, whole) for side, place in zip(sides, places, strict=True))
    if places[0] is None or places[1] is None:
        return Change(map_, _kind(a, b, drawn=False, known=whole), (a, b), math.nan)
    before, after = _pictures(sides[0].top, places[0]), _pictures(sides[1].top, places[1])
    return Change(map_, _kind(a, b, drawn=True, known=True), (a, b), turnover(before, after))


def _kind(before: float, after: float, *, drawn: bool, known: bool) -> Kind:
    """`drawn`: whether there is anything to rank it by; `known`: whether its strengths are."""
    if not known:
        return "not drawn"
    states = state_of(before), state_of(after)
    if "not finite" in states:
        return "not finite"
    kind = _KIND[states]
    return "not drawn" if kind == "alive" and not drawn else kind


def _strength(side: Side, map_: int, place: int | None, whole: bool) -> float:
    if whole and side.strengths is not None:
        return float(side.strengths[map_])
    return math.nan if place is None else side.top.entry(place, 0).value


def _pictures(top: Top, place: int) -> set[int]:
    """Those that excite a drawn map."""
    entries = [top.entry(place, slot) for slot in range(top.k)]
    return {one.image for one in entries if one.image >= 0 and one.value > 0}


def _strength_words(strength: float) -> str:
    if math.isnan(strength):
        return "not known"
    state = state_of(strength)
    return number(strength) if state == "alive" else state
