"""The one table, in Markdown: medians and spread of everyone at every task, and what a dash stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from benchmarks.contest import LIMIT, OBVIOUS, OURS, Measured
from benchmarks.peer import PEERS
from benchmarks.rounds import Spread

DAGGERED = {("tf-keras-vis", "projections"): "†"}
"""Another rule than asked for: peer and beginning of the row's name."""
DAGGER = "† by guided backpropagation, another rule but the same work: it has no deconvnet."


def render(measured: Iterable[Measured], rounds: int) -> str:
    """The table, and below it what each limit and each dash means."""
    rows = list(measured)
    notes: list[str] = []
    lines = [
        "| task | limit | here | here ÷ limit | obvious way ÷ here | "
        + " | ".join(f"{name} ÷ here" for name in PEERS)
        + " |",
        "|---" * (5 + len(PEERS)) + "|",
    ]
    lines += [_line(one, notes) for one in rows]
    said = [
        f"Medians of {rounds} rounds (projections on A, fits and imports: {min(rounds, 3)}), least–largest "
        "in brackets; a ratio is taken within each round. Dashes:",
        "",
        *(f"{number}. {note}" for number, note in enumerate(notes, start=1)),
        "",
        DAGGER,
        "",
        *_goals(rows),
        "",
        "What is done, what the limit is, and what the obvious way is:",
        "",
        *(_legend(one) for one in rows),
    ]
    return "\n".join([*lines, "", *said])


def _line(one: Measured, notes: list[str]) -> str:
    values, ours = one.values, one.values[OURS]
    limit = values.get(LIMIT)
    cells = [
        one.row.name,
        "" if limit is None else _amount(Spread.of(limit), one.row.unit),
        _amount(Spread.of(ours), one.row.unit),
        "" if limit is None else _ratio(Spread.of_ratio(ours, limit)),
        "" if OBVIOUS not in values else _ratio(Spread.of_ratio(values[OBVIOUS], ours)),
    ]
    for name in PEERS:
        if name in values:
            dagger = DAGGERED.get((name, one.row.name.split(",")[0]), "")
            cells.append(_ratio(Spread.of_ratio(values[name], ours)) + dagger)
        else:
            reason = one.errors.get(name, "was not asked")
            if reason not in notes:
                notes.append(reason)
            cells.append(f"– [{notes.index(reason) + 1}]")
    return f"| {' | '.join(cells)} |"


def _legend(one: Measured) -> str:
    parts = [f"* **{one.row.name}**: {one.row.what}."]
    if one.limit_words:
        parts.append(f"Limit: {one.limit_words}.")
    if one.obvious_words:
        parts.append(f"Obvious way: {one.obvious_words}.")
    if one.differences:
        found = ", ".join(f"{name} {value:.0e}" for name, value in one.differences.items())
        parts.append(f"Results differ from ours by, relative to the largest: {found}.")
    return " ".join(parts)


def _goals(rows: Sequence[Measured]) -> list[str]:
    lines = ["| task | what | goal | measured | |", "|---|---|---|---|---|"]
    for one in rows:
        for goal in one.goals:
            value = goal.measured(one.values)
            what, sign = (goal.of, "≤" if goal.at_most else "≥")
            if goal.over is not None:
                what += f" ÷ {goal.over}"
            show = _show_ratio if goal.over is not None else _show(one.row.unit)
            told = "–" if value is None else show(value)
            verdict = "not measured" if value is None else "met" if goal.met(value) else "**missed**"
            lines.append(f"| {one.row.name} | {what} | {sign} {show(goal.bound)} | {told} | {verdict} |")
    return lines


def _show_ratio(value: float) -> str:
    return f"{_digits(value)}×"


def _show(unit: str) -> Callable[[float], str]:
    return (lambda value: f"{value:.1%}") if unit == "share" else (lambda value: f"{value * 1e3:.0f} ms")


def _amount(spread: Spread, unit: str) -> str:
    if unit == "share":
        return f"{spread.median:.2%} ({spread.least:.2%}–{spread.largest:.2%})"
    scale, name = next(((s, n) for s, n in ((1, "s"), (1e3, "ms")) if spread.median * s >= 1), (1e6, "µs"))
    numbers = [_digits(value * scale) for value in (spread.median, spread.least, spread.largest)]
    return f"{numbers[0]} {name} ({numbers[1]}–{numbers[2]})"


def _ratio(spread: Spread) -> str:
    return f"{_digits(spread.median)}× ({_digits(spread.least)}–{_digits(spread.largest)})"


def _digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def within(document: str, begin: str, end: str, lines: Sequence[str]) -> str:
    """`document` with what stands between two marks replaced.

    Raises:
        ValueError: it lacks one of the marks.
    """
    if begin not in document or end not in document:
        raise ValueError(f"The document lacks {begin!r} or {end!r}.")
    before, after = document.split(begin, maxsplit=1)[0], document.split(end)[1]
    return "\n".join([before + begin, "", *lines, "", end]) + after
