"""A training that is over, logged from its checkpoints: the records are those that the callbacks wrote."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tb_convvis import PictureDirectory, find_checkpoints, replay
from tb_convvis.__main__ import main
from tb_convvis.callbacks import ConvVis
from tests.callbacks.helpers import fit, pictures, records, small_model, starts
from tests.callbacks.same_log import assert_same, by_name

pytestmark = pytest.mark.usefixtures("deterministic")

FILTERS = "convvis/filters/backbone/conv1"
EPOCHS = 19
"""Twenty checkpoints with the state before training."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that was logged, with its model and a checkpoint of each epoch."""
    root = tmp_path_factory.mktemp("trained")
    model = small_model()
    model.save(root / "model.keras")
    model.save_weights(root / "epoch-00.weights.h5")
    save = keras.callbacks.ModelCheckpoint(root / "epoch-{epoch:02d}.weights.h5", save_weights_only=True)
    fit(model, ConvVis(root / "logs", data=pictures(), budget=None), save, epochs=EPOCHS)
    return root


def loaded(root: Path) -> keras.Model:
    return keras.saving.load_model(root / "model.keras", compile=False)


def test_equals_what_the_callbacks_logged(trained: Path, tmp_path: Path) -> None:
    found = find_checkpoints(f"{trained}/epoch-*.weights.h5")
    assert list(found) == list(range(EPOCHS + 1))
    # Stopped after the eighth and started again by another process: of that nothing may be seen.
    first = {step: path for step, path in found.items() if step < 8}
    assert replay(loaded(trained), first, tmp_path, data=pictures(), verbose=0) == list(first)
    assert replay(loaded(trained), found, tmp_path, data=pictures(), verbose=0) == list(range(8, 20))
    assert replay(loaded(trained), found, tmp_path, data=pictures(), verbose=0) == []
    assert_same(trained / "logs" / "convvis", tmp_path / "convvis")
    logged = [
        record.manifest.logged for record in records(tmp_path / "convvis", "convvis/filters/backbone/conv1")
    ]
    assert logged == list(range(1, EPOCHS + 2))
    assert starts(tmp_path / "convvis") == [0, 8]


def test_a_damaged_checkpoint_is_named_and_the_rest_goes_on_later(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "ckpt").mkdir()
    for step in (0, 1, 2):
        name = f"epoch-{step:02d}.weights.h5"
        data = (trained / name).read_bytes()
        (tmp_path / "ckpt" / name).write_bytes(data[:100] if step == 1 else data)
    found = find_checkpoints(f"{tmp_path}/ckpt/*")
    with pytest.raises(ValueError, match=r"cannot load a checkpoint.*epoch-01"):
        replay(loaded(trained), found, tmp_path / "logs", verbose=0)
    (tmp_path / "ckpt" / "epoch-01.weights.h5").write_bytes((trained / "epoch-01.weights.h5").read_bytes())
    assert replay(loaded(trained), found, tmp_path / "logs", verbose=0) == [1, 2]
    kernels = records(tmp_path / "logs" / "convvis", "convvis/filters/backbone/conv1")
    assert [record.step for record in kernels] == [0, 1, 2]
    expected = records(trained / "logs" / "convvis", "convvis/filters/backbone/conv1")
    np.testing.assert_array_equal(kernels[1].array, expected[1].array)


def test_another_log_is_not_written_into(trained: Path, tmp_path: Path) -> None:
    found = find_checkpoints(f"{trained}/epoch-0[012]*")
    model = loaded(trained)
    with pytest.raises(ValueError, match=r"holds a training's log"):
        replay(model, found, trained / "logs", verbose=0)
    replay(model, found, tmp_path, verbose=0)
    with pytest.raises(ValueError, match=r"other class_names: None, now \['a', 'b', 'c'\]"):
        replay(model, found, tmp_path, class_names=["a", "b", "c"], verbose=0)
    (earlier,) = (path for step, path in found.items() if step == 1)
    with pytest.raises(ValueError, match=r"nothing to log"):
        replay(model, {}, tmp_path, verbose=0)
    with pytest.raises(ValueError, match=r"in their order.*step 2 is logged already"):
        replay(model, {**found, -1: earlier}, tmp_path, verbose=0)


