"""Logging keeps within its share of the training's time, and says what it leaves out for that."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_convvis.callbacks import ConvVis
from tb_convvis.callbacks.budget import Budget
from tests.callbacks.helpers import fit, pictures, records, small_model, steps

NEXT_TO_NOTHING = 1e-9
COMPILED = 70.0
"""Seconds of the first state, with which everything is compiled."""


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def simulated(share: float, epochs: list[float], costs: list[float]) -> tuple[list[int], list[float]]:
    """The steps logged behind the state before training, and the share that logging them has had by then."""
    clock = Clock()
    budget = Budget(share, clock=clock)
    budget.begin()
    clock.now += COMPILED
    budget.took(0, COMPILED)
    logged, shares, trained, spent = [], [], 0.0, 0.0
    for step, (epoch, cost) in enumerate(zip(epochs, costs, strict=True), start=1):
        clock.now += epoch
        trained += epoch
        if budget.affords(step, always=step == len(epochs)):
            # Two views, one after the other, of which the second asks when the first has used its time.
            for part in (0.25 * cost, 0.75 * cost):
                assert budget.affords(step, always=step == len(epochs))
                clock.now += part
                budget.took(step, part)
            spent += cost
            logged.append(step)
            shares.append(spent / trained)
    return logged, shares


@given(st.floats(0.01, 1.0), st.floats(0.1, 100.0), st.floats(0.001, 50.0), st.integers(2, 200))
@settings(deadline=None)
def test_the_share_is_kept(share: float, epoch: float, cost: float, count: int) -> None:
    logged, shares = simulated(share, [epoch] * count, [cost] * count)
    # What an epoch costs is known when one was logged; the last is logged whatever it costs.
    assert logged[0] == 1
    assert logged[-1] == count
    # From then on it is known, and the last is paid for by then.
    assert all(had <= share * (1 + 1e-9) for had in (shares[1:] if len(logged) > 2 else shares[1:-1]))
    # Evenly: each as soon as the time since the one before pays for it. The first, whose cost nobody knew,
    # and the last have to be paid for beforehand.
    gap = max(1, math.ceil(cost / (share * epoch) * (1 - 1e-9)))
    gaps = [later - before for before, later in pairwise(logged[:-1])]
    assert all(one in (gap, gap + 1) for one in gaps[1:])
    assert all(one <= 3 * gap for one in gaps[:1])


def test_a_first_state_that_is_not_the_one_before_training_is_not_counted_either() -> None:
    """A model without an Input has no weights before its first batch; so has a resumed fit with `keep`."""
    clock = Clock()
    budget = Budget(0.1, clock=clock)
    budget.begin()
    logged: list[int] = []
    for step in range(4, 60):
        clock.now += 1.0
        if budget.affords(step, always=step == 59):
            cost = COMPILED if not logged else 0.05
            clock.now += cost
            budget.took(step, cost)
            logged.append(step)
    assert logged == list(range(4, 60))


def test_what_failed_is_counted_and_what_was_left_out_is_said_later() -> None:
    clock = Clock()
    budget = Budget(0.1, clock=clock)
    budget.begin()
    said: dict[int, str | None] = {}
    budget.took(0, 0.0)
    for step in range(1, 40):
        clock.now += 1.0
        if budget.affords(step, always=False):
            clock.now += 0.5
            # The disk is full from the fifth epoch to the thirtieth.
            budget.took(step, 0.5, logged=not 5 <= step <= 30)
            said[step] = budget.note(step)
    # 0.5 s spent, 0.5 s for this one, and 0.4 s that the last one would need.
    assert sorted(said)[:2] == [1, 14]
    first = next(step for step in said if step > 30)
    assert str(said[first]).startswith("epochs from 2 to ")


def test_where_there_is_room_nothing_is_left_out() -> None:
    logged, _ = simulated(0.1, [10.0] * 20, [0.9] * 20)
    assert logged == list(range(1, 21))


def test_the_gaps_follow_the_cost() -> None:
    logged, shares = simulated(0.1, [1.0] * 100, [0.09] * 50 + [0.39] * 50)
    assert logged[:50] == list(range(1, 51))
    gaps = [later - before for before, later in pairwise(logged[51:-1])]
    assert set(gaps) == {4}
    assert max(shares[:-1]) <= 0.1 + 0.4 / 50


def run(log_dir: Path, epochs: int = 6, *others: keras.callbacks.Callback, **arguments: Any) -> ConvVis:
    callback = ConvVis(log_dir, data=pictures(), **arguments)
    fit(small_model(), callback, *others, epochs=epochs)
    return callback


def test_first_and_last_are_logged_and_what_is_left_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    callback = ConvVis(tmp_path, data=pictures(), budget=NEXT_TO_NOTHING)
    fit(small_model(), callback, epochs=6, verbose=2)
    for view in callback.views:
        found = records(tmp_path / "convvis", f"convvis/run/{view.view}")
        assert [record.step for record in found] == [0, 1, 6]
        assert [record.manifest.logged for record in found] == [1, 2, 3]
        notes = [" ".join(record.manifest.facts["notes"]) for record in found]
        assert "left out" not in notes[0] + notes[1]
        assert "epochs from 2 to 5 were left out" in notes[2]
        assert "budget=1e-09" in notes[2]
    assert capsys.readouterr().out.count("budget=None logs all of them") == 1
    (model,) = records(tmp_path / "convvis", "convvis/run/model")
    assert {view["budget"] for view in model.manifest.facts["settings"].values()} == {NEXT_TO_NOTHING}


def test_without_a_budget_all_are_logged(tmp_path: Path) -> None:
    run(tmp_path, budget=None)
    assert steps(tmp_path / "convvis") == list(range(7))


def test_epochs_that_were_named_are_logged(tmp_path: Path) -> None:
    run(tmp_path, budget=NEXT_TO_NOTHING, freq=[0, 2, 3, 4])
    assert steps(tmp_path / "convvis") == [0, 2, 3, 4]


@pytest.mark.parametrize("ours_first", [True, False])
def test_a_training_that_stops_early_logs_its_last(tmp_path: Path, ours_first: bool) -> None:
    model = small_model()
    stop = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: setattr(model, "stop_training", epoch == 3)
    )
    ours = ConvVis(tmp_path, budget=NEXT_TO_NOTHING)
    fit(model, *([ours, stop] if ours_first else [stop, ours]), epochs=9)
    assert steps(tmp_path / "convvis") == [0, 1, 4]
    last = records(tmp_path / "convvis", "convvis/run/filters")[-1]
    assert "epochs from 2 to 3 were left out" in " ".join(last.manifest.facts["notes"])


def test_a_second_fit_begins_anew(tmp_path: Path) -> None:
    callback, model = ConvVis(tmp_path, budget=NEXT_TO_NOTHING), small_model()
    fit(model, callback, epochs=3)
    fit(model, callback, epochs=3)
    assert steps(tmp_path / "convvis") == [0, 1, 3, 3, 4, 6]


def test_the_default_is_a_tenth_and_survives_saving(tmp_path: Path) -> None:
    callback = ConvVis(tmp_path)
    assert callback.budget == 0.1
    assert ConvVis.from_config(callback.get_config()).budget == 0.1
    assert ConvVis.from_config(ConvVis(tmp_path, budget=None).get_config()).budget is None


@pytest.mark.parametrize("share", [0, -0.1, 10, float("nan"), True, "10%"])
def test_what_is_no_share_is_refused(tmp_path: Path, share: Any) -> None:
    with pytest.raises(ValueError, match="Received: budget="):
        ConvVis(tmp_path, budget=share)
