"""Which pictures are occluded, of which classes, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import OcclusionMaps, TopActivations
from tb_convvis.callbacks.occluded_pictures import OccludedPictures
from tb_convvis.callbacks.probe import Probe, draw_probe
from tests.callbacks.helpers import drive, fit, pictures, records, small_model
from tests.callbacks.test_occlusion_maps import STATUS, TAG

SKEWED = np.array([0] * 1980 + [1] * 20)
DRAWS = 200


def numbered(labels: Any) -> tuple[np.ndarray, Any]:
    """Pictures of one pixel whose value is their number."""
    return np.arange(len(labels), dtype=np.float32).reshape(-1, 1, 1, 1), labels


def batches(labels: Any, size: int = 32) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(numbered(labels)).batch(size)


class Batches(keras.utils.PyDataset):
    def __init__(self, labels: Any) -> None:
        super().__init__()
        self.data = numbered(labels)

    def __len__(self) -> int:
        return len(self.data[1]) // 20

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = self.data
        return x[index * 20 : index * 20 + 20], y[index * 20 : index * 20 + 20]


@pytest.mark.parametrize("make", [numbered, Batches], ids=["arrays", "pydataset"])
def test_a_rare_class_is_among_the_chosen_whatever_the_seed(make: Any) -> None:
    for seed in range(20):
        mixed = np.random.default_rng(1).permutation(SKEWED)
        probe = draw_probe(make(mixed), 100, seed, spread=True)
        labels = probe.labels
        assert labels is not None
        np.testing.assert_array_equal(labels, mixed[probe.images.ravel().astype(int)])
        assert len(np.unique(probe.images)) == 100
        met = mixed if make is numbered else labels
        assert (labels == 1).sum() >= (20 if make is numbered else 5)
        chosen = OccludedPictures.choose(probe, 8, 2, seed)
        assert np.bincount(labels[chosen.numbers]).tolist() == [4, 4] and len(np.unique(met)) == 2
        assert not chosen.notes


def test_a_balanced_draw_while_reading_is_even_within_a_class() -> None:
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [400, 60, 40]))
    draws = [
        draw_probe(batches(labels), 50, seed, spread=True).images.ravel().astype(int) for seed in range(DRAWS)
    ]
    counts = np.bincount(np.concatenate(draws).astype(int), minlength=len(labels))
    for kind in range(3):
        share = counts[labels == kind] / DRAWS
        expected = share.mean()
        assert expected == pytest.approx(50 / 3 / (labels == kind).sum(), rel=0.15)
        # Standard deviation of a share of so many draws: five of these.
        assert np.abs(share - expected).max() < 5 * np.sqrt(expected * (1 - expected) / DRAWS)


def test_more_pictures_are_not_read_for_the_sake_of_the_classes() -> None:
    read: list[int] = []

    class Many(keras.utils.PyDataset):
        """A tf.data.Dataset reads ahead in threads of its own: nobody can count what is asked of it."""

        def __len__(self) -> int:
            return 1000

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            read.append(index)
            return np.zeros((8, 4, 4, 3), np.float32), np.zeros(8, np.int32)

    probe = draw_probe(Many(), 10, spread=True)
    assert probe.count == 10 and probe.drawn_from == 104
    assert len(read) == 13


def test_classes_that_were_not_met_are_said(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=(40, 12, 12, 3)).astype(np.float32)
    data = tf.data.Dataset.from_tensor_slices((x, np.repeat([0, 1, 2], [20, 18, 2]))).batch(4)
    fit(small_model(), OcclusionMaps(tmp_path, data=data, images=3, search=3), epochs=1)
    (facts,) = {str(record.manifest.facts["notes"]) for record in records(tmp_path / "convvis", STATUS)}
    assert "the pictures are of 2 of 3 classes: the 32 pictures that were looked at are of no other." in facts


def test_the_draw_for_features_is_as_even_as_ever() -> None:
    """Of 2000 pictures of which 20 are of the second class, 100 hold one on average."""
    rare = [np.sum(draw_probe(numbered(SKEWED), 100, seed).labels == np.int64(1)) for seed in range(100)]
    assert 0.5 < np.mean(rare) < 1.5


@pytest.mark.parametrize("odd", [-1, 3, 255])
def test_a_label_that_is_no_class_costs_only_its_picture(tmp_path: Path, odd: int) -> None:
    x, y = pictures()
    y = np.where(np.arange(24) == 3, odd, y)
    drive(OcclusionMaps(tmp_path, data=(x, y), images=24), small_model(), epochs=1)
    run = tmp_path / "convvis"
    facts = records(run, TAG)[-1].manifest.facts
    assert sorted(facts["images"]) == [number for number in range(24) if number != 3]
    assert facts["labels"] == y[facts["images"]].tolist() and facts["labelled"]
    for record in records(run, STATUS):
        assert (
            f"1 of 24 pictures have a label that is no class of 3 ({odd})"
            in record.manifest.facts["notes"][0]
        )


def test_labels_that_are_no_class_at_all_are_not_followed(tmp_path: Path) -> None:
    x, y = pictures()
    model = small_model()
    fit(model, OcclusionMaps(tmp_path, data=(x, y + 10)), epochs=1)
    facts = records(tmp_path / "convvis", TAG)[-1].manifest.facts
    predicted = np.asarray(model(x[facts["images"]], training=False)).argmax(1)
    assert not facts["labelled"] and facts["labels"] == predicted.tolist()
    (note,) = records(tmp_path / "convvis", STATUS)[-1].manifest.facts["notes"]
    assert "the predicted classes are followed" in note and "(10, 11, 12)" in note


def smooth(labels: np.ndarray) -> np.ndarray:
    return np.asarray(np.eye(3)[labels] * 0.9 + 0.1 / 3, np.float32)


def several(labels: np.ndarray) -> np.ndarray:
    return np.stack([labels == 0, labels < 2, np.ones(len(labels))], 1).astype(np.float32)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize(
    ("form", "labelled", "note"),
    [
        (np.ndarray.tolist, True, None),
        (lambda y: np.eye(3)[y], True, None),
        (smooth, True, "the largest share is followed"),
        (several, False, "not one class per picture: the predicted classes are followed"),
        (lambda y: y.astype(str), False, "not one class per picture"),
    ],
    ids=["list", "one-hot", "smoothed", "multi-hot", "words"],
)
def test_labels_of_every_form(
    tmp_path: Path, form: Any, labelled: bool, note: str | None, batched: bool
) -> None:
    x, y = pictures()
    data: Any = (x, form(y))
    if batched:
        data = tf.data.Dataset.from_tensor_slices(data).batch(5)
    drive(OcclusionMaps(tmp_path, data=data, images=6), small_model(), epochs=1)
    facts = records(tmp_path / "convvis", TAG)[-1].manifest.facts
    assert facts["labelled"] is labelled
    if labelled:
        drawn = records(tmp_path / "convvis", "convvis/probe/occlusion")[0].manifest.facts["labels"]
        assert sorted(drawn) == sorted(y.tolist())
        assert facts["labels"] == [drawn[number] for number in facts["images"]]
    notes = records(tmp_path / "convvis", STATUS)[-1].manifest.facts["notes"]
    assert len(notes) == (note is not None) and (note is None or note in notes[0])


@pytest.mark.parametrize("callback", [OcclusionMaps, TopActivations])
def test_pictures_of_several_sizes_are_refused_by_name(tmp_path: Path, callback: Any) -> None:
    def sizes() -> Iterator[np.ndarray]:
        for number in range(9):
            yield np.zeros((10 + number % 3, 12, 3), np.float32)

    data = tf.data.Dataset.from_generator(sizes, output_signature=tf.TensorSpec((None, None, 3))).batch(1)
    with pytest.warns(RuntimeWarning, match="sizes. Received: 10 x 12 x 3, 11 x 12 x 3.*Expected one size"):
        fit(small_model(), callback(tmp_path, data=data), epochs=1)


def test_large_pictures_are_searched_in_smaller_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tb_convvis.callbacks.occlusion_maps.MOST_VALUES", 10 * 12 * 12 * 3 + 5)
    x, y = pictures()
    run = tmp_path / "convvis"
    fit(small_model(), OcclusionMaps(tmp_path, data=(x, y), images=4), epochs=1)
    assert records(run, "convvis/probe/occlusion")[0].manifest.facts["count"] == 10
    (note,) = records(run, STATUS)[-1].manifest.facts["notes"]
    assert note.startswith("10 of 24 pictures are searched")
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(5)
    probe = draw_probe(data, 20, spread=True, room=(12 * 12 * 3, 7))
    assert probe.count == 7, "those to be occluded are drawn all the same"


def test_probe_without_labels_gives_any() -> None:
    probe = Probe(np.zeros((30, 4, 4, 3)), None, drawn_from=30, form="none")
    chosen = OccludedPictures.choose(probe, 8, 10, seed=0)
    assert len(set(chosen.numbers.tolist())) == 8 and chosen.labels is None and not chosen.notes
