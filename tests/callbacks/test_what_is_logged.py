from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from tb_convvis.callbacks import ConvVis, FilterImages, WeightHistograms
from tb_convvis.callbacks.image_input import sees_image
from tb_convvis.callbacks.layers import layers_by_path
from tests.callbacks.helpers import fit, records, small_model, steps

FILTERS = "convvis/filters/backbone/conv1"
WEIGHTS = {
    f"convvis/weights/{name}"
    for layer in ("backbone/conv1", "backbone/conv2", "head")
    for name in (f"{layer}/kernel", f"{layer}/bias")
}
STATUS = {"convvis/run/filters", "convvis/run/weights"}


def test_exactly_these_tags_and_steps_after_two_epochs(tmp_path: Path) -> None:
    fit(small_model(), ConvVis(tmp_path, budget=None), epochs=2)
    logged = {(record.tag, record.step) for record in records(tmp_path / "convvis")}
    every_epoch = {(tag, step) for tag in {FILTERS, *WEIGHTS, *STATUS} for step in (0, 1, 2)}
    assert logged == every_epoch | {("convvis/run/model", 0)}
    assert len(records(tmp_path / "convvis")) == len(logged)
    assert [path.name for path in tmp_path.iterdir()] == ["convvis"]


def test_filters_and_histograms_are_the_weights_of_that_moment(tmp_path: Path) -> None:
    model = small_model()
    conv1 = model.get_layer("backbone").get_layer("conv1")
    seen = [conv1.kernel.numpy()]
    witness = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(conv1.kernel.numpy())
    )
    fit(model, ConvVis(tmp_path, budget=None), witness, epochs=3)

    assert not np.array_equal(seen[0], seen[3])
    for step, kernel in enumerate(seen):
        (record,) = (item for item in records(tmp_path / "convvis", FILTERS) if item.step == step)
        np.testing.assert_array_equal(record.array, kernel)
        facts = record.manifest.facts
        per_filter = kernel.reshape(-1, kernel.shape[-1]).astype(np.float64)
        np.testing.assert_allclose(facts["norm"], np.linalg.norm(per_filter, axis=0), rtol=1e-6)
        np.testing.assert_allclose(facts["rms"], np.sqrt((per_filter**2).mean(0)), rtol=1e-6)
        assert facts["max_abs"] == pytest.approx(np.abs(kernel).max())
        assert facts["sees_image"] is True
        assert record.manifest.logged == step + 1
        (histogram,) = (
            item
            for item in records(tmp_path / "convvis", "convvis/weights/backbone/conv1/kernel")
            if item.step == step
        )
        counts, edges = np.histogram(kernel.astype(np.float64), 30)
        np.testing.assert_allclose(histogram.buckets, np.stack([edges[:-1], edges[1:], counts], 1))


def test_every_record_says_what_it_is(tmp_path: Path) -> None:
    fit(small_model(), ConvVis(tmp_path, budget=None))
    plugins = {
        (record.tag.split("/")[1], record.value.metadata.plugin_data.plugin_name)
        for record in records(tmp_path / "convvis")
    }
    assert plugins == {("run", "convvis"), ("filters", "convvis"), ("weights", "histograms")}


def test_the_run_record_describes_model_settings_and_versions(tmp_path: Path) -> None:
    model = small_model()
    fit(model, ConvVis(tmp_path, class_names=["a", "b", "c"], freq=2, budget=None), epochs=1)
    facts = records(tmp_path / "convvis", "convvis/run/model")[0].manifest.facts
    assert [layer["name"] for layer in facts["layers"]] == [
        "random_flip", "backbone", "backbone/conv1", "backbone/norm", "backbone/re_lu", "backbone/conv2",
        "global_average_pooling2d", "dropout", "head",
    ]  # fmt: skip
    assert facts["parameters"] == model.count_params()
    assert facts["layers"][2] == {
        "name": "backbone/conv1",
        "class": "Conv2D",
        "output": [None, 10, 10, 4],
        "parameters": 112,
        "own": 112,
        "trainable": 112,
        "activation": "linear",
        "kernel": [3, 3],
        "strides": [1, 1],
        "padding": "valid",
        "dilation": [1, 1],
        "groups": 1,
    }
    assert facts["graphs"]["backbone"]["calls"][0] == {
        "name": "conv1",
        "layer": "backbone/conv1",
        "class": "Conv2D",
        "inputs": [["", 0]],
        "outputs": [[None, 10, 10, 4]],
    }
    assert facts["fields"]["backbone/conv2"] == {
        "size": [5, 5],
        "stride": [1, 1],
        "start": [0, 0],
        "note": "",
    }
    assert facts["class_names"] == ["a", "b", "c"]
    assert facts["settings"]["filters"]["freq"] == 2
    assert facts["versions"]["keras"] == keras.__version__


