"""Features of models and data that are not the usual ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import TopActivations
from tb_convvis.callbacks.probe import draw_probe
from tb_convvis.methods.model_images import ModelImages
from tests.callbacks.helpers import blob, fit, pictures, records, small_model, state_after
from tests.callbacks.test_top_activations import LAYER, STRENGTH, TOP


def logged_layers(run: Path) -> set[str]:
    return {record.tag.removeprefix("convvis/top/") for record in records(run) if "/top/" in record.tag}


def test_parts_of_any_size_give_the_same_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in (("whole", 2**27), ("parts", 3 * 12 * 12 * 3 * 4)):
        monkeypatch.setattr("tb_convvis.callbacks.projector.PROJECTED_BYTES", limit)
        fit(small_model(), TopActivations(tmp_path / name, data=pictures()), epochs=1)
    whole, parts = (records(tmp_path / name / "convvis", TOP)[0] for name in ("whole", "parts"))
    for index in range(len(whole.manifest.blobs)):
        np.testing.assert_allclose(blob(whole, index), blob(parts, index), atol=1.01)
    np.testing.assert_allclose(blob(whole, 0), blob(parts, 0), rtol=1e-5)


def test_a_pictures_forward_pass_serves_all_layers_and_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, taken = ModelImages.take, [0]

    def counted(images: ModelImages, rows: np.ndarray) -> Any:
        taken[0] += len(np.unique(rows))
        return take(images, rows)

    monkeypatch.setattr("tb_convvis.callbacks.projector.PROJECTED_BYTES", 3 * 12 * 12 * 3 * 4)
    monkeypatch.setattr(ModelImages, "take", counted)
    fit(small_model(), TopActivations(tmp_path, data=pictures(), layers=["conv1", "conv2"]), epochs=1)
    # Of two logged states each picture once for the search and once for the projections of both layers.
    assert taken[0] <= 2 * 2 * 24


def test_the_weight_change_is_that_of_the_convolution_behind_a_relu(tmp_path: Path) -> None:
    fit(small_model(), TopActivations(tmp_path, data=pictures(), layers=["re_lu", "conv1"]), epochs=1)
    run = tmp_path / "convvis"
    (relu,) = (layer for layer in logged_layers(run) if "re_lu" in layer)
    changes = [
        records(run, f"convvis/strength/{layer}")[-1].manifest.facts["weight_change"]
        for layer in (relu, "backbone/conv1")
    ]
    assert changes[0] == changes[1] > 0


def test_only_projections_of_the_same_unit_are_compared(tmp_path: Path) -> None:
    """Where a unit sees the whole picture, its window is the same wherever the unit is."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((12, 12, 3)), keras.layers.Conv2D(4, 23, padding="same", name="wide")]
    )
    model.add(keras.layers.GlobalMaxPooling2D())
    model.compile(keras.optimizers.SGD(3.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, TopActivations(tmp_path, data=pictures(), k=1), epochs=3)
    run = tmp_path / "convvis"
    tops = [blob(record, 0)[:, 0, 1:4] for record in records(run, "convvis/top/wide")]
    moved = 0
    for before, after, record in zip(
        tops[:-1], tops[1:], records(run, "convvis/strength/wide")[1:], strict=True
    ):
        same = (before == after).all(1)
        np.testing.assert_array_equal(np.isfinite(blob(record, 3)), same)
        moved += int((~same).sum())
    assert moved


@pytest.mark.filterwarnings("ignore:ConvVis could not log:RuntimeWarning")
def test_an_unknown_layer_costs_only_itself_and_no_traces(tmp_path: Path) -> None:
    callback = TopActivations(tmp_path, data=pictures(), layers=["conv2", "nope", "conv2"])
    traces: list[int] = []

    def count(epoch: int, logs: object) -> None:
        assert callback._search is not None
        traces.append(callback._search.trace_count)

    fit(small_model(), callback, keras.callbacks.LambdaCallback(on_epoch_end=count), epochs=3)
    run = tmp_path / "convvis"
    assert logged_layers(run) == {LAYER}
    assert len(set(traces)) == 1
    for record in records(run, "convvis/run/features"):
        (failure,) = record.manifest.facts["failures"]
        assert failure["layer"] == "nope"
        assert "no layer 'nope'" in failure["reason"]


def test_all_means_every_convolution(tmp_path: Path) -> None:
    fit(small_model(), TopActivations(tmp_path, data=pictures(), layers="all"), epochs=1)
    assert logged_layers(tmp_path / "convvis") == {"backbone/conv1", "backbone/conv2"}


def test_projections_that_fail_leave_what_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr("tb_convvis.callbacks.projector.Projector.__call__", fails)
    with pytest.warns(RuntimeWarning, match="too large"):
        fit(small_model(), TopActivations(tmp_path, data=pictures()), epochs=1)
    run = tmp_path / "convvis"
    assert len(records(run, STRENGTH)) == 2
    assert "failed" in records(run, TOP)[-1].manifest.facts["refused"]


def two_pictures() -> tuple[keras.Model, list[np.ndarray], np.ndarray]:
    first, second = keras.Input((12, 12, 3)), keras.Input((12, 12, 3))
    joined = keras.layers.Concatenate()([first, second])
    maps = keras.layers.Conv2D(4, 3, activation="relu", name="maps")(joined)
    output = keras.layers.Dense(3)(keras.layers.GlobalAveragePooling2D()(maps))
    model = keras.Model([first, second], output)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = pictures()
    return model, [x, x[::-1]], y


def test_of_two_pictures_the_first_is_shown(tmp_path: Path) -> None:
    model, x, y = two_pictures()
    model.fit(x, y, verbose=0, callbacks=[TopActivations(tmp_path, data=(x, y))])
    assert logged_layers(tmp_path / "convvis") == {"maps"}
    assert records(tmp_path / "convvis", "convvis/top/maps")[0].manifest.facts["refused"] is None


def test_a_dataset_of_several_inputs_is_taken_as_it_is_batched() -> None:
    x, y = pictures()
    inputs = {"picture": x, "place": np.zeros((24, 4), np.float32)}
    probe = draw_probe(tf.data.Dataset.from_tensor_slices((inputs, y)).batch(5), count=7)
    assert probe.images["picture"].shape == (7, 12, 12, 3)
    assert probe.images["place"].shape == (7, 4)


def test_a_probe_from_batches_is_drawn_from_all_that_was_read() -> None:
    x = np.arange(60, dtype=np.float32).reshape(60, 1, 1, 1)
    data = tf.data.Dataset.from_tensor_slices((x, np.arange(60))).batch(7)
    draws = [draw_probe(data, 6, seed).images.ravel().astype(int) for seed in range(200)]
    counts = np.bincount(np.concatenate(draws), minlength=60)
    # 20 expected of each, standard deviation 4.2: an even draw stays within five of these.
    assert counts.sum() == 1200
    assert counts.min() > 0
    assert np.abs(counts - 20).max() < 22


def test_tensors_are_pictures_and_a_list_of_pictures_is_told_apart() -> None:
    assert draw_probe(tf.zeros((5, 4, 4, 3)), count=3).images.shape == (3, 4, 4, 3)
    with pytest.raises(TypeError, match=r"a list is taken for several inputs.*numpy.stack"):
        draw_probe([np.zeros((4, 4, 3))] * 5, count=3)


class Counting(keras.layers.Layer):
    """Keeps a count of its calls in a variable, also in inference."""

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.count = self.add_weight(shape=(), name="count", trainable=False, initializer="zeros")

    def call(self, x: Any) -> Any:
        self.count.assign_add(1.0)
        return x


@pytest.mark.usefixtures("deterministic")
def test_a_model_that_changes_in_inference_is_refused_and_trains_as_ever(tmp_path: Path) -> None:
    def model() -> keras.Model:
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        layers = [keras.layers.Conv2D(4, 3, name="conv"), Counting(name="counting")]
        layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3)]
        built = keras.Sequential([keras.Input((12, 12, 3)), *layers])
        built.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return built

    plain = state_after(model())
    with pytest.warns(RuntimeWarning, match="'counting'.*would change the training"):
        watched = state_after(model(), TopActivations(tmp_path, data=pictures()))
    for without, with_callback in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(without, with_callback)


def test_a_kernel_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers without one have no change of weights; that is no reason to pass over any other failure."""

    def fails(layer: keras.layers.Layer) -> object:
        raise ValueError("the kernel cannot be read")

    monkeypatch.setattr("tb_convvis.callbacks.top_activations.convolution_kernel", fails)
    with pytest.warns(RuntimeWarning, match="the kernel cannot be read"):
        fit(small_model(), TopActivations(tmp_path, data=pictures()), epochs=1)
