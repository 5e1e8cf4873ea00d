"""Logging keeps within its share of the training's time, and says what it leaves out for that."""

from __future__ import annotations

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


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def simulated(share: float, epochs: list[float], costs: list[float]) -> tuple[list[int], list[float]]:
    """The steps that are logged, and the share that logging has had when each was through."""
    clock = Clock()
    budget = Budget(share, clock=clock)
    budget.begin()
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
    assert all(had <= share * (1 + 1e-9) for had in shares[1:-1])
    # No more is left out than has to be: one more epoch earlier would have been too many.
    for before, step in pairwise(logged[:-1]):
        taken = cost * (logged.index(step) + 1)
        earlier = step - 1
        assert earlier == before or taken > share * epoch * earlier * (1 - 1e-9)


def test_where_there_is_room_nothing_is_left_out() -> None:
    logged, _ = simulated(0.1, [10.0] * 20, [0.9] * 20)
    assert logged == list(range(1, 21))


def test_the_gaps_follow_the_cost() -> None:
    logged, shares = simulated(0.1, [1.0] * 100, [0.1] * 50 + [0.4] * 50)
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


@pytest.mark.parametrize("share", [0, -0.1, float("nan"), True, "10%"])
def test_what_is_no_share_is_refused(tmp_path: Path, share: Any) -> None:
    with pytest.raises(ValueError, match="Received: budget="):
        ConvVis(tmp_path, budget=share)