@pytest.mark.parametrize(
    ("layers", "logged"),
    [
        (None, ["backbone/conv1"]),
        ("all", ["backbone/conv1", "backbone/conv2"]),
        (["conv2"], ["backbone/conv2"]),
        (["backbone/conv2", "conv1"], ["backbone/conv1", "backbone/conv2"]),
    ],
)
def test_the_chosen_layers_are_logged(tmp_path: Path, layers: object, logged: list[str]) -> None:
    fit(small_model(), FilterImages(tmp_path, layers=layers), epochs=1)
    subjects = {
        record.manifest.facts["layer"]
        for record in records(tmp_path / "convvis")
        if "/filters/back" in record.tag
    }
    assert sorted(subjects) == logged


def test_a_layer_object_may_be_given(tmp_path: Path) -> None:
    model = small_model()
    fit(model, WeightHistograms(tmp_path, layers=[model.get_layer("head")]), epochs=1)
    tags = {record.tag for record in records(tmp_path / "convvis") if "/weights/" in record.tag}
    assert tags == {"convvis/weights/head/kernel", "convvis/weights/head/bias"}


@pytest.mark.parametrize(
    ("layer", "channels", "weight", "shape"),
    [
        (keras.layers.Conv2D(4, (3, 5)), 1, "kernel", (3, 5, 1, 4)),
        (keras.layers.Conv2D(4, 3), 5, "kernel", (3, 3, 5, 4)),
        (keras.layers.Conv2D(4, 3, groups=2), 6, "kernel", (3, 3, 3, 4)),
        (keras.layers.DepthwiseConv2D(3, depth_multiplier=2), 3, "kernel", (3, 3, 1, 6)),
        (keras.layers.SeparableConv2D(4, 3), 3, "depthwise_kernel", (3, 3, 1, 3)),
        (keras.layers.Conv2DTranspose(4, 3), 3, "kernel", (3, 3, 3, 4)),
    ],
)
def test_any_kind_of_convolution(
    tmp_path: Path, layer: keras.layers.Layer, channels: int, weight: str, shape: tuple[int, ...]
) -> None:
    model = keras.Sequential([keras.Input((12, 12, channels)), layer, keras.layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse")
    x = np.zeros((4, 12, 12, channels), np.float32)
    model.fit(x, np.zeros((4, model.output_shape[-1])), verbose=0, callbacks=[FilterImages(tmp_path)])
    (_, after) = records(tmp_path / "convvis", f"convvis/filters/{layer.name}")
    assert after.array.shape == shape
    assert after.manifest.facts["weight"] == weight
    assert after.manifest.facts["sees_image"] is (channels == 3 and shape[2] == 3)


def test_what_is_not_finite_is_counted_apart(tmp_path: Path) -> None:
    model = small_model()
    conv1 = model.get_layer("backbone").get_layer("conv1")

    def spoil(epoch: int, logs: object) -> None:
        kernel = conv1.kernel.numpy()
        kernel[0, 0, 0, 0], kernel[0, 0, 0, 1], kernel[0, 0, 0, 2] = np.nan, np.inf, -np.inf
        conv1.kernel.assign(kernel)

    fit(model, keras.callbacks.LambdaCallback(on_epoch_end=spoil), ConvVis(tmp_path, budget=None), epochs=1)
    run = tmp_path / "convvis"
    assert records(run, "convvis/run/weights")[-1].manifest.facts["notes"] == [
        "backbone/conv1/kernel: 1 NaN and 2 infinite values are counted apart from the histogram."
    ]
    assert (
        records(run, "convvis/weights/backbone/conv1/kernel")[-1].buckets[:, 2].sum()
        == conv1.kernel.numpy().size - 3
    )
    facts = records(run, FILTERS)[-1].manifest.facts
    assert facts["nonfinite"] == 3
    assert np.isfinite(facts["max_abs"])
    assert facts["rms"][0] is None


@pytest.mark.parametrize(
    ("freq", "epochs", "logged"),
    [
        (1, 3, [0, 1, 2, 3]),
        (2, 5, [0, 2, 4, 5]),
        ([1, 3], 4, [1, 3]),
        ("log", 7, [0, 1, 2, 5, 7]),
        (100, 2, [0, 2]),
    ],
)
def test_the_schedule(tmp_path: Path, freq: object, epochs: int, logged: list[int]) -> None:
    fit(small_model(), FilterImages(tmp_path, freq=freq), epochs=epochs)
    assert steps(tmp_path / "convvis") == logged
    ordinals = [record.manifest.logged for record in records(tmp_path / "convvis", FILTERS)]
    assert ordinals == list(range(1, len(logged) + 1))


def test_the_last_epoch_is_logged_when_training_stops_early(tmp_path: Path) -> None:
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9)
    fit(small_model(), stop, FilterImages(tmp_path, freq=100), epochs=50)
    assert steps(tmp_path / "convvis") == [0, 2]


def stem(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((12, 12, 3)), *layers])


