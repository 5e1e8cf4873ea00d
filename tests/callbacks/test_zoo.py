"""Every view on every model of the zoo: logged, or refused with a failure that names the layer."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import ConvVis
from tests.callbacks.helpers import records, small_model
from tests.zoo import ZOO, build


def drive(callback: ConvVis, model: object, epochs: int) -> None:
    """Call a callback's hooks as `fit` does, with nothing trained."""
    callback.set_model(model)
    callback.set_params({"epochs": epochs, "verbose": 0})
    callback.on_train_begin()
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch)
    callback.on_train_end()


@pytest.mark.filterwarnings("ignore:ConvVis could not log:RuntimeWarning")
@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * m.slow) for n, m in ZOO.items()])
def test_every_layer_is_logged_or_refused_by_name(tmp_path: Path, name: str) -> None:
    model, images = build(name), ZOO[name].images(6)
    model.stop_training = False
    before = [np.array(weight) for weight in model.weights]
    callback = ConvVis(tmp_path, data=(images, np.arange(6)))
    callback.views[-1].maps = 4  # enough to tell a layer that is logged from one that is refused
    drive(callback, model, epochs=1)
    logged = records(tmp_path / "convvis")
    failures = [
        f for r in logged if r.tag.startswith("convvis/run/") for f in r.manifest.facts.get("failures", [])
    ]
    tops = [record for record in logged if record.tag.startswith("convvis/top/")]
    assert tops
    for record in tops:
        facts = record.manifest.facts
        if facts["refused"]:
            assert facts["layer"] in {failure["layer"] for failure in failures}
        else:
            assert len(record.manifest.blobs) == 2 + len(facts["maps"])
    assert all(failure["layer"] for failure in failures), failures
    assert {record.tag for record in logged if record.tag.startswith("convvis/filters/")}
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(np.array(weight), old)


def test_memory_stays_flat_and_nothing_is_traced_again(tmp_path: Path) -> None:
    """RSS over 200 epochs of every view, after 40 that fill caches and pools."""
    model = small_model()
    images = np.random.default_rng(0).normal(size=(24, 12, 12, 3)).astype(np.float32)
    callback = ConvVis(tmp_path, data=images)
    callback.set_model(model)
    callback.set_params({"epochs": 240, "verbose": 0})
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    for epoch in range(240):
        callback.on_epoch_end(epoch)
        if epoch == 39:
            start = resident()
    grown = resident() - start
    callback.on_train_end()
    assert grown < 20 * 2**20
    assert len(tf.io.gfile.listdir(str(tmp_path / "convvis"))) == 1


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
