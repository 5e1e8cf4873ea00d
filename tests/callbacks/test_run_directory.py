"""Which directory a training takes where something is in the way, and what a full disk leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb_convvis import log_checkpoint
from tb_convvis.callbacks import FilterImages, checkpoint_log
from tb_convvis.callbacks.training_log import TrainingLog
from tb_convvis.events import EventWriter
from tests.callbacks.helpers import fit, small_model, steps


def runs(log_dir: Path) -> list[str]:
    return sorted(path.name for path in log_dir.iterdir())


@pytest.mark.parametrize("initial", [0, 1])
@pytest.mark.parametrize("is_file", [True, False])
def test_what_is_called_like_a_run_and_is_none_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, is_file: bool, initial: int
) -> None:
    there = tmp_path / "convvis"
    there.write_text("my notes") if is_file else there.mkdir()
    fit(small_model(), FilterImages(tmp_path), epochs=2, initial_epoch=initial, verbose=2)
    assert steps(tmp_path / "convvis-2") == list(range(initial, 3))
    assert there.read_text() == "my notes" if is_file else not list(there.iterdir())
    assert "has a convvis already; this one is logged as convvis-2" in capsys.readouterr().out


def test_a_training_that_could_write_nothing_leaves_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.warns(RuntimeWarning, match="No space left"):

        def full(writer: EventWriter, event: object) -> None:
            raise OSError("No space left on device")

        patch.setattr(EventWriter, "_append", full)
        fit(small_model(), FilterImages(tmp_path), epochs=2)
    assert runs(tmp_path) == []
    fit(small_model(), FilterImages(tmp_path), epochs=1)
    assert runs(tmp_path) == ["convvis"]


def test_a_loop_that_found_nothing_goes_on_in_no_run_that_began_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_checkpoint(small_model(), tmp_path, 0, verbose=0)
    TrainingLog._of_directory.clear()  # as another process would
    monkeypatch.setattr(checkpoint_log, "last_logged", lambda log_dir: -1)
    log_checkpoint(small_model(), tmp_path, 1, verbose=0)
    assert [steps(tmp_path / run) for run in runs(tmp_path)] == [[0], [1]]
