"""A search shared out over a Ray cluster of two workers logs what one process logs, whoever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_convvis import replay
from tb_convvis.callbacks import checkpoint_search, ray_search
from tb_convvis.callbacks.model_recipe import ModelRecipe
from tb_convvis.callbacks.search_state import DIRECTORY
from tests.callbacks.helpers import small_model
from tests.callbacks.same_log import assert_same, by_name
from tests.callbacks.watched_pictures import hold, reader_of, readings, watched

COUNT, SHARD = 150, 20
"""Batches are of 2 pictures, so that shards are whole numbers of them."""
STEPS = 3
FIRSTS = [f"{first:03d}.png" for first in range(0, COUNT, SHARD)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, its checkpoints, pictures, and the log that one process makes of them."""
    root = tmp_path_factory.mktemp("trained")
    for step in range(STEPS):
        model = small_model(seed=step)
        model.save_weights(root / f"epoch-{step}.weights.h5")
    model.save(root / "model.keras")
    (root / "pictures").mkdir()
    pixels = np.random.default_rng(2).integers(0, 256, (COUNT, 12, 12, 3))
    pixels[100:110] = pixels[10:20]
    for number, picture in enumerate(pixels):
        keras.utils.save_img(root / "pictures" / f"{number:03d}.png", picture, scale=False)
    return root


def found(root: Path) -> dict[int, str]:
    return {step: str(root / f"epoch-{step}.weights.h5") for step in range(STEPS)}


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_search, "SHARD_PICTURES", SHARD)
    monkeypatch.setattr("tb_convvis.methods.model_images.FLOATS_PER_BATCH", 2 * 12 * 12 * 3)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    return tmp_path / "notes"


@pytest.fixture
def alone(trained: Path, small_shards: None) -> Path:
    """The log of one process."""
    if not (trained / "alone").exists():
        data = watched(str(trained / "pictures"), str(trained))
        replay(small_model(), found(trained), trained / "alone", data=data, images="all", verbose=0)
    return trained / "alone"


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A head and two machines of one core each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    for _ in range(2):
        made.add_node(num_cpus=1)
    yield made.address
    made.shutdown()


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(
    trained: Path, alone: Path, cluster: str, notes: Path, tmp_path: Path
) -> None:
    held = hold(notes, FIRSTS[5])
    killed: list[int] = []

    def kill() -> None:
        killed.append(reader_of(notes, FIRSTS[5]))
        os.kill(killed[0], signal.SIGKILL)
        held.unlink()

    killer = threading.Thread(target=kill)
    killer.start()
    data = watched(str(trained / "pictures"), str(notes))
    replay(small_model(), found(trained), tmp_path / "logs", data=data, images="all", ray=cluster, verbose=0)
    killer.join()
    read = readings(notes)
    workers = {process for process, _ in read}
    assert os.getpid() in workers  # the first picture, and what is kept
    assert len(workers - {os.getpid()}) >= 3
    tried = Counter(first for process, first in read if process != os.getpid())
    assert tried[FIRSTS[5]] >= STEPS + 1
    assert all(tried[first] >= STEPS for first in FIRSTS)
    assert_same(alone / "convvis", tmp_path / "logs" / "convvis")


