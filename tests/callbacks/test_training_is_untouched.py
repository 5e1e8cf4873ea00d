from __future__ import annotations

import copy
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import ConvVis, FilterImages, WeightHistograms
from tb_convvis.callbacks.convvis import VIEWS
from tb_convvis.events import EventWriter
from tb_convvis.methods.kernels import convolution_kernel
from tests.callbacks.helpers import fit, pictures, records, small_model, state_after, steps

FILTERS = "convvis/filters/backbone/conv1"
EVERY_CALLBACK = [ConvVis, *VIEWS]


pytestmark = pytest.mark.usefixtures("deterministic")


@pytest.mark.parametrize("where", ["file", "proc"])
def test_a_directory_that_cannot_be_written_only_warns(tmp_path: Path, where: str) -> None:
    if where == "file":
        (tmp_path / "file").write_text("not a directory")
    log_dir = tmp_path / "file" / "run" if where == "file" else Path("/proc/convvis")
    plain = state_after(small_model())
    with pytest.warns(RuntimeWarning, match="cannot write to .*Training goes on") as caught:
        logged = state_after(small_model(), ConvVis(log_dir, budget=None))
    assert len([warning for warning in caught if "ConvVis" in str(warning.message)]) == 1
    for without, with_callback in zip(plain, logged, strict=True):
        np.testing.assert_array_equal(without, with_callback)


def test_only_the_epochs_of_a_full_disk_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append, full = EventWriter._append, [False]

    def fails_when_full(writer: EventWriter, event: object) -> None:
        if full[0]:
            raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")
        append(writer, event)

    monkeypatch.setattr(EventWriter, "_append", fails_when_full)
    fill = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: full.__setitem__(0, epoch in (1, 2))
    )
    with pytest.warns(RuntimeWarning, match="No space left"):
        fit(small_model(), fill, ConvVis(tmp_path, budget=None), epochs=5)
    assert steps(tmp_path / "convvis") == [0, 1, 4, 5]
    assert [record.manifest.logged for record in records(tmp_path / "convvis", FILTERS)] == [1, 2, 3, 4]
    notes = [
        record.manifest.facts["notes"] for record in records(tmp_path / "convvis", "convvis/run/filters")
    ]
    assert notes[:2] == [[], []]
    assert [note.partition(":")[0] for note in notes[2]] == ["epochs 2 to 3 are missing"]
    assert notes[3] == []


@pytest.mark.parametrize("error", [ValueError, MemoryError, tf.errors.InvalidArgumentError])
def test_a_failing_layer_is_reported_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(layer: keras.layers.Layer) -> object:
        if layer.name == "conv1":
            raise error(None, None, "broken") if issubclass(error, tf.errors.OpError) else error("broken")
        return convolution_kernel(layer)

    monkeypatch.setattr("tb_convvis.callbacks.filter_images.convolution_kernel", fails)
    with pytest.warns(RuntimeWarning, match="'filters' for layer 'backbone/conv1'.*broken") as caught:
        fit(small_model(), FilterImages(tmp_path, layers=["conv1", "conv2"]), WeightHistograms(tmp_path))
    assert len([warning for warning in caught if "ConvVis" in str(warning.message)]) == 1
    run = tmp_path / "convvis"
    assert steps(run, "convvis/filters/backbone/conv2") == [0, 1, 2]
    assert steps(run, "convvis/weights/head/kernel") == [0, 1, 2]
    (failure,) = records(run, "convvis/run/filters")[-1].manifest.facts["failures"]
    assert (failure["view"], failure["layer"]) == ("filters", "backbone/conv1")
    assert "broken" in failure["reason"]


def test_on_error_raise_stops_training(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no such layer.*'conv9'.*backbone/conv1"):
        fit(small_model(), FilterImages(tmp_path, layers=["conv9"], on_error="raise"))


def test_an_unknown_layer_warns_with_the_layers_there_are(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match=r"no such layer.*'conv9'.*backbone/conv1"):
        fit(small_model(), FilterImages(tmp_path, layers=["conv9"]))
    (failure,) = records(tmp_path / "convvis", "convvis/run/filters")[-1].manifest.facts["failures"]
    assert "conv9" in failure["reason"]


def test_ctrl_c_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FilterImages, "log_step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit(small_model(), FilterImages(tmp_path))


def test_the_same_view_twice_in_one_directory_is_said(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="two callbacks log the view 'filters'"):
        fit(small_model(), FilterImages(tmp_path), FilterImages(tmp_path))
    assert steps(tmp_path / "convvis") == [0, 1, 2]


def test_keras_own_callback_with_update_freq_does_not_silence_ours(tmp_path: Path) -> None:
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=2)
    fit(small_model(), board, ConvVis(tensorboard=board, budget=None))
    assert steps(tmp_path / "convvis") == [0, 1, 2]


def test_the_directory_of_keras_callback_is_asked_when_training_begins(tmp_path: Path) -> None:
    board = keras.callbacks.TensorBoard(tmp_path / "before")
    callback = ConvVis(tensorboard=board, budget=None)
    board.log_dir = str(tmp_path / "trial-7")
    fit(small_model(), callback)
    assert steps(tmp_path / "trial-7" / "convvis") == [0, 1, 2]


