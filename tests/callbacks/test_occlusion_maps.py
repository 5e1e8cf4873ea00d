from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import OcclusionMaps
from tb_convvis.callbacks.class_spread import spread_over_classes
from tb_convvis.callbacks.unit_slots import COLUMNS
from tb_convvis.methods import OcclusionProbe, deconvnet
from tb_convvis.methods.occluded_model import OccludedModel
from tests.callbacks.helpers import blob, fit, pictures, records, small_model, state_after

LAYER = "backbone/conv2"
TAG = f"convvis/occlusion/{LAYER}"
STATUS = "convvis/run/occlusion"

Logged = tuple[Path, keras.Model, np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """The run of two epochs, the model as it was after the last, and the data."""
    directory, model, (x, y) = tmp_path_factory.mktemp("run"), small_model(), pictures()
    fit(model, OcclusionMaps(directory, data=(x, y), images=5, size=(3, 4), stride=(2, 3)), epochs=2)
    return directory / "convvis", model, x, y


def maps_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    backbone = model.get_layer("backbone")
    return np.asarray(keras.Model(backbone.inputs, backbone.get_layer("conv2").output)(images))


def test_exactly_these_tags(logged: Logged) -> None:
    expected = {(tag, step) for tag in (TAG, STATUS) for step in (0, 1, 2)}
    expected |= {("convvis/run/model", 0), ("convvis/probe/occlusion", 0)}
    assert {(record.tag, record.step) for record in records(logged[0])} == expected


def test_the_grids_are_those_of_one_occluded_picture_after_the_other(logged: Logged) -> None:
    run, model, x, y = logged
    record = records(run, TAG)[-1]
    facts = record.manifest.facts
    probability, top_class, activation = (blob(record, number) for number in range(3))
    assert facts["rows"] == [0, 2, 4, 6, 8, 9] and facts["cols"] == [0, 3, 6, 8]
    np.testing.assert_allclose(facts["value"], x.mean((0, 1, 2)), atol=1e-6)
    for place, picture in enumerate(facts["images"]):
        assert facts["labels"][place] == y[picture] and facts["labelled"]
        whole = maps_of(model, x[picture : picture + 1])[0].sum((0, 1))
        assert facts["strongest_map"][place] == whole.argmax()
        for i, top in enumerate(facts["rows"]):
            for j, left in enumerate(facts["cols"]):
                covered = x[picture : picture + 1].copy()
                covered[:, top : top + 3, left : left + 4] = facts["value"]
                scores = keras.ops.convert_to_numpy(keras.ops.softmax(model(covered, training=False)))[0]
                np.testing.assert_allclose(probability[place, i, j], scores[y[picture]], atol=1e-5)
                assert top_class[place, i, j] == scores.argmax()
                np.testing.assert_allclose(
                    activation[place, i, j], maps_of(model, covered)[0, ..., whole.argmax()].sum(), rtol=1e-4
                )


def test_the_map_is_shown_in_the_picture_and_in_its_three_strongest_others(logged: Logged) -> None:
    run, model, x, _ = logged
    record = records(run, TAG)[-1]
    facts = record.manifest.facts
    numbers = dict(zip(COLUMNS, np.moveaxis(blob(record, 3), -1, 0), strict=True))
    peaks = maps_of(model, x).max((1, 2))
    height, width = facts["tile"]
    for place, (picture, number) in enumerate(zip(facts["images"], facts["strongest_map"], strict=True)):
        others = [other for other in np.argsort(-peaks[:, number], kind="stable") if other != picture][:3]
        assert numbers["image"][place].astype(int).tolist() == [picture, *others]
        np.testing.assert_allclose(numbers["value"][place], peaks[[picture, *others], number], rtol=1e-5)
        shown = numbers["image"][place], numbers["row"][place], numbers["col"][place]
        units = np.stack([*shown, np.full(4, number)], axis=1).astype(int)
        for slot, projection in enumerate(deconvnet(model, LAYER, x, units)):
            drawn = blob(record, 4 + place)[:, slot * width : (slot + 1) * width]
            top, left = int(numbers["top"][place, slot]), int(numbers["left"][place, slot])
            cut = np.zeros((height, width, 3))
            rows = slice(max(top, 0), min(top + height, 12))
            cols = slice(max(left, 0), min(left + width, 12))
            cut[rows.start - top : rows.stop - top, cols.start - left : cols.stop - left] = projection[
                rows, cols
            ]
            expected = 255 * (0.5 + cut / (2 * np.abs(projection).max()))
            assert np.abs(drawn - expected).max() < 1.01


def test_pictures_are_spread_over_the_classes() -> None:
    labels = np.array([0] * 90 + [1] * 5 + [2] * 4 + [3])
    chosen = spread_over_classes(labels, 9)
    assert np.bincount(labels[chosen]).tolist() in ([3, 3, 2, 1], [3, 2, 3, 1], [2, 3, 3, 1])
    assert len(set(chosen.tolist())) == 9
    np.testing.assert_array_equal(labels[chosen], np.sort(labels[chosen]))
    np.testing.assert_array_equal(chosen, spread_over_classes(labels, 9))
    classes = [set(labels[spread_over_classes(labels, 2, seed)].tolist()) for seed in range(40)]
    assert set.union(*classes) == {0, 1, 2, 3}, "the first classes must not always win"
    assert spread_over_classes(labels, 200).size == 100


def test_without_labels_the_predicted_class_is_followed(tmp_path: Path) -> None:
    model, (x, _) = small_model(), pictures()
    fit(model, OcclusionMaps(tmp_path, data=x, images=3), epochs=1)
    facts = records(tmp_path / "convvis", TAG)[-1].manifest.facts
    assert not facts["labelled"]
    assert facts["labels"] == np.asarray(model(x[facts["images"]], training=False)).argmax(1).tolist()
    assert facts["labels"] == facts["unoccluded_class"]


def test_rectangular_grey_pictures_and_one_unit(tmp_path: Path) -> None:
    x = np.random.default_rng(0).uniform(0, 1, (10, 12, 20, 1)).astype(np.float32)
    y = np.arange(10) % 2
    model = keras.Sequential(
        [
            keras.Input((12, 20, 1)),
            keras.layers.Conv2D(4, 3, name="conv"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy")
    callback = OcclusionMaps(tmp_path, data=(x, y), images=2, size=4, stride=4, value=0.5)
    model.fit(x, y, verbose=0, callbacks=[callback])
    record = records(tmp_path / "convvis", "convvis/occlusion/conv")[-1]
    facts = record.manifest.facts
    assert (facts["rows"], facts["cols"]) == ([0, 4, 8], [0, 4, 8, 12, 16])
    assert facts["classes"] == 2 and facts["colour"] == [128, 128, 128]
    for place, picture in enumerate(facts["images"]):
        covered = x[picture : picture + 1].copy()
        covered[:, 4:8, 12:16] = 0.5
        second = float(model(covered)[0, 0])
        expected = second if y[picture] else 1 - second
        np.testing.assert_allclose(blob(record, 0)[place, 1, 3], expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:ConvVis could not log:RuntimeWarning")
def test_what_cannot_be_done_is_said_at_every_epoch_and_tried_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, call = [], OcclusionProbe.__call__

    def counted(self: OcclusionProbe, *arguments: Any) -> object:
        calls.append(1)
        return call(self, *arguments)

    monkeypatch.setattr(OcclusionProbe, "__call__", counted)
    x, y = pictures()
    fit(small_model(), OcclusionMaps(tmp_path, data=(x, y), value=[0, 1]), epochs=2)
    reasons = [record.manifest.facts["failures"] for record in records(tmp_path / "convvis", STATUS)]
    assert len(reasons) == 3 and len(calls) == 1
    for (failure,) in reasons:
        assert "Expected value as a finite number or 3 of them" in failure["reason"]
    assert not records(tmp_path / "convvis", "convvis/probe/occlusion")


@pytest.mark.usefixtures("deterministic")
@pytest.mark.parametrize("limit", [0, 5])
def test_out_of_memory_costs_at_most_this_view(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """The batch is halved once; if that does not help, the view is given up by name and training goes on."""
    plain = state_after(small_model())
    step, tried = OccludedModel.step, []

    def tight(self: Any, way: Any, batch: int, *args: Any, **options: Any) -> Any:
        tried.append(batch)
        if batch > limit:
            raise tf.errors.ResourceExhaustedError(None, None, "no more memory")
        return step(self, way, batch, *args, **options)

    monkeypatch.setattr(OccludedModel, "step", tight)
    callback = OcclusionMaps(tmp_path, data=pictures(), images=2, size=4, stride=4, batch_size=9)
    if limit:
        watched = state_after(small_model(), callback)
        assert len(records(tmp_path / "convvis", TAG)) == 4
    else:
        with pytest.warns(RuntimeWarning, match=r"'occlusion'; training goes on.*Out of memory with"):
            watched = state_after(small_model(), callback)
        assert tried == [9, 3] * 2  # either way; three steps of three: four at a time take as many
    for without, with_callback in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(without, with_callback)


def test_nothing_is_compiled_after_the_first_epoch(tmp_path: Path) -> None:
    callback = OcclusionMaps(tmp_path, data=pictures(), images=2)
    counts = []

    def count(epoch: int, logs: object) -> None:
        assert callback._occlude and callback._examples
        search, project = callback._examples._search, callback._examples._project
        counts.append(callback._occlude.trace_count + search.trace_count + project.trace_count)

    fit(small_model(), callback, keras.callbacks.LambdaCallback(on_epoch_end=count), epochs=4)
    assert len(set(counts)) == 1 and counts[0] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": 0}, "images=0"),
        ({"search": 2.5}, "search=2.5"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"scores": "percent"}, "scores='percent'"),
        ({"rule": "cam"}, "rule='cam'"),
        ({"channel_order": "GRB"}, "channel_order='GRB'"),
        ({"layers": ["a", "b"]}, "one layer is watched"),
        ({"layers": "all"}, "one layer is watched"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OcclusionMaps("logs", data=np.zeros((2, 8, 8, 3)), **arguments)
