"""How much each layer still changes over the epochs, below the loss and a metric that Keras logged."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tb_convvis.figures.convergence_rows import Line, Row, drawn
from tb_convvis.figures.facts import Ask, Facts, facts_of, titles_of, together
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.run import Run, step_at
from tb_convvis.figures.settled import FEWEST_QUIET, QUIET_SHARE, per_epoch, settled_at
from tb_convvis.figures.words import number, one_line
from tb_convvis.unreadable import UnreadableError

PIXELS = 2
"""Of the image per dot."""

LOSS = "loss"
SOURCES = ("train", "validation")

Problems = list[str]
"""What is not drawn of a run, and why."""


def draw(runs: Sequence[Run], ask: Ask) -> Figure:
    """Return the change per epoch of all layers, the lines of several runs over each other."""
    problems: list[Problems] = [[] for _ in runs]
    layers = list(dict.fromkeys(layer for run in runs for layer in run.layers("strength")))
    metrics = _metrics(runs)
    rows = [_metric_row(name, runs, problems) for name in metrics]
    rows += [_layer_row(layer, runs, problems) for layer in layers]
    steps = sorted({step for row in rows[len(metrics) :] for line in row.lines for step in line.steps})
    if not steps:
        raise UnreadableError(
            "; ".join(problem for found in problems for problem in found) or "no log is here"
        )
    marked = None if ask.epoch is None else step_at(steps, ask.epoch, titles_of(runs))
    content = drawn(rows, [run.title for run in runs], (steps[0], steps[-1]), marked)
    all_facts = [_facts(run, metrics, ask, marked, found) for run, found in zip(runs, problems, strict=True)]
    title = f"{titles_of(runs)}: change of the weights per epoch" + (", below the metrics" if metrics else "")
    return Figure("convergence", title, together(all_facts), content, scale=ask.scale or PIXELS, chart=True)


def _layer_row(layer: str, runs: Sequence[Run], problems: Sequence[Problems]) -> Row:
    lines, words = [], []
    for place, run in enumerate(runs):
        if layer not in run.layers("strength"):
            words.append("not logged")
            continue
        steps, changes, damaged = [], [], 0
        try:
            for step, record in run.records("strength", layer):
                change = record.manifest.facts.get("weight_change") if record else None
                damaged += record is None
                steps.append(step)
                changes.append(float(change) if isinstance(change, (int, float)) else None)
        except UnreadableError as error:
            problems[place].append(str(error))
            words.append("damaged")
            continue
        if damaged:
            problems[place].append(f"{one_line(layer)}: {damaged} of {len(steps)} logs are damaged")
        values = per_epoch(steps, changes)
        settled, said = settled_at(steps, values)
        lines.append(Line(place, tuple(steps), tuple(values), ring=settled))
        words.append(said)
    return Row(one_line(layer), tuple(lines), tuple(words), from_zero=True)


def _metrics(runs: Sequence[Run]) -> list[str]:
    """The loss, and of the other metrics the likeliest, as far as Keras logged them."""
    names = {scalar.name for run in runs for scalar in run.index.scalars}

    def rank(name: str) -> tuple[int, str]:
        accuracy = ["accuracy", "acc"].index(name) if name in ("accuracy", "acc") else 3
        return (2 if name.endswith(("accuracy", "acc")) and accuracy == 3 else accuracy, name)

    others = sorted(names - {LOSS, "learning_rate"}, key=rank)
    return [*([LOSS] if LOSS in names else []), *others[:1]]


def _metric_row(name: str, runs: Sequence[Run], problems: Sequence[Problems]) -> Row:
    """Validation thick, training thin."""
    lines, words = [], []
    for place, run in enumerate(runs):
        last = {}
        for scalar in run.index.scalars:
            if scalar.name != name:
                continue
            series = run.scalars(scalar.run, scalar.tag)
            if series.error is not None:
                problems[place].append(f"{one_line(scalar.run)}, {name}: {series.error}")
            if series.kept > len(series.points):
                problems[place].append(f"{name}: {len(series.points)} of {series.kept} values are drawn")
            steps = tuple(point.step for point in series.points)
            values = tuple(math.nan if point.value is None else point.value for point in series.points)
            lines.append(Line(place, steps, values, thin=scalar.source == "train"))
            if values and math.isfinite(values[-1]):
                last[scalar.source] = number(values[-1])
        said = [f"{source} {last[source]}" for source in reversed(SOURCES) if source in last]
        words.append(", ".join(said) or "not logged")
    return Row(one_line(name), tuple(lines), tuple(words), from_zero=False)


def _facts(run: Run, metrics: Sequence[str], ask: Ask, marked: int | None, problems: Problems) -> Facts:
    records = [record for tag in run.index.tags if tag.kind == "strength" for record in tag.records]
    last = max(records, key=lambda record: record.step, default=None)
    at = (last.step, last.wall_time) if last else (0, None)
    facts = facts_of(run, "features", "all", at, Ask(), [])
    asked = "" if marked == ask.epoch else f", asked {ask.epoch}"
    more = [
        ("epoch", f"all up to {last.step}" if last else "none"),
        *([] if marked is None else [("marked", f"epoch {marked}{asked}")]),
        (
            "change",
            "per epoch since the log before: 1 - cosine of the kernel, each layer on its own scale from zero",
        ),
        (
            "settled",
            f"ringed: the first log after which it stays below {100 * QUIET_SHARE:g} % of its largest, "
            f"over at least {FEWEST_QUIET} later logs",
        ),
        *([("metrics", "Keras's epoch_ scalars, validation thick, training thin")] if metrics else []),
        *([("not drawn", "; ".join(problems))] if problems else []),
    ]
    layers = [(run.own_name(layer), layer) for layer in run.layers("strength")]
    named = " / ".join(f"{one_line(own)} as {one_line(layer)}" for own, layer in layers if own != layer)
    known = dict(facts)
    more += [("shown as", named)] if named else []
    return [("run", known["run"]), *more, ("logged", known["logged"])]
