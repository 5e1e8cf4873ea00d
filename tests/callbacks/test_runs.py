"""Which run and which steps a fit belongs to: kills, resumes, second fits, several processes."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import keras
import pytest

from tb_convvis.callbacks import ConvVis, FilterImages, WeightHistograms
from tb_convvis.callbacks.chief import is_chief
from tb_convvis.callbacks.run_directory import new_run
from tb_convvis.callbacks.training_log import TrainingLog
from tb_convvis.events import EventWriter
from tests.callbacks.helpers import fit, records, small_model, starts, steps

FILTERS = "convvis/filters/backbone/conv1"


def logged(run: Path) -> list[int]:
    """The count that every record of the first convolution carries."""
    return [record.manifest.logged for record in records(run, FILTERS)]


def forget_trainings() -> None:
    """What a new process would know."""
    TrainingLog._of_directory.clear()


def test_one_start_per_fit_however_many_callbacks(tmp_path: Path) -> None:
    fit(small_model(), FilterImages(tmp_path), WeightHistograms(tmp_path))
    assert starts(tmp_path / "convvis") == [0]
    assert len(list((tmp_path / "convvis").iterdir())) == 1


def test_a_resumed_fit_goes_on_in_its_run(tmp_path: Path) -> None:
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=2)
    forget_trainings()
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=4, initial_epoch=2)
    assert [path.name for path in tmp_path.iterdir()] == ["convvis"]
    assert starts(tmp_path / "convvis") == [0, 2]
    assert steps(tmp_path / "convvis") == [0, 1, 2, 2, 3, 4]
    assert logged(tmp_path / "convvis") == [1, 2, 3, 3, 4, 5]


def test_backup_and_restore_says_where_the_fit_begins(tmp_path: Path) -> None:
    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            if epoch == 2:
                raise RuntimeError("crash")

    def backup() -> keras.callbacks.Callback:
        return keras.callbacks.BackupAndRestore(tmp_path / "backup", double_checkpoint=True)

    with pytest.raises(RuntimeError, match="crash"):
        fit(small_model(), ConvVis(tmp_path / "log", budget=None), backup(), Crash(), epochs=4)
    forget_trainings()
    fit(small_model(seed=5), ConvVis(tmp_path / "log", budget=None), backup(), epochs=4)
    assert starts(tmp_path / "log" / "convvis") == [0, 2]
    assert steps(tmp_path / "log" / "convvis") == [0, 1, 2, 2, 3, 4]


@pytest.mark.parametrize("same_callback", [True, False])
def test_the_same_model_trained_on_counts_on(tmp_path: Path, same_callback: bool) -> None:
    model, callback = small_model(), ConvVis(tmp_path, budget=None)
    fit(model, callback, epochs=2)
    fit(model, callback if same_callback else ConvVis(tmp_path, budget=None), epochs=3)
    assert [path.name for path in tmp_path.iterdir()] == ["convvis"]
    assert starts(tmp_path / "convvis") == [0, 2]
    assert steps(tmp_path / "convvis") == [0, 1, 2, 2, 3, 4, 5]


@pytest.mark.parametrize("new_process", [True, False])
def test_another_training_never_hides_an_earlier_one(
    tmp_path: Path, new_process: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        fit(small_model(), ConvVis(tmp_path, budget=None), epochs=1, verbose=2)
        if new_process:
            forget_trainings()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["convvis", "convvis-2", "convvis-3"]
    assert all(steps(path) == [0, 1] for path in tmp_path.iterdir())
    assert "holds another training; this one is logged as convvis-2" in capsys.readouterr().out


def test_a_file_or_a_dead_link_with_the_name_of_a_run_is_none(tmp_path: Path) -> None:
    (tmp_path / "convvis-2").write_text("notes")
    (tmp_path / "convvis-3").symlink_to("archive that is gone")
    fit(small_model(), FilterImages(tmp_path), epochs=1)
    forget_trainings()
    fit(small_model(), FilterImages(tmp_path), epochs=2, initial_epoch=1)
    assert steps(tmp_path / "convvis") == [0, 1, 1, 2]


def test_a_fit_that_crashed_does_not_hold_up_the_next(tmp_path: Path) -> None:
    def crash(epoch: int, logs: object) -> None:
        raise RuntimeError("crash")

    model = small_model()
    with pytest.raises(RuntimeError, match="crash"):
        fit(
            model,
            ConvVis(tmp_path, budget=None),
            keras.callbacks.LambdaCallback(on_epoch_end=crash),
            epochs=2,
        )
    fit(model, ConvVis(tmp_path, budget=None), epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("task", "chief_in_cluster", "writes"),
    [("chief", True, True), ("worker", True, False), ("worker", False, True), ("ps", True, False)],
)
def test_the_chief_alone_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, chief_in_cluster: bool, writes: bool
) -> None:
    cluster = {"worker": ["localhost:1"], **({"chief": ["localhost:2"]} if chief_in_cluster else {})}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": cluster, "task": {"type": task, "index": 0}}))
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=1)
    assert list(tmp_path.iterdir()) == ([tmp_path / "convvis"] if writes else [])


def test_a_remote_directory(tmp_path: Path) -> None:
    log_dir = f"ram://{tmp_path.name}"
    fit(small_model(), ConvVis(log_dir, budget=None), epochs=1)
    assert steps(f"{log_dir}/convvis") == [0, 1]
    assert not Path("ram:").exists()


def test_the_cost_is_printed_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = small_model()
    from tests.callbacks.helpers import pictures

    x, y = pictures()
    model.fit(x, y, epochs=3, verbose=2, callbacks=[ConvVis(tmp_path, budget=None)])
    lines = [line for line in capsys.readouterr().out.splitlines() if "per logged epoch" in line]
    assert len(lines) == 1
    assert "kB per logged epoch (filters, weights)" in lines[0]


@pytest.mark.parametrize("new_process", [True, False])
def test_where_a_fit_goes_on_its_first_step_is_logged_though_not_due(
    tmp_path: Path, new_process: bool
) -> None:
    """The readers drop what was logged from the START of a fit on: the last step of the fit before."""
    model = small_model()
    fit(model, FilterImages(tmp_path, freq=5), epochs=7)
    if new_process:
        forget_trainings()
        fit(small_model(), FilterImages(tmp_path, freq=5), epochs=12, initial_epoch=7)
    else:
        fit(model, FilterImages(tmp_path, freq=5), epochs=5)
    assert starts(tmp_path / "convvis") == [0, 7]
    assert steps(tmp_path / "convvis") == [0, 5, 7, 7, 10, 12]
    assert logged(tmp_path / "convvis") == [1, 2, 3, 3, 4, 5]


def test_a_fit_that_begins_later_in_an_empty_directory_counts_from_one(tmp_path: Path) -> None:
    fit(small_model(), FilterImages(tmp_path), epochs=12, initial_epoch=10)
    assert steps(tmp_path / "convvis") == [10, 11, 12]
    assert logged(tmp_path / "convvis") == [1, 2, 3]


def test_the_count_goes_on_over_a_cut_off_file(tmp_path: Path) -> None:
    fit(small_model(), FilterImages(tmp_path), epochs=3)
    (file,) = (tmp_path / "convvis").iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    forget_trainings()
    fit(small_model(), FilterImages(tmp_path), epochs=5, initial_epoch=3)
    file.unlink()
    assert logged(tmp_path / "convvis") == [4, 5, 6]


def test_the_count_goes_on_over_damaged_records_and_files_without_any(tmp_path: Path) -> None:
    fit(small_model(), FilterImages(tmp_path), epochs=3)
    run = tmp_path / "convvis"
    with EventWriter(str(run)) as damaged:
        damaged.write("filters", "backbone/conv1", 2, [b"no manifest"])
        damaged.write("filters", "backbone/conv1", 2, [])
    # As fits leave them that are killed at their start, again and again.
    for number in range(4):
        (run / f"events.out.tfevents.8000000000.00000000{number}.host.1.convvis").touch()
    forget_trainings()
    fit(small_model(), FilterImages(tmp_path), epochs=5, initial_epoch=3)
    newest = max(run.iterdir(), key=lambda path: path.name)
    (tmp_path / "newest").mkdir()
    newest.rename(tmp_path / "newest" / newest.name)
    assert logged(tmp_path / "newest") == [4, 5, 6]


def test_a_fit_after_one_that_could_not_write_hides_no_other_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit(small_model(), FilterImages(tmp_path), epochs=4)
    forget_trainings()

    def full(writer: EventWriter) -> None:
        raise OSError("No space left on device")

    model = small_model()
    with monkeypatch.context() as patch, pytest.warns(RuntimeWarning, match="No space left"):
        patch.setattr(EventWriter, "_open", full)
        # Not even the directory can be listed: where to log is not known yet.
        patch.setattr("tb_convvis.callbacks.training_log.newest_run", full)
        fit(model, FilterImages(tmp_path), epochs=2)
    fit(model, FilterImages(tmp_path), epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1, 2, 3, 4]
    assert steps(tmp_path / "convvis-2") == [2, 3]
    (notes, _) = [
        record.manifest.facts["notes"] for record in records(tmp_path / "convvis-2", "convvis/run/filters")
    ]
    assert [note.partition(":")[0] for note in notes] == ["epochs 0 to 1 are missing"]
    assert records(tmp_path / "convvis-2", "convvis/run/model")


def test_trainings_that_begin_at_once_take_runs_of_their_own(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def begin(_: int) -> int:
        together.wait()
        return new_run(f"{tmp_path}/logs", 0)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(begin, range(8))) == list(range(1, 9))
    fit(small_model(), FilterImages(tmp_path / "logs"))
    assert steps(tmp_path / "logs" / "convvis-9") == [0, 1, 2]


def test_early_stopping_may_stand_behind_it(tmp_path: Path) -> None:
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9)
    fit(small_model(), FilterImages(tmp_path, freq=100), stop, epochs=50)
    assert steps(tmp_path / "convvis") == [0, 2]


def test_a_custom_loop_without_parameters_is_logged(tmp_path: Path) -> None:
    for _ in range(2):
        model = small_model()
        callbacks = keras.callbacks.CallbackList([ConvVis(tmp_path, budget=None)], model=model)
        for view in callbacks.callbacks[0].views:
            view.params = None
        callbacks.on_train_begin()
        for epoch in range(2):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_epoch_end(epoch)
        callbacks.on_train_end()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["convvis", "convvis-2"]
    assert all(steps(path) == [0, 1, 2] for path in tmp_path.iterdir())


def test_the_chief_of_a_strategys_own_cluster_writes() -> None:
    def model_of(kind: str, index: int) -> object:
        cluster = SimpleNamespace(jobs=["worker"])
        resolver = SimpleNamespace(task_type=kind, task_id=index, cluster_spec=lambda: cluster)
        return SimpleNamespace(distribute_strategy=SimpleNamespace(cluster_resolver=resolver))

    assert is_chief(model_of("worker", 0))
    assert not is_chief(model_of("worker", 1))


def test_a_subclassed_model_is_logged_from_its_first_batch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Small(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first = keras.layers.Conv2D(4, 3, name="first")
            self.pool = keras.layers.GlobalAveragePooling2D()

        def call(self, x: object) -> object:
            return self.pool(self.first(x))

    model = Small()
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, ConvVis(tmp_path, budget=None), epochs=2, verbose=2)
    run = tmp_path / "convvis"
    assert steps(run, "convvis/filters/first") == [1, 2]
    (described,) = records(run, "convvis/run/model")
    assert described.manifest.facts["parameters"] == model.count_params() > 0
    assert all(not record.manifest.facts["failures"] for record in records(run, "convvis/run/filters"))
    assert "built at its first batch" in capsys.readouterr().out


def test_a_cluster_that_cannot_be_asked_only_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(model: object) -> bool:
        raise ConnectionError("the cluster does not answer")

    monkeypatch.setattr("tb_convvis.callbacks.view_callback.is_chief", unreachable)
    callback = ConvVis(tmp_path, budget=None)
    with pytest.warns(RuntimeWarning, match="does not answer"):
        fit(small_model(), callback, epochs=1)
    assert not list(tmp_path.iterdir()), "who is not known to be the chief does not write"
    monkeypatch.undo()
    fit(small_model(), callback, epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1]