def test_a_deep_copy_logs_by_itself(tmp_path: Path) -> None:
    board = keras.callbacks.TensorBoard(tmp_path / "before")
    board_copy, callback = copy.deepcopy([board, ConvVis(tensorboard=board, budget=None)])
    board_copy.log_dir = str(tmp_path / "trial-1")
    fit(small_model(), board_copy, callback)
    assert steps(tmp_path / "trial-1" / "convvis") == [0, 1, 2]


@pytest.mark.parametrize("kind", EVERY_CALLBACK)
def test_callbacks_can_be_serialised(tmp_path: Path, kind: type[keras.callbacks.Callback]) -> None:
    callback = kind(str(tmp_path), freq=[1, 2], class_names=["a", "b", "c"], on_error="raise")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(callback))
    assert type(again) is kind
    assert again.get_config() == callback.get_config()


@pytest.mark.filterwarnings("ignore:.*ConvVis")
@pytest.mark.parametrize("failure", ["open", "write"])
def test_a_failure_while_a_log_is_opened_makes_no_second_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    start, tries = EventWriter.start, [0]

    def fails_twice(writer: EventWriter, step: int) -> None:
        tries[0] += 1
        if failure == "write":
            start(writer, step)
        if tries[0] <= 2:
            raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")
        if failure == "open":
            start(writer, step)

    monkeypatch.setattr(EventWriter, "start", fails_twice)
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=3)
    assert [path.name for path in tmp_path.iterdir()] == ["convvis"]
    assert steps(tmp_path / "convvis") == [1, 2, 3]


def test_a_failing_close_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(writer: EventWriter) -> None:
        raise OSError("gone")

    model = small_model()
    monkeypatch.setattr(EventWriter, "close", fails)
    for _ in range(2):
        fit(model, ConvVis(tmp_path, budget=None), epochs=1)
    assert steps(tmp_path / "convvis") == [0, 1, 1, 2]


def test_a_closed_standard_output_holds_up_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("Input/output error")

    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=1)
    monkeypatch.setattr("tb_convvis.callbacks.announcement.print", fails, raising=False)
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=1, verbose=2)
    assert steps(tmp_path / "convvis-2") == [0, 1]


def test_an_interrupted_callback_can_be_copied_and_used_again(tmp_path: Path) -> None:
    def interrupt(epoch: int, logs: object) -> None:
        raise KeyboardInterrupt

    x, _ = pictures()
    callback = ConvVis(tmp_path / "a", data=x, budget=None)
    with pytest.raises(KeyboardInterrupt):
        fit(small_model(), callback, keras.callbacks.LambdaCallback(on_epoch_end=interrupt))
    fit(small_model(), copy.deepcopy(callback), epochs=1)
    assert steps(tmp_path / "a" / "convvis-2") == [0, 1]


def test_a_copied_layer_still_names_its_layer(tmp_path: Path) -> None:
    model = small_model()
    callback = copy.deepcopy(FilterImages(tmp_path, layers=model.get_layer("backbone").get_layer("conv2")))
    fit(model, callback, epochs=1)
    assert steps(tmp_path / "convvis", "convvis/filters/backbone/conv2") == [0, 1]


@pytest.mark.parametrize(
    "freq",
    [np.int64(2), range(0, 5, 2), np.arange(0, 5, 2), (0, 2, 4), iter([4, 2, 0, 2])],
    ids=["number", "range", "array", "tuple", "iterator"],
)
def test_numbers_and_sequences_of_any_kind_say_how_often(tmp_path: Path, freq: object) -> None:
    fit(small_model(), FilterImages(tmp_path, freq=freq), epochs=4)
    assert steps(tmp_path / "convvis") == [0, 2, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "log_dir=None, tensorboard=None"),
        ({"log_dir": ""}, "log_dir=''"),
        ({"log_dir": 3}, "log_dir=3"),
        ({"tensorboard": "logs"}, "tensorboard='logs'. Expected a keras.callbacks.TensorBoard"),
        ({"log_dir": "x", "freq": 0}, "freq=0"),
        ({"log_dir": "x", "freq": []}, "freq="),
        ({"log_dir": "x", "freq": "often"}, "freq='often'"),
        ({"log_dir": "x", "freq": True}, "freq=True"),
        ({"log_dir": "x", "freq": np.zeros((2, 2))}, "freq="),
        ({"log_dir": "x", "freq": [1, -2]}, "freq="),
        ({"log_dir": "x", "layers": 3}, "layers=3"),
        ({"log_dir": "x", "layers": []}, "layers="),
        ({"log_dir": "x", "class_names": "abc"}, "class_names='abc'"),
        ({"log_dir": Path("ram://x/y")}, "Expected a str"),
        ({"log_dir": "x", "on_error": "ignore"}, "on_error='ignore'"),
    ],
)
@pytest.mark.parametrize("kind", EVERY_CALLBACK)
def test_bad_arguments_are_refused_at_once(kind: type, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**arguments)