@pytest.mark.slow
def test_a_shard_that_is_lost_again_and_again_stops_it(
    alone: Path, cluster: str, notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = alone.parent
    held = hold(notes, FIRSTS[5])
    killer = threading.Thread(target=lambda: os.kill(reader_of(notes, FIRSTS[5]), signal.SIGKILL))
    killer.start()
    data = watched(str(trained / "pictures"), str(notes))

    def run() -> list[int]:
        logged: list[int] = replay(
            small_model(), found(trained), tmp_path / "logs", data=data, images="all", ray=cluster, verbose=0
        )
        return logged

    monkeypatch.setattr(ray_search, "RETRIES", 0)
    with pytest.raises(OSError, match=r"searched pictures 100 to 119 at step 0 was lost, after 0 retries"):
        run()
    killer.join()
    held.unlink()
    assert run() == [0, 1, 2]
    assert_same(alone / "convvis", tmp_path / "logs" / "convvis")


@pytest.mark.slow
def test_it_goes_on_where_it_was_killed(
    trained: Path, alone: Path, cluster: str, notes: Path, tmp_path: Path
) -> None:
    program = (
        "import tests.callbacks.test_ray_search as test; "
        "test.checkpoint_search.SHARD_PICTURES = test.SHARD; "
        "from tb_convvis.methods import model_images; "
        "model_images.FLOATS_PER_BATCH = 2 * 12 * 12 * 3; "
        "from tb_convvis.__main__ import main; main()"
    )
    command = [
        *(sys.executable, "-c", program, "replay", "--model", str(trained / "model.keras")),
        *("--checkpoints", f"{trained}/epoch-*.weights.h5", "--logdir", str(tmp_path / "logs")),
        *("--data", "tests.callbacks.watched_pictures:watched", "--images", "all", "--ray", cluster),
    ]
    environment = {**os.environ, "WATCHED_PICTURES": str(trained / "pictures"), "WATCHED_NOTES": str(notes)}
    held = hold(notes, FIRSTS[6])
    first = subprocess.Popen(command, env=environment)
    reader_of(notes, FIRSTS[6])
    first.kill()
    first.wait()
    held.unlink()
    assert not (tmp_path / "logs" / "convvis").exists()
    finished = [
        shard
        for path in (tmp_path / "logs" / DIRECTORY).glob("step-*.npz")
        for shard in np.load(path)["shards"].tolist()
    ]
    assert 4 <= len(finished) < STEPS * len(FIRSTS)
    again = tmp_path / "again"
    again.mkdir()
    environment["WATCHED_NOTES"] = str(again)
    second = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert "3 of 3 checkpoints were logged" in second.communicate()[0]
    read = Counter(name for process, name in readings(again) if process != second.pid)
    for number, name in enumerate(FIRSTS):
        assert read[name] == STEPS - finished.count(number)
    assert_same(alone / "convvis", tmp_path / "logs" / "convvis")


@pytest.mark.slow
def test_a_draw_searched_on_a_cluster_is_logged_as_ever(
    trained: Path, cluster: str, notes: Path, tmp_path: Path
) -> None:
    x = np.random.default_rng(0).uniform(size=(90, 12, 12, 3)).astype(np.float32)
    for ray in (None, cluster):
        replay(
            small_model(),
            found(trained),
            tmp_path / f"{ray}",
            data=(x, np.arange(90) % 3),
            images=70,
            ray=ray,
            verbose=0,
        )
    assert_same(tmp_path / "None" / "convvis", tmp_path / cluster / "convvis")
    assert by_name(tmp_path / cluster / "convvis")["convvis/probe/pictures", 0].manifest.facts["count"] == 70


@pytest.mark.slow
def test_what_is_wrong_with_a_shard_is_said(
    trained: Path, cluster: str, small_shards: None, tmp_path: Path
) -> None:
    data = watched(str(trained / "pictures"), str(tmp_path))
    broken = {**found(trained), 1: str(tmp_path / "none.weights.h5")}
    with pytest.raises(
        ValueError, match=r"cannot search pictures [\d,]+ to [\d,]+ at step 1\. .*none\.weights"
    ):
        replay(small_model(), broken, tmp_path / "logs", data=data, images="all", ray=cluster, verbose=0)


def test_without_ray_it_is_said_what_to_install(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    data = watched(str(trained / "pictures"), str(tmp_path))
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tb-convvis\[ray\]'"):
        replay(small_model(), found(trained), tmp_path / "logs", data=data, ray="local", verbose=0)


@keras.saving.register_keras_serializable(package="tests")
class Halved(keras.layers.Layer):
    """A layer of the user's own."""

    def call(self, inputs: Any) -> Any:
        """Return half."""
        return inputs * 0.5


def test_a_model_is_built_anew_from_its_recipe() -> None:
    def unknown_loss(truth: object, guess: object) -> object:
        return truth

    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            Halved(),
            keras.layers.Lambda(lambda pixels: pixels + 1),
            keras.layers.Conv2D(4, 3, name="conv"),
        ]
    )
    model.compile("adam", unknown_loss)
    built = ModelRecipe.of(model).build()
    built.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 3))
    np.testing.assert_array_equal(built.predict(x, verbose=0), model.predict(x, verbose=0))
    assert [layer.name for layer in built.layers] == [layer.name for layer in model.layers]
