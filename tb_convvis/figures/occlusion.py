"""What covering part of a picture does, in the five panels of Zeiler & Fergus (2013), Fig. 7."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tb_convvis.figures.colours import CLASSES, Scale
from tb_convvis.figures.drawing import Drawing, below, beside, headed
from tb_convvis.figures.facts import Ask, Facts, epochs_words, facts_of, layer_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.occlusion_panels import Common, Row, panels_of, percent_of
from tb_convvis.figures.occlusion_record import Occluded, occluded_of
from tb_convvis.figures.probe import Probe, probe_of
from tb_convvis.figures.run import Record, Run
from tb_convvis.figures.words import enumerate_words, number, plural
from tb_convvis.unreadable import UnreadableError

SIDE = 260
"""Of a panel, about, in pixels, where no scale is given."""

BEYOND = 0.01
"""Beyond either end of the scale of shares lies so much of them: a few positions do more than all others."""

LEAST_SPAN = 0.01
"""The scale spans at least so much: what changes less does not change."""


@dataclass(frozen=True)
class Shown:
    """The picture of one run that is drawn."""

    run: Run
    record: Record
    occluded: Occluded
    probe: Probe | None


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the five panels of an occluded picture, a row of them for each run."""
    layer = layer_of(runs, "occlusion", ask.layer)
    records = [run.record("occlusion", layer, ask.epoch) for run in runs]
    image = _image([occluded_of(record) for record in records], runs, ask.picture)
    shown = [
        Shown(run, record, occluded_of(record)[image], probe_of(run, "occlusion", record.step))
        for run, record in zip(runs, records, strict=True)
    ]
    common, over = _common(runs, layer, image)
    rows, all_facts = [], []
    for one in shown:
        scale = ask.scale or max(1, SIDE // max(one.occluded.frame))
        panels = panels_of(Row(one.occluded, one.probe, image, common, scale))
        row = beside(panels, 14)
        rows.append(headed(f"{one.run.title}, epoch {one.record.step}", row, 14) if len(runs) > 1 else row)
        facts = _facts(one, image, common, over)
        at = one.record.step, one.record.wall_time
        all_facts.append(facts_of(one.run, "occlusion", layer, at, ask, facts))
    steps = [one.record.step for one in shown]
    title = f"{titles_of(runs)}: occlusion of picture {image} by {layer}, {epochs_words(steps)}"
    content: Drawing = below(rows, 20)
    return Figure("occlusion", title, together(all_facts), content, text=14)


def _image(pictures: Sequence[dict[int, Occluded]], runs: Sequence[Run], asked: int | None) -> int:
    """The picture to show: the first that all runs occluded."""
    shared = [image for image in pictures[0] if all(image in one for one in pictures)]
    if not shared or (asked is not None and asked not in shared):
        whose = f"{titles_of(runs)} occluded" if len(runs) == 1 else f"all of {titles_of(runs)} occluded"
        raise ValueError(f"no such picture. Received: picture={asked}. Expected one that {whose}: {shared}.")
    return min(shared) if asked is None else asked


def _common(runs: Sequence[Run], layer: str, image: int) -> tuple[Common, str]:
    """What all runs and epochs have in common, so that they compare; and over what that was taken."""
    shares, counts, damaged = [], Counter[str](), 0
    for run in runs:
        for step, record in run.records("occlusion", layer):
            try:
                occluded = occluded_of(record).get(image) if record else None
                damaged += record is None
                probe = probe_of(run, "occlusion", step)
            except UnreadableError:
                occluded, damaged = None, damaged + 1
            if occluded is None:
                continue
            found = occluded.shares().ravel()
            shares.append(found[np.isfinite(found)])
            classes = occluded.classes().ravel()
            for label in classes[np.isfinite(classes)].astype(int).tolist():
                counts[probe.name_of(label) if probe else f"class {label}"] += 1
    every = np.sort(np.concatenate(shares))
    beyond = int(BEYOND * len(every))
    low, high = (every[beyond], every[-1 - beyond]) if len(every) else (1, 1)
    scale = Scale(min(1 - LEAST_SPAN, float(low)), max(1, float(high)))
    frequent = [name for name, _ in counts.most_common(len(CLASSES))]
    over = plural(len(shares), "record") + (f", {damaged} more damaged" if damaged else "")
    return Common(scale, dict(zip(frequent, CLASSES, strict=False))), over


def _facts(shown: Shown, image: int, common: Common, over: str) -> Facts:
    occluded, probe = shown.occluded, shown.probe
    facts = shown.record.manifest.facts
    label = occluded.own("labels")
    name = probe.name_of(label) if probe else f"class {label}"
    percent = percent_of(common.activation)
    low, high = percent(common.activation.low), percent(common.activation.high)
    missing = int((~np.isfinite(occluded.probability)).sum())
    probability = occluded.own("unoccluded_probability")
    return [
        ("picture", f"{image}, one of {enumerate_words(list(facts['images']), most=20)}"),
        ("map", str(occluded.own("strongest_map"))),
        ("class", f"{name}, the {'true' if facts.get('labelled') is True else 'predicted'} class"),
        ("without occluder", "not a number" if probability is None else number(probability)),
        ("occluder", occluded.geometry()),
        ("drawn where", "the probability is the lowest"),
        ("plotted", "at the centre of the occluder, over the picture with 70 % opacity; classes opaque"),
        (
            "activation",
            f"share of the total without the occluder, {low} to {high}, over {over}; the mark is 100 %",
        ),
        ("probability", "0 to 1"),
        ("rule", occluded.top.rule),
        *([("striped", f"{plural(missing, 'position')} missing")] if missing else []),
        *([] if probe else [("pictures", "grey: the probe pictures are not in the log")]),
    ]
