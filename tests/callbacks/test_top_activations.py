from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_convvis.callbacks import ConvVis, FilterImages, TopActivations
from tb_convvis.callbacks.unit_slots import COLUMNS
from tb_convvis.methods import deconvnet
from tests.callbacks.helpers import Record, blob, fit, pictures, records, small_model

Logged = tuple[Path, keras.Model, np.ndarray]

LAYER = "backbone/conv2"
TOP = f"convvis/top/{LAYER}"
STRENGTH = f"convvis/strength/{LAYER}"


def numbers(record: Record) -> dict[str, np.ndarray]:
    return dict(zip(COLUMNS, np.moveaxis(blob(record, 0), -1, 0), strict=True))


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """The run of two epochs, the model as it was after the last, and the probe pictures."""
    directory = tmp_path_factory.mktemp("run")
    model, (x, y) = small_model(), pictures()
    fit(model, TopActivations(directory, data=(x, y), layers=["conv1", "conv2"], k=4), epochs=2)
    return directory / "convvis", model, x


def test_exactly_these_tags(logged: Logged) -> None:
    expected = {
        (f"convvis/{kind}/backbone/{layer}", step)
        for kind in ("top", "strength")
        for layer in ("conv1", "conv2")
        for step in (0, 1, 2)
    }
    expected |= {("convvis/run/features", step) for step in (0, 1, 2)}
    expected |= {("convvis/run/model", 0), ("convvis/probe/pictures", 0)}
    assert {(record.tag, record.step) for record in records(logged[0])} == expected