@pytest.mark.parametrize("in_the_way", [None, "notes"])
def test_stopped_within_its_first_step_it_begins_anew(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_the_way: str | None
) -> None:
    from tb_convvis.callbacks import WeightHistograms

    if in_the_way:
        (tmp_path / "convvis").write_text(in_the_way)
    run = "convvis-2" if in_the_way else "convvis"

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    found = find_checkpoints(f"{trained}/epoch-0[012]*")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(WeightHistograms, "log_step", stop)
        replay(loaded(trained), found, tmp_path, verbose=0)
    assert replay(loaded(trained), found, tmp_path, verbose=0) == [0, 1, 2]
    assert {path.name for path in tmp_path.iterdir()} == {"convvis", run, "convvis-replay.json"}
    assert starts(tmp_path / run) == [0]
    assert in_the_way is None or (tmp_path / "convvis").read_text() == in_the_way


def test_a_full_disk_stops_it_and_the_step_is_logged_later(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tb_convvis.events import EventWriter

    found = find_checkpoints(f"{trained}/epoch-0[012]*")
    replay(loaded(trained), {0: found[0]}, tmp_path, verbose=0)

    def full(*_: object) -> None:
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    with monkeypatch.context() as patched, pytest.warns(RuntimeWarning, match="No space left"):  # noqa: SIM117
        with pytest.raises(OSError, match="step 1 lacks filters"):
            patched.setattr(EventWriter, "_append", full)
            replay(loaded(trained), found, tmp_path, verbose=0)
    assert replay(loaded(trained), found, tmp_path, verbose=0) == [1, 2]


def test_what_fails_as_a_whole_is_no_replay_and_can_be_mended_in_place(trained: Path, tmp_path: Path) -> None:
    found = find_checkpoints(f"{trained}/epoch-0[012]*")
    asked = {"data": pictures(), "verbose": 0}
    with pytest.warns(RuntimeWarning), pytest.raises(ValueError, match=r"features failed: .*no layer 'nope'"):
        replay(loaded(trained), found, tmp_path, layers=["nope"], **asked)
    assert replay(loaded(trained), found, tmp_path, **asked) == [0, 1, 2]
    assert starts(tmp_path / "convvis") == [0]


def test_a_network_that_is_no_classifier_is_replayed_without_occlusion_maps(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    model.save_weights(tmp_path / "epoch-1.weights.h5")
    images = np.random.default_rng(0).random((4, 8, 8, 3), np.float32)
    with pytest.warns(RuntimeWarning, match=r"occlusion.*expected \[images, classes\]"):
        replay(model, {1: str(tmp_path / "epoch-1.weights.h5")}, tmp_path, data=images, verbose=0)
    (features,) = records(tmp_path / "convvis", "convvis/top/conv")
    (occlusion,) = records(tmp_path / "convvis", "convvis/run/occlusion")
    assert (features.step, occlusion.step) == (1, 1)
    assert "expected [images, classes]" in occlusion.manifest.facts["failures"][0]["reason"]


def test_views_are_not_left_out_of_later_steps_in_silence(trained: Path, tmp_path: Path) -> None:
    found = find_checkpoints(f"{trained}/epoch-0[012]*")
    replay(loaded(trained), {0: found[0]}, tmp_path, verbose=0)
    with pytest.raises(ValueError, match=r"other pictures: False, now True.*remove this one"):
        replay(loaded(trained), found, tmp_path, data=pictures(), verbose=0)
    with pytest.raises(ValueError, match="Received: budget, epochs"):
        replay(loaded(trained), found, tmp_path, budget=0.1, epochs=3, verbose=0)


def test_later_steps_get_the_same_pixels(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        Image.new("RGB", (12, 12), (number, 9, 200)).save(tmp_path / "pictures" / f"{number}.png")
    found, model = find_checkpoints(f"{trained}/epoch-0[01]*"), loaded(trained)
    asked = {"log_dir": tmp_path / "logs", "verbose": 0}
    at_first = PictureDirectory.find(tmp_path / "pictures", model.input_shape)
    assert replay(model, {0: found[0]}, data=at_first, **asked) == [0]
    moved = shutil.move(tmp_path / "pictures", tmp_path / "elsewhere")
    scaled = PictureDirectory.find(moved, model.input_shape, scale=1 / 255)
    with pytest.raises(ValueError, match=r"other pictures: '3 .* 0 to 255', now '3 .* 0 to 1'"):
        replay(model, found, data=scaled, **asked)
    assert replay(model, found, data=PictureDirectory.find(moved, model.input_shape), **asked) == [1]


def test_again_in_the_same_process_after_the_directory_was_removed(trained: Path, tmp_path: Path) -> None:
    found, model = find_checkpoints(f"{trained}/epoch-0[012]*"), loaded(trained)
    for _ in range(2):
        assert replay(model, found, tmp_path / "logs", verbose=0) == [0, 1, 2]
        assert [record.step for record in records(tmp_path / "logs" / "convvis", FILTERS)] == [0, 1, 2]
        shutil.rmtree(tmp_path / "logs")


def test_mistakes_end_the_command_in_a_sentence(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    command = ["replay", "--model", str(trained / "model.keras"), "--checkpoints", f"{trained}/epoch-0[01]*"]
    for more, said in (
        (["--logdir", str(tmp_path / "file" / "below")], "file"),
        (["--logdir", str(tmp_path / "logs"), "--data", "no_such_module:x"], "no_such_module"),
        (["--logdir", str(tmp_path / "logs"), "--data", "json:zz"], "zz"),
        (["--logdir", str(tmp_path / "logs"), "--custom", "no_such_module"], "no_such_module"),
    ):
        assert main([*command, *more]) == 2
        assert said in capsys.readouterr().err

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tb_convvis.callbacks.replay.load_checkpoint", stop)
    assert main([*command, "--logdir", str(tmp_path / "logs")]) == 130
    assert "the same command goes on" in capsys.readouterr().err


def test_the_command_says_what_pixels_a_directory_gives(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 to 255 by default: a network that was trained on 0 to 1 answers nonsense, and nothing fails."""
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        Image.new("RGB", (12, 12), (number, 9, 200)).save(tmp_path / "pictures" / f"{number}.png")
    command = ["replay", "--model", str(trained / "model.keras"), "--checkpoints", f"{trained}/epoch-0[01]*"]
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "events.out.tfevents.1.x").touch()
    more = ["--data", str(tmp_path / "pictures"), "--logdir", str(tmp_path / "old")]
    for scale, pixels in (([], "0 to 255"), (["--scale", "2", "--offset", "-255"], "-255 to 255")):
        main([*command, *more, *scale])
        said = capsys.readouterr().out
        assert f"3 pictures of 12 x 12 x 3 with pixels from {pixels} below {tmp_path / 'pictures'};" in said
        assert "--scale and --offset change that." in said


def test_from_the_command_line(trained: Path, tmp_path: Path) -> None:
    x, y = pictures()
    np.savez(tmp_path / "pictures.npz", x=x, y=y)
    command = [
        *(sys.executable, "-m", "tb_convvis", "replay", "--model", str(trained / "model.keras")),
        *("--checkpoints", f"{trained}/epoch-0[01]*", "--data", str(tmp_path / "pictures.npz")),
        *("--logdir", str(tmp_path / "logs")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "2 checkpoints, of the epochs 0, 1" in done.stdout
    ours, theirs = by_name(tmp_path / "logs" / "convvis"), by_name(trained / "logs" / "convvis")
    assert ours.keys() == {name for name in theirs if name[1] < 2}
    wrong = subprocess.run(
        [*command[:-1], str(trained / "logs")], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert "holds a training's log" in wrong.stderr
