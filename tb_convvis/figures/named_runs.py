"""Runs side by side: the same layer has the same name in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tb_convvis.figures.layer_names import layer_names, renamed
from tb_convvis.figures.run import Run
from tb_convvis.histograms import Weight

LAYER_KINDS = ("filters", "strength", "top", "occlusion")


def named_runs(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with the names that their layers are shown by; tags stay as they were logged."""
    if len(runs) < 2:
        return list(runs)
    names = layer_names([(run.classes(), _logged(run)) for run in runs])
    return [_named(run, shown) if shown else run for run, shown in zip(runs, names, strict=True)]


def layer_meant(runs: Sequence[Run], asked: str | None) -> str | None:
    """Return the shown name of a layer, or of a weight such as "conv1/bias", given any of its names."""
    if asked is None:
        return None
    weights = {weight.name for run in runs for weight in run.index.weights}
    known = {name for run in runs for name in (*_logged(run), *run.network())} | weights
    layer, cut, weight = asked.rpartition("/")
    meant = [asked]
    for run in runs:
        meant += [renamed(run.shown, asked), renamed(run.shown, layer) + cut + weight]
    return next((name for name in meant if name in known), asked)


def _logged(run: Run) -> list[str]:
    layers = [tag.subject for tag in run.index.tags if tag.kind in LAYER_KINDS]
    return layers + [weight.name.rpartition("/")[0] for weight in run.index.weights]


def _named(run: Run, shown: dict[str, str]) -> Run:
    def weight_named(weight: Weight) -> Weight:
        layer, cut, name = weight.name.rpartition("/")
        return replace(weight, name=renamed(shown, layer) + cut + name)

    tags = tuple(
        replace(tag, subject=renamed(shown, tag.subject)) if tag.kind in LAYER_KINDS else tag
        for tag in run.index.tags
    )
    weights = tuple(map(weight_named, run.index.weights))
    return replace(run, index=replace(run.index, tags=tags, weights=weights), shown=shown)