def test_the_strongest_are_those_of_a_plain_search(logged: Logged) -> None:
    run, model, x = logged
    backbone = model.get_layer("backbone")
    maps = keras.Model(backbone.inputs, backbone.get_layer("conv2").output)(x, training=False).numpy()
    found = numbers(records(run, TOP)[-1])
    for number in range(maps.shape[-1]):
        peaks = maps[..., number].max((1, 2))
        order = np.argsort(-peaks, kind="stable")[:4]
        np.testing.assert_allclose(found["value"][number], peaks[order], rtol=1e-5)
        np.testing.assert_array_equal(found["image"][number], order)
        for slot, image in enumerate(order):
            row, col = int(found["row"][number, slot]), int(found["col"][number, slot])
            assert maps[image, row, col, number] == pytest.approx(peaks[image], rel=1e-5)
    strength, dead_share, strongest, _ = (blob(records(run, STRENGTH)[-1], index) for index in range(4))
    np.testing.assert_allclose(strength, maps.max((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(dead_share, (maps.max((1, 2)) <= 0).mean(0), rtol=1e-6)
    np.testing.assert_array_equal(strongest, maps.max((1, 2)).argmax(0))


def test_the_pictures_are_the_projections_of_these_units(
    logged: Logged,
) -> None:
    run, model, x = logged
    record = records(run, TOP)[-1]
    facts, found = record.manifest.facts, numbers(record)
    (height, width), across = facts["tile"], facts["tiles_across"]
    assert record.manifest.blobs[2].media == "image/png"
    assert (facts["window"], facts["block"], facts["maps"]) == ([5, 5], 1, list(range(6)))
    for number in range(6):
        unit_list = [
            [int(found[name][number, slot]) for name in ("image", "row", "col")] + [number]
            for slot in range(4)
        ]
        canvas = deconvnet(model, LAYER, x, unit_list)
        padded = np.pad(canvas, ((0, 0), (8, 8), (8, 8), (0, 0)))
        drawn = blob(record, 2 + number)
        for slot in range(4):
            top, left = int(found["top"][number, slot]) + 8, int(found["left"][number, slot]) + 8
            signal = padded[slot, top : top + height, left : left + width]
            assert np.abs(canvas[slot]).max() == pytest.approx(np.abs(signal).max())
            assert found["scale"][number, slot] == pytest.approx(np.abs(signal).max(), rel=1e-4)
            row, col = divmod(slot, across)
            tile = drawn[row * height : (row + 1) * height, col * width : (col + 1) * width]
            expected = 0.5 + signal / (2 * max(np.abs(signal).max(), 1e-12))
            np.testing.assert_allclose(tile / 255, expected, atol=0.6 / 255)


def test_the_probe_pictures_are_the_users(logged: Logged) -> None:
    run, _, x = logged
    (record,) = records(run, "convvis/probe/pictures")
    facts = record.manifest.facts
    assert (facts["count"], facts["drawn_from"], facts["labels"]) == (24, 24, pictures()[1].tolist())
    assert facts["display"] == "each channel is stretched over its range in these pictures"
    low, high = x.min((0, 1, 2)), x.max((0, 1, 2))
    for index in (0, 11, 23):
        np.testing.assert_allclose(blob(record, index) / 255, (x[index] - low) / (high - low), atol=0.6 / 255)


def test_jumps_and_change_are_counted(logged: Logged) -> None:
    run, _, _ = logged
    first, second, third = records(run, STRENGTH)
    assert first.manifest.facts["jumps"] is None
    assert first.manifest.facts["weight_change"] is None
    for before, after in ((first, second), (second, third)):
        facts = after.manifest.facts
        alive = (blob(before, 0) > 0) & (blob(after, 0) > 0)
        assert facts["jumps"] == int((blob(before, 2) != blob(after, 2))[alive].sum())
        assert 0 < facts["weight_change"] < 1


def test_a_model_that_stands_still_neither_jumps_nor_changes(tmp_path: Path) -> None:
    model = small_model()
    model.optimizer.learning_rate = 0.0
    x, _ = pictures()
    fit(model, TopActivations(tmp_path, data=x, layers=["conv1"]), epochs=1)
    facts = records(tmp_path / "convvis", "convvis/strength/backbone/conv1")[-1].manifest.facts
    assert (facts["jumps"], facts["comparable"]) == (0, 4)
    assert facts["weight_change"] == pytest.approx(0, abs=1e-12)
    assert facts["projection_change"] == pytest.approx(0, abs=1e-6)


def test_a_seeded_draw_of_maps_for_the_whole_run(tmp_path: Path) -> None:
    x, _ = pictures()
    for name in ("a", "b"):
        fit(small_model(), TopActivations(tmp_path / name, data=x, layers=["conv2"], maps=3), epochs=1)
    maps = [
        tuple(record.manifest.facts["maps"])
        for name in "ab"
        for record in records(tmp_path / name / "convvis", TOP)
    ]
    assert len(maps) == 4
    assert len(set(maps)) == 1
    assert len(set(maps[0])) == 3
    strength = records(tmp_path / "a" / "convvis", STRENGTH)[0]
    assert blob(strength, 0).shape == (6,)


def test_the_convolution_that_makes_the_maps_is_named(tmp_path: Path) -> None:
    """By the path under which `FilterImages` logs its kernel."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    inner = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(4, 3, name="conv1"),
            layers.BatchNormalization(name="norm1"),
            layers.ReLU(name="relu1"),
            layers.MaxPooling2D(name="pool"),
            layers.Conv2D(5, 3, activation="relu", name="conv2"),
        ],
        name="inner",
    )
    model = keras.Sequential(
        [keras.Input((12, 12, 3)), inner, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    features = TopActivations(tmp_path, data=pictures()[0], freq=[1])
    fit(model, features, FilterImages(tmp_path, layers=["conv1", "conv2"], freq=[1]), epochs=1)
    run = tmp_path / "convvis"
    for layer, convolution in (("inner/relu1", "inner/conv1"), ("inner/conv2", "inner/conv2")):
        (top,) = records(run, f"convvis/top/{layer}")
        assert top.manifest.facts["convolution"] == convolution
        (filters,) = records(run, f"convvis/filters/{convolution}")
        assert filters.manifest.blobs[0].shape[-1] == top.manifest.facts["of"]


def test_a_refused_rule_is_named_and_the_rest_is_logged(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            keras.layers.Conv2D(4, 3, activation="relu", name="fine"),
            keras.layers.Conv2D(4, 3, activation=keras.ops.absolute, name="folded"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3),
        ]
    )
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.warns(RuntimeWarning, match="'features' for layer 'folded'.*'folded'.*Abs"):
        fit(model, TopActivations(tmp_path, data=pictures()[0], layers=["fine", "folded"]), epochs=1)
    run = tmp_path / "convvis"
    refused, fine = (records(run, f"convvis/top/{layer}")[-1] for layer in ("folded", "fine"))
    assert "folded" in refused.manifest.facts["refused"]
    assert len(refused.manifest.blobs) == 1
    assert fine.manifest.facts["refused"] is None
    assert len(fine.manifest.blobs) == 2 + 4
    (failure,) = records(run, "convvis/run/features")[-1].manifest.facts["failures"]
    assert failure["layer"] == "folded"


def test_one_trace_for_the_whole_run(tmp_path: Path) -> None:
    callback = TopActivations(tmp_path, data=pictures()[0])
    traces: list[int] = []

    def count(epoch: int, logs: object) -> None:
        assert callback._search is not None
        assert callback._project is not None
        traces.append(callback._search.trace_count + callback._project.trace_count)

    fit(small_model(), callback, keras.callbacks.LambdaCallback(on_epoch_end=count), epochs=4)
    assert len(set(traces)) == 1


def test_data_that_is_not_pictures_is_said_and_training_goes_on(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="not a set of pictures.*str"):
        fit(small_model(), TopActivations(tmp_path, data="photos/"), epochs=1)


@pytest.mark.parametrize(
    "arguments",
    [{"k": 0}, {"maps": 0}, {"maps": "some"}, {"images": -1}, {"rule": "lrp"}, {"channel_order": "GBR"}],
)
def test_bad_arguments_are_refused_at_once(arguments: dict[str, Any]) -> None:
    ((name, _),) = arguments.items()
    with pytest.raises(ValueError, match=f"{name}="):
        TopActivations("logs", data=np.zeros((2, 8, 8, 3)), **arguments)


def test_without_data_convvis_says_what_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x, y = pictures()
    small_model().fit(x, y, verbose=2, callbacks=[ConvVis(tmp_path, budget=None)])
    assert "neither features nor occlusion maps are logged" in capsys.readouterr().out


class _Diverge(keras.callbacks.Callback):
    """From its second epoch on all weights are NaN."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            self.model.set_weights([np.full_like(weight, np.nan) for weight in self.model.get_weights()])


def test_of_a_network_that_diverged_no_activation_is_logged_as_a_number(tmp_path: Path) -> None:
    x, y = pictures()
    layers = [
        keras.layers.Conv2D(5, 3, name="conv"),
        keras.layers.GlobalMaxPooling2D(),
        keras.layers.Dense(3),
    ]
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit(model, _Diverge(), TopActivations(tmp_path, data=(x, y), layers=["conv"]), epochs=2)
    run = tmp_path / "convvis"
    *before, strength = records(run, "convvis/strength/conv")
    assert all(np.isfinite(blob(record, 0)).all() for record in before)
    assert np.array_equal(blob(strength, 0), np.full(5, -np.inf, np.float32))
    assert np.array_equal(blob(strength, 2), np.full(5, -1))
    top = records(run, "convvis/top/conv")[-1]
    assert (numbers(top)["image"] == -1).all()
    assert (
        top.manifest.facts["refused"] == "no activation of the drawn maps is a finite number at this epoch."
    )