def conv(name: str = "conv") -> keras.layers.Layer:
    return keras.layers.Conv2D(3, 3, name=name)


def two_stems() -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    return keras.Model(inputs, keras.layers.Add()([conv("a")(inputs), conv("b")(inputs)]))


def nested(*before: keras.layers.Layer) -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    x = inputs
    for layer in before:
        x = layer(x)
    return keras.Model(inputs, stem(conv())(x))


@pytest.mark.parametrize(
    ("model", "seeing"),
    [
        (lambda: stem(conv("a"), conv("b")), {"a": True, "b": False}),
        (lambda: stem(keras.layers.Rescaling(1 / 255), keras.layers.RandomFlip(), conv()), {"conv": True}),
        (lambda: stem(keras.layers.Dense(3), conv()), {"conv": False}),
        (two_stems, {"a": True, "b": True}),
        (nested, {"conv": True}),
        (lambda: nested(keras.layers.Rescaling(1 / 255)), {"conv": True}),
        (lambda: nested(stem(keras.layers.RandomFlip(), keras.layers.GaussianNoise(0.1))), {"conv": True}),
        (lambda: nested(keras.layers.Dense(3)), {"conv": False}),
        (lambda: nested(stem(keras.layers.Dense(3))), {"conv": False}),
    ],
)
def test_only_weights_on_the_picture_itself_are_colours(
    model: Callable[[], keras.Model], seeing: dict[str, bool]
) -> None:
    built = model()
    paths = {path.rpartition("/")[2]: path for path in layers_by_path(built)}
    assert {name: sees_image(built, paths[name]) for name in seeing} == seeing


def test_a_layer_of_the_users_own_with_a_kernel(tmp_path: Path) -> None:
    class Own(keras.layers.Layer):
        def build(self, shape: tuple[int | None, ...]) -> None:
            self.kernel = self.add_weight(shape=(3, 3, shape[-1], 4), name="kernel")

        def call(self, x: object) -> object:
            return keras.ops.conv(x, self.kernel)

    model = stem(Own(name="own"), keras.layers.GlobalAveragePooling2D())
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, FilterImages(tmp_path, layers=["own"]), epochs=1)
    (_, record) = records(tmp_path / "convvis", "convvis/filters/own")
    np.testing.assert_array_equal(record.array, model.get_layer("own").kernel.numpy())


def test_a_loaded_model_is_read_like_the_one_that_was_saved(tmp_path: Path) -> None:
    # Keras builds a Sequential anew at each of its layers as it loads it, so that calls are noted many times.
    model = keras.Sequential(
        [keras.Input((12, 12, 3)), keras.layers.RandomFlip(), stem(conv()), conv("late")]
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for path, seeing in ((f"{model.layers[1].name}/conv", True), ("late", False)):
        assert (sees_image(model, path), sees_image(loaded, path)) == (seeing, seeing)
