"""Arguments that mean something else than they seem to: where a log goes, names, and classes without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_convvis.callbacks import ConvVis, FilterImages, TopActivations
from tb_convvis.callbacks.class_names import missing_names
from tb_convvis.callbacks.convvis import VIEWS
from tests.callbacks.helpers import records


def tiny_model(classes: int = 3) -> keras.Model:
    layers = [keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, name="conv"), keras.layers.Flatten()]
    return keras.Sequential([*layers, keras.layers.Dense(classes)])


def log_the_beginning(callback: keras.callbacks.Callback, model: keras.Model) -> None:
    """What a fit does before its first batch."""
    callback.set_params({"epochs": 1, "verbose": 1})
    callback.set_model(model)
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    callback.on_train_end()


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    log_the_beginning(FilterImages("~/logs", on_error="raise"), tiny_model())
    assert records(tmp_path / "logs" / "convvis", "convvis/filters/conv")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_tensorboard_without_a_directory_logs_where_the_process_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that callback does; followed by the letter it would be the root of the file system."""
    monkeypatch.chdir(tmp_path)
    board = keras.callbacks.TensorBoard("")
    log_the_beginning(FilterImages(tensorboard=board, on_error="raise"), tiny_model())
    assert records(tmp_path / "convvis", "convvis/filters/conv")


@pytest.mark.parametrize("kind", [ConvVis, *VIEWS])
def test_a_misspelt_argument_is_said_of_the_class_that_was_called(kind: type) -> None:
    words = rf"^{kind.__name__} has no such argument. Received: frek. Expected of these only .*\bfreq, "
    with pytest.raises(TypeError, match=words):
        kind("x", frek=2)


def test_an_argument_of_one_view_is_none_of_all() -> None:
    with pytest.raises(TypeError, match=r"^ConvVis has .* Received: channel_scale\. .* data, freq, "):
        ConvVis("x", channel_scale="each")


@pytest.mark.parametrize("names", ["names", {0: "cat", 1: "dog"}, {"cat", "dog"}])
def test_names_that_are_no_list_are_refused(names: Any) -> None:
    """Of a dict the keys would be the names, and a set has no order."""
    with pytest.raises(
        ValueError, match=r"^Received: class_names=.* Expected a list of names, that of class 0"
    ):
        ConvVis("x", class_names=names)


@pytest.mark.parametrize(
    ("names", "labels", "outputs", "said"),
    [
        (["a", "b", "c"], [0, 2], 3, None),
        (None, [0, 2], 3, None),
        (["no", "yes"], [0, 1], 1, None),
        (["a", "b"], [0, 1], 3, "2 names for 3 classes"),
        (["a", "b"], None, 3, "2 names for 3 classes"),
        (["no"], [0, 1], 1, "1 name for 2 classes"),
    ],
)
def test_classes_without_a_name_are_said(names: Any, labels: Any, outputs: int, said: str | None) -> None:
    sentences = missing_names(names, None if labels is None else np.array(labels), tiny_model(outputs))
    assert len(sentences) == (said is not None)
    assert said is None or said in sentences[0]


def test_classes_without_a_name_are_said_beside_the_log_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = np.random.default_rng(0).normal(size=(6, 6, 6, 1)), np.arange(6) % 3
    callback = TopActivations(tmp_path, data=data, class_names=["a", "b"], on_error="raise")
    log_the_beginning(callback, tiny_model())
    sentence = "class_names holds 2 names for 3 classes: the others are shown by their number."
    (status,) = records(tmp_path / "convvis", "convvis/run/features")
    assert status.manifest.facts["notes"] == [sentence]
    assert capsys.readouterr().out.count(f"ConvVis: {sentence}\n") == 1
