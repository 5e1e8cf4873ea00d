"""`keep`: a fit logs no more epochs than that, however it ends or is resumed."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_convvis.callbacks import ConvVis, FilterImages
from tb_convvis.callbacks.schedule import Frequency, Schedule
from tb_convvis.callbacks.training_log import TrainingLog
from tests.callbacks.helpers import fit, pictures, records, small_model, steps

FREQUENCIES = st.one_of(st.integers(1, 60), st.lists(st.integers(0, 400), min_size=1), st.just("log"))


def chosen(schedule: Schedule, planned: range) -> list[int]:
    return [step for step in planned if schedule.includes(step, planned)]


@pytest.mark.parametrize(
    ("freq", "keep", "epochs", "logged"),
    [
        (1, 5, 8, [0, 2, 4, 6, 8]),
        (1, 2, 8, [0, 8]),
        (1, 9, 8, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (3, 3, 8, [0, 6, 8]),
        (3, 50, 8, [0, 3, 6, 8]),
        ("log", 3, 8, [0, 2, 8]),
        ([1, 2, 3, 7, 20], 3, 8, [1, 3, 7]),
        ([1, 2, 3, 7, 20], 2, 2, [1, 2]),
        ([4], 2, 8, [4]),
    ],
)
def test_so_many_of_the_epochs_that_freq_names(
    freq: Frequency, keep: int, epochs: int, logged: list[int]
) -> None:
    assert chosen(Schedule(freq, keep), range(epochs + 1)) == logged


@settings(deadline=None)
@given(freq=FREQUENCIES, keep=st.integers(2, 30), first=st.integers(0, 50), epochs=st.integers(1, 300))
def test_the_choice_is_bounded_even_and_of_what_freq_names(
    freq: Frequency, keep: int, first: int, epochs: int
) -> None:
    planned = range(first, first + epochs + 1)
    named = chosen(Schedule(freq), planned)
    if not isinstance(freq, list):
        named = sorted({first, *named})  # a fit logs the state that it begins from
    kept = chosen(Schedule(freq, keep), planned)
    assert len(kept) == min(keep, len(named))
    assert set(kept) <= set(named)
    assert [*kept[:1], *kept[-1:]] == [*named[:1], *named[-1:]]
    apart = np.diff([named.index(step) for step in kept])
    assert len(apart) == 0 or apart.max() - apart.min() <= 1


@pytest.mark.parametrize("freq", [1, 7, "log", [0, 10**9]])
def test_a_plan_without_end_is_not_listed(freq: Frequency) -> None:
    planned = range(10**9 + 1)
    schedule = Schedule(freq, keep=4)
    kept = [step for step in (0, 10**9) if schedule.includes(step, planned)]
    assert kept == [0, 10**9]


@pytest.mark.parametrize("stops", range(1, 12))
def test_a_training_that_stops_early_logs_its_last_state_within_the_number(stops: int) -> None:
    schedule, planned = Schedule(1, keep=4), range(31)
    before = [step for step in range(stops) if schedule.includes(step, planned)]
    assert schedule.includes(stops, planned, stops=True)
    assert len(before) < 4


@pytest.mark.parametrize("stop_first", [True, False])
def test_early_stopping(tmp_path: Path, stop_first: bool) -> None:
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9, patience=3)
    callback = FilterImages(tmp_path, keep=3)
    fit(small_model(), *((stop, callback) if stop_first else (callback, stop)), epochs=6)
    assert steps(tmp_path / "convvis") == [0, 3, 4]


def test_a_fit_resumed_at_a_later_epoch_chooses_as_the_whole_one(tmp_path: Path) -> None:
    for begins, ends in ((0, 4), (4, 6), (6, 9)):

        def interrupt(epoch: int, logs: object, last: int = ends) -> None:
            if epoch == last and last < 9:
                raise RuntimeError("killed")

        TrainingLog._of_directory.clear()  # what a new process would know
        killer = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
        try:
            fit(
                small_model(),
                FilterImages(tmp_path, keep=4),
                killer,
                epochs=9,
                initial_epoch=begins,
            )
        except RuntimeError:
            assert ends < 9
    assert chosen(Schedule(keep=4), range(10)) == [0, 3, 6, 9]
    assert sorted({*steps(tmp_path / "convvis")}) == [0, 3, 6, 9]
    ordinals = {r.step: r.manifest.logged for r in records(tmp_path / "convvis", "convvis/run/filters")}
    assert ordinals == {0: 1, 3: 2, 6: 3, 9: 4}


def test_backup_and_restore_chooses_as_the_whole_training(tmp_path: Path) -> None:
    def crash(epoch: int, logs: object) -> None:
        if epoch == 4:
            raise RuntimeError("crash")

    def backup() -> keras.callbacks.Callback:
        return keras.callbacks.BackupAndRestore(tmp_path / "backup", double_checkpoint=True)

    log = tmp_path / "log"
    with pytest.raises(RuntimeError, match="crash"):
        crasher = keras.callbacks.LambdaCallback(on_epoch_begin=crash)
        fit(small_model(), FilterImages(log, keep=3), backup(), crasher, epochs=6)
    TrainingLog._of_directory.clear()
    fit(small_model(seed=5), FilterImages(log, keep=3), backup(), epochs=6)
    assert steps(log / "convvis") == [0, 3, 6]


def test_the_same_model_trained_on_keeps_so_many_of_each_fit(tmp_path: Path) -> None:
    model, callback = small_model(), FilterImages(tmp_path, keep=3)
    fit(model, callback, epochs=6)
    fit(model, callback, epochs=4)
    assert steps(tmp_path / "convvis") == [0, 3, 6, 6, 8, 10]


def test_every_view_keeps_the_same_epochs_and_the_run_says_how_many(tmp_path: Path) -> None:
    x, _ = pictures()
    callback = ConvVis(tmp_path, data=x, keep=3, budget=None)
    fit(small_model(), callback, epochs=5)
    costs = [f"convvis/run/{view.view}" for view in callback.views]
    assert len(costs) == 4
    assert {tag: steps(tmp_path / "convvis", tag) for tag in costs} == {tag: [0, 2, 5] for tag in costs}
    (described,) = records(tmp_path / "convvis", "convvis/run/model")
    settings = described.manifest.facts["settings"]
    assert [settings[view.view]["keep"] for view in callback.views] == [3, 3, 3, 3]
    assert callback.get_config()["keep"] == 3


def test_a_training_without_a_plan_is_refused_and_goes_on(tmp_path: Path) -> None:
    def loop(callback: FilterImages, **plan: int) -> None:
        callbacks = keras.callbacks.CallbackList([callback], model=small_model(), **plan)
        if not plan:
            callback.params = None
        callbacks.on_train_begin()
        for epoch in range(2):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_epoch_end(epoch)
        callbacks.on_train_end()

    with pytest.warns(RuntimeWarning, match=r"keep=3, params=None\. Expected params with 'epochs'") as said:
        loop(FilterImages(tmp_path, keep=3))
    assert len(said) == 1
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="keep=3, params=None"):
        loop(FilterImages(tmp_path, keep=3, on_error="raise"))
    loop(FilterImages(tmp_path, keep=3), epochs=2)
    assert steps(tmp_path / "convvis") == [0, 1, 2]


@pytest.mark.parametrize("keep", [1, 0, -3, 2.5, "3", True])
def test_a_number_that_cannot_hold_the_ends_is_refused(keep: object) -> None:
    with pytest.raises(ValueError, match="keep="):
        ConvVis("x", keep=keep, budget=None)
