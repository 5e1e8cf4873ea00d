"""Pictures searched part by part: the log is that of one search of all, and it goes on where it stopped."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis import PictureDirectory, replay
from tb_convvis.callbacks import (
    OcclusionMaps,
    TopActivations,
    checkpoint_files,
    checkpoint_search,
    shard_search,
)
from tb_convvis.callbacks.picture_set import PictureArrays, load_mapped
from tb_convvis.callbacks.search_state import DIRECTORY
from tb_convvis.methods import model_images
from tests.callbacks.helpers import blob, small_model
from tests.callbacks.same_log import assert_same, blobs, by_name

pytestmark = pytest.mark.usefixtures("deterministic", "small_shards", "no_occlusion")

COUNT = 90
STEPS = 3
SHARDS = 6
"""Of 16 pictures, two batches; the last has 10."""


def data() -> tuple[np.ndarray, np.ndarray]:
    """Pictures of which many are alike, so that ties abound."""
    generator = np.random.default_rng(5)
    x = generator.uniform(size=(COUNT, 12, 12, 3)).astype(np.float32)
    x[50:60] = x[8:18]
    return x, np.arange(COUNT) % 3


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    root = tmp_path_factory.mktemp("checkpoints")
    for step in range(STEPS):
        # Far apart, so that each has strongest pictures of its own.
        small_model(seed=step).save_weights(root / f"epoch-{step}.weights.h5")
    return checkpoint_files.find_checkpoints(f"{root}/*")


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_search, "SHARD_PICTURES", 16)
    monkeypatch.setattr(model_images, "FLOATS_PER_BATCH", 8 * 12 * 12 * 3)


@pytest.fixture
def no_occlusion(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no part in this and takes most of the time."""
    monkeypatch.setattr(OcclusionMaps, "log_step", lambda *_: None)


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Step and number of every shard that is searched."""
    seen: list[tuple[int, int]] = []
    search = shard_search.ShardSearch.__call__

    def noted(self: Any, shard: Any, pictures: Any) -> Any:
        found = search(self, shard, pictures)
        seen.append((shard.step, shard.number))
        return found

    monkeypatch.setattr(shard_search.ShardSearch, "__call__", noted)
    return seen


def test_equals_a_search_of_everything_at_once(
    checkpoints: dict[int, str], searched: list[tuple[int, int]], tmp_path: Path
) -> None:
    replay(small_model(), checkpoints, tmp_path / "once", data=data(), images=COUNT, verbose=0)
    assert not searched
    replay(small_model(), checkpoints, tmp_path / "parts", data=data(), images="all", verbose=0)
    assert searched == [(step, shard) for step in range(STEPS) for shard in range(SHARDS)]
    once, parts = by_name(tmp_path / "once" / "convvis"), by_name(tmp_path / "parts" / "convvis")
    assert once.keys() == parts.keys()
    ours = parts["convvis/probe/pictures", 0]
    facts, of_all = ours.manifest.facts, once["convvis/probe/pictures", 0]
    assert (facts["searched"], facts["drawn_from"]) == (COUNT, COUNT)
    assert of_all.manifest.facts["searched"] == of_all.manifest.facts["count"] == COUNT
    # The pictures that the log has, by their place in all; each is drawn as in the log that has all of them.
    place = {picture: number for number, picture in reversed([*enumerate(blobs(of_all))])}
    kept = [number for picture in blobs(ours) for number in [place[picture]]]
    assert 20 < facts["count"] == len(kept) < COUNT
    shown: set[int] = set()
    for (tag, step), record in once.items():
        other = parts[tag, step]
        if tag.startswith("convvis/top/"):
            numbers, our_numbers = blob(record, 0), blob(other, 0).copy()
            our_images = our_numbers[..., 1].astype(int)
            names = [facts["labels"][image] for image in our_images.ravel()]
            assert names == [of_all.manifest.facts["labels"][int(n)] for n in numbers[..., 1].ravel()]
            shown.update(our_images.ravel().tolist())
            # Of pictures that are alike the first stands for both.
            first = np.array([place[blobs(of_all)[int(n)]] for n in numbers[..., 1].ravel()])
            assert [kept[image] for image in our_images.ravel()] == first.tolist()
            columns = [0, 2, 3, 4, 5, 6]
            np.testing.assert_array_equal(our_numbers[..., columns], numbers[..., columns])
            assert blobs(other)[1:] == blobs(record)[1:]
            assert other.manifest.facts == record.manifest.facts
        elif tag.startswith("convvis/strength/"):
            for index in (0, 1, 3):
                np.testing.assert_array_equal(blob(other, index), blob(record, index))
            assert other.manifest.facts == record.manifest.facts
            shown.update(blob(other, 2).tolist())
        elif tag.startswith("convvis/filters/"):
            assert blobs(other) == blobs(record)
    # Nothing is kept that no record refers to.
    assert shown == set(range(len(kept)))


def test_the_strongest_picture_of_maps_that_are_not_drawn_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tb_convvis.callbacks.convvis.TopActivations", partial(TopActivations, maps=2))
    paths = {}
    for step in range(2):
        keras.utils.set_random_seed(step)
        convolution = keras.layers.Conv2D(20, 3, activation="relu", name="conv")
        model = keras.Sequential([keras.Input((12, 12, 3)), convolution])
        paths[step] = str(tmp_path / f"epoch-{step}.weights.h5")
        model.save_weights(paths[step])
    x, _ = data()
    for images in (COUNT, "all"):
        replay(model, paths, tmp_path / f"{images}", data=x, images=images, verbose=0)
    whole, ours = by_name(tmp_path / f"{COUNT}" / "convvis"), by_name(tmp_path / "all" / "convvis")
    everything, kept = (blobs(log["convvis/probe/pictures", 0]) for log in (whole, ours))
    assert len(kept) < len(everything)
    for step in range(2):
        name = ("convvis/strength/conv", step)
        assert len(whole["convvis/top/conv", step].manifest.facts["maps"]) == 2
        strongest, other = blob(ours[name], 2), blob(whole[name], 2)
        assert strongest.min() >= 0
        assert [kept[picture] for picture in strongest] == [everything[picture] for picture in other]
        np.testing.assert_array_equal(blob(ours[name], 0), blob(whole[name], 0))
        assert ours[name].manifest.facts == whole[name].manifest.facts
    assert ours[name].manifest.facts["jumps"] > 0


def test_it_goes_on_after_the_last_shard(
    checkpoints: dict[int, str],
    searched: list[tuple[int, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(name: str) -> None:
        replay(small_model(), checkpoints, tmp_path / name, data=data(), images="all", verbose=0)

    run("whole")
    everything = list(searched)
    searched.clear()
    load = PictureArrays.load

    def stopping(self: PictureArrays) -> Any:
        if len(searched) == 7:
            raise KeyboardInterrupt
        return load(self)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(PictureArrays, "load", stopping)
        run("stopped")
    assert searched == everything[:7]

    def stop_logging(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("tb_convvis.callbacks.top_activations.TopActivations.log_step", stop_logging)
        run("stopped")
    assert searched == everything
    run("stopped")
    assert searched == everything
    assert_same(tmp_path / "whole" / "convvis", tmp_path / "stopped" / "convvis")


@pytest.mark.slow
def test_checkpoints_that_come_later_leave_the_numbers_as_they_are(
    checkpoints: dict[int, str], searched: list[tuple[int, int]], tmp_path: Path
) -> None:
    first = {step: checkpoints[step] for step in (0, 1)}
    for some in (first, checkpoints):
        replay(small_model(), some, tmp_path, data=data(), images="all", verbose=0)
    assert len(searched) == STEPS * SHARDS
    named = by_name(tmp_path / "convvis")
    before, after = (blobs(named["convvis/probe/pictures", step]) for step in (0, 2))
    assert len(before) < len(after)
    assert after[: len(before)] == before
    replay(small_model(), checkpoints, tmp_path / "whole", data=data(), images="all", verbose=0)
    whole = by_name(tmp_path / "whole" / "convvis")
    changes = [name for name in named if name[0].startswith("convvis/strength/")]
    assert len(changes) == 2 * STEPS
    for name in changes:
        assert named[name].manifest.facts == whole[name].manifest.facts


@pytest.mark.slow
def test_a_broken_picture_stops_it_and_is_named(checkpoints: dict[int, str], tmp_path: Path) -> None:
    pictures = (data()[0] * 255).astype(np.uint8)
    for number, picture in enumerate(pictures[:30]):
        keras.utils.save_img(tmp_path / "data" / f"{number:02d}.png", picture) if number else (
            tmp_path / "data"
        ).mkdir()
    broken = tmp_path / "data" / "21.png"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:90])
    directory = PictureDirectory.find(tmp_path / "data", (None, 12, 12, 3), 1 / 255)
    with pytest.raises(ValueError, match=r"cannot search pictures 16 to 28 at step 0\. .*21\.png"):
        replay(small_model(), checkpoints, tmp_path / "logs", data=directory, images="all", verbose=0)
    broken.write_bytes(whole)
    assert replay(
        small_model(), checkpoints, tmp_path / "logs", data=directory, images="all", verbose=0
    ) == list(checkpoints)


def test_what_cannot_be_searched_part_by_part_is_refused(checkpoints: dict[int, str], tmp_path: Path) -> None:
    class Batches(keras.utils.PyDataset):
        pass

    for batches in (tf.data.Dataset.from_tensor_slices(data()), Batches()):
        with pytest.raises(ValueError, match="data that comes in batches does not allow"):
            replay(small_model(), checkpoints, tmp_path, data=batches, images="all", verbose=0)
    with pytest.raises(ValueError, match="data=None"):
        replay(small_model(), checkpoints, tmp_path, images="all", verbose=0)
    with pytest.raises(ValueError, match="images=0"):
        replay(small_model(), checkpoints, tmp_path, data=data(), images=0, verbose=0)
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="no layer 'missing'"):
        replay(small_model(), checkpoints, tmp_path, data=data(), images="all", layers=["missing"], verbose=0)


@pytest.mark.slow
def test_the_search_of_other_pictures_is_not_gone_on_with(
    checkpoints: dict[int, str], tmp_path: Path
) -> None:
    first = {0: checkpoints[0]}
    replay(small_model(), first, tmp_path, data=data(), images="all", verbose=0)
    x, y = data()
    with pytest.raises(ValueError, match="a search of other pictures"):
        replay(small_model(), checkpoints, tmp_path, data=(x[::-1], y), images="all", verbose=0)
    with pytest.raises(ValueError, match="other images: 'all', now 500"):
        replay(small_model(), checkpoints, tmp_path, data=data(), verbose=0)


def test_more_pictures_than_a_record_holds_are_refused(
    checkpoints: dict[int, str],
    searched: list[tuple[int, int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checkpoint_search, "MAX_BLOBS", 40)
    with pytest.raises(ValueError, match=r"Received: \d\d such. Expected at most 40: choose fewer"):
        replay(small_model(), checkpoints, tmp_path, data=data(), images="all", verbose=0)
    monkeypatch.undo()
    assert (tmp_path / DIRECTORY / "step-2.npz").exists()


def test_a_diverged_network_is_logged(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((12, 12, 3)), keras.layers.Conv2D(2, 3, name="conv")])
    model.set_weights([np.full(weight.shape, np.nan) for weight in model.get_weights()])
    path = str(tmp_path / "epoch-0.weights.h5")
    model.save_weights(path)
    replay(model, {0: path}, tmp_path, data=data(), images="all", verbose=0)
    named = by_name(tmp_path / "convvis")
    assert named["convvis/probe/pictures", 0].manifest.facts["count"] == 1
    np.testing.assert_array_equal(blob(named["convvis/strength/conv", 0], 0), [-np.inf, -np.inf])


def test_pictures_are_read_part_by_part_into_files() -> None:
    x, y = data()
    some = PictureArrays({"a": x, "b": x[:, :1]}, y).part(np.arange(3, COUNT, 2))
    images = load_mapped(some, at_once=10)
    np.testing.assert_array_equal(images["a"], x[3::2])
    np.testing.assert_array_equal(images["b"], x[3::2, :1])
    assert isinstance(images["a"].base, np.memmap)
