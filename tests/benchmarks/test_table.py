"""The machinery of the table: peers in processes of their own, rounds in turn, dashes with their errors."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import contest, peer, table
from benchmarks.bench_growth import exponent
from benchmarks.contest import OURS, Contest, Crew, Goal, Limit, Row, measure
from benchmarks.rounds import Spread, interleave

SCRIPT = """
import os, sys
sys.path.insert(0, {peers!r})
from protocol import Job, serve

def ready(work):
    print("what a library prints is no answer")
    return Job(lambda: 3.0, work["images"].sum(axis=1))

def other(work):
    return Job(lambda: 3.0, work["images"].sum(axis=1) + 1e-3)

def raises(work):
    raise LookupError("no such thing\\nand more of it")

def later(work):
    calls = iter([3.0, 3.0])
    return Job(lambda: next(calls), work["images"].sum(axis=1))

def dies(work):
    sys.stderr.write("terminate called\\n")
    sys.stderr.flush()
    os._exit(9)

serve({{"ready": ready, "other": other, "raises": raises, "later": later, "dies": dies}})
"""


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One peer for each way of doing: its task bears its name."""
    script = tmp_path / "peer.py"
    script.write_text(SCRIPT.format(peers=str(peer.SCRIPTS)))
    monkeypatch.setenv("THIS_PYTHON", sys.executable)
    monkeypatch.delenv("NO_PYTHON", raising=False)
    for name in list(peer.PEERS):
        monkeypatch.delitem(peer.PEERS, name)
    for name in ("ready", "other", "raises", "later", "dies"):
        monkeypatch.setitem(peer.PEERS, name, peer.Home(script, "THIS_PYTHON"))
    monkeypatch.setitem(peer.PEERS, "absent", peer.Home(script, "NO_PYTHON"))
    monkeypatch.setitem(peer.PEERS, "unable", peer.Home(script, "THIS_PYTHON"))


def test_a_peer_that_fails_stands_with_a_dash_and_its_error(homes: None) -> None:
    def set_up(folder: Path) -> Contest:
        images = np.arange(6.0).reshape(2, 3)
        np.savez(folder / "work.npz", images=images, scores=images.sum(axis=1))
        goals = (Goal("ready", OURS, 1.4), Goal(OURS, None, 1.5, at_most=True), Goal("dies", OURS, 4))
        return Contest(lambda: 2.0, Limit("what is counted", lambda: 4.0, 0.25), goals=goals)

    asked = {name: name for name in ("ready", "other", "raises", "later", "dies", "absent")}
    row = Row("the task", "of some size", set_up, asked, {"unable": "has none"})
    with Crew() as crew:
        measured = measure(row, crew, rounds=2)
    assert measured.values == {"here": [2.0, 2.0], "limit": [1.0, 1.0], "ready": [3.0, 3.0]}
    text = table.render([measured], 2)
    line = next(line for line in text.splitlines() if line.startswith("| the task"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1:5] == ["1.00 s (1.00–1.00)", "2.00 s (2.00–2.00)", "2.00× (2.00–2.00)", ""]
    assert cells[5] == "1.50× (1.50–1.50)"
    reasons = {
        "other": "its model is another: its scores differ by 1.0e-03",
        "raises": "LookupError: no such thing",
        "later": "StopIteration:",
        "dies": "ended with status 9: terminate called",
        "absent": "not installed: set NO_PYTHON to the Python of an environment with it",
        "unable": "has none",
    }
    for number, (name, cell) in enumerate(zip(list(peer.PEERS)[1:], cells[6:], strict=True), start=1):
        assert cell == f"– [{number}]"
        assert f"{number}. {reasons[name]}" in text.splitlines()
    assert [line for line in text.splitlines() if line.startswith("| the task")][1:] == [
        "| the task | ready ÷ here | ≥ 1.40× | 1.50× | met |",
        "| the task | here | ≤ 1500 ms | 2000 ms | **missed** |",
        "| the task | dies ÷ here | ≥ 4.00× | – | not measured |",
    ]


def test_a_result_that_is_another_is_not_timed(homes: None) -> None:
    def set_up(folder: Path) -> Contest:
        images = np.ones((2, 3))
        np.savez(folder / "work.npz", images=images, scores=images.sum(axis=1))
        return Contest(lambda: 2.0, judge=lambda name, answer: 0.5 if name == "later" else None)

    with Crew() as crew:
        row = Row("the task", "of some size", set_up, {"ready": "ready", "later": "later"})
        measured = measure(row, crew, rounds=1)
    assert set(measured.values) == {contest.OURS, "ready"}
    assert "its result is another: differs by 5.0e-01" in measured.errors["later"]


def test_rounds_go_forwards_and_backwards_in_turn() -> None:
    order: list[str] = []

    def run(name: str) -> float:
        order.append(name)
        if name == "b" and len(order) > 3:
            raise peer.PeerError("enough")
        return float(len(order))

    failures: list[str] = []
    runs = {name: (lambda name=name: run(name)) for name in "abc"}
    found = interleave(runs, 3, lambda name, error: failures.append(f"{name}: {error}"))
    assert "".join(order) == "abc" + "cba" + "ac"
    assert failures == ["b: enough"]
    assert found == {"a": [1.0, 6.0, 7.0], "c": [3.0, 4.0, 8.0]}


def test_a_failure_of_ours_is_no_dash() -> None:
    def broken() -> float:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"), Crew() as crew:
        measure(Row("the task", "", lambda folder: Contest(broken)), crew, rounds=1)


def test_ratios_are_taken_within_a_round() -> None:
    # A machine that slows down by half changes no ratio.
    assert Spread.of_ratio([3.0, 6.0, 4.5], [1.0, 2.0, 1.5]) == Spread(3.0, 3.0, 3.0)
    assert Spread.of([4.0, 1.0, 2.0]) == Spread(2.0, 1.0, 4.0)


def test_the_exponent_of_growth() -> None:
    assert exponent((1, 2, 4, 8), (0.5, 2.0, 8.0, 32.0)) == pytest.approx(2)


def test_a_table_is_put_between_its_marks() -> None:
    document = "before\n<!-- x -->\nold\n<!-- end -->\nafter"
    assert table.within(document, "<!-- x -->", "<!-- end -->", ["new"]) == (
        "before\n<!-- x -->\n\nnew\n\n<!-- end -->\nafter"
    )
    with pytest.raises(ValueError, match="lacks"):
        table.within("nothing", "<!-- x -->", "<!-- end -->", ["new"])
