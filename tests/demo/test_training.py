import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from demo_training import __main__ as command
from demo_training import dataset
from demo_training.model import FirstLayer
from demo_training.train import RUNS, train


def write_folder(folder: Path, count: int = 5, size: int = 80) -> Path:
    rng = np.random.default_rng(0)
    for name in ("ants", "bees"):
        (folder / name).mkdir(parents=True)
        for index in range(count):
            pixels = rng.integers(256, size=(size, size + 20, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{index}.png")
    return folder


def run_command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["demo_training", *arguments])
    command.main()


def test_the_command_trains_and_logs_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = write_folder(tmp_path / "pictures")
    logs = tmp_path / "logs"
    run_command(monkeypatch, "--logdir", str(logs), "--epochs", "1", "--dataset", str(pictures))
    assert sorted(path.name for path in logs.iterdir()) == sorted(RUNS)
    for run in RUNS:
        assert {path.name for path in (logs / run).iterdir()} >= {"train", "validation", "convvis"}
    said = capsys.readouterr().out
    assert "Run 2 of 2" in said
    assert f"tensorboard --logdir {logs}" in said


def test_the_seed_decides_the_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = dataset.load(str(write_folder(tmp_path / "pictures")), seed=0)
    losses: list[float] = []

    class Loss(keras.callbacks.Callback):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__()

        def on_train_end(self, logs: dict[str, float]) -> None:
            losses.append(logs["loss"])

    monkeypatch.setattr("demo_training.train.ConvVis", Loss)
    monkeypatch.setattr("demo_training.train.RUNS", {"run": FirstLayer(size=3, stride=4)})
    for seed in (0, 0, 1):
        train(pictures, tmp_path / "logs", epochs=1, seed=seed)
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_a_folder_is_split_into_training_and_validation(tmp_path: Path) -> None:
    loaded = dataset.load(str(write_folder(tmp_path / "pictures")), seed=0)
    assert loaded.class_names == ["ants", "bees"]
    assert loaded.x_train.shape == (8, 64, 64, 3)
    assert loaded.x_val.shape == (2, 64, 64, 3)
    assert set(loaded.y_train) | set(loaded.y_val) == {0, 1}
    assert 0 <= loaded.x_train.min() < loaded.x_train.max() <= 1


def test_cifar10_has_flat_labels_and_unit_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    part = (
        rng.integers(256, size=(20, 32, 32, 3), dtype=np.uint8),
        rng.integers(10, size=(20, 1), dtype=np.uint8),
    )
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: (part, part))
    loaded = dataset.load("cifar10", seed=0)
    assert loaded.x_train.dtype == np.float32
    assert loaded.x_train.max() <= 1
    assert loaded.y_val.shape == (20,)
    assert len(loaded.class_names) == 10


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "--logdir"),
        (["--logdir", "logs", "--epochs", "0"], "expected a number from 1 up, received '0'"),
        (["--logdir", "logs", "--epochs", "ten"], "expected a number from 1 up, received 'ten'"),
        (
            ["--logdir", "logs", "--dataset", "mnist"],
            "expected photographs, cifar10 or a folder, received 'mnist'",
        ),
    ],
)
def test_bad_arguments_are_explained(
    arguments: list[str], complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run_command(monkeypatch, *arguments)
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("sub_folders", [[], ["one"]])
def test_a_folder_without_classes_is_explained(
    sub_folders: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in sub_folders:
        (tmp_path / name).mkdir()
    with pytest.raises(SystemExit, match="at least two sub-folders"):
        run_command(monkeypatch, "--logdir", str(tmp_path / "logs"), "--dataset", str(tmp_path))


def test_help_does_not_wait_for_tensorflow() -> None:
    code = "import sys; sys.argv[1:] = ['--help']; import runpy\n"
    code += "try: runpy.run_module('demo_training', run_name='__main__')\nexcept SystemExit: pass\n"
    code += "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.slow
def test_it_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(monkeypatch, "--logdir", str(tmp_path), "--epochs", "4")
    last = [line for line in capsys.readouterr().out.splitlines() if "val_accuracy" in line][-1]
    accuracy = float(last.split("val_accuracy: ")[1].split()[0])
    assert accuracy > 0.4  # chance is 0.067
