"""The memory that occlusion sensitivity takes, and what it does where there is too little."""

from __future__ import annotations

import weakref
from typing import Any

import pytest
import tensorflow as tf

from tb_convvis.methods import OcclusionProbe, occlusion_sensitivity
from tb_convvis.methods.occluded_model import OccludedModel, Unoccluded, Way
from tests.methods.test_occlusion import WAYS, assert_same, classifier
from tests.methods.test_zoo import _resident_mib
from tests.zoo import ZOO, build


def test_memory_is_bounded_by_a_batch_whatever_the_stride(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest tensor of a step stays below the limit; nothing is made for all positions at once."""
    limit = 20_000
    monkeypatch.setattr("tb_convvis.methods.occluded_model.FLOATS_PER_STEP", limit)
    model, images = build("nested"), ZOO["nested"].images(1)
    sizes: dict[str, set[int]] = {"plain": set(), "incremental": set()}
    step = OccludedModel.step

    def noted(self: Any, way: Way, batch: int, *args: Any, **options: Any) -> Any:
        sizes[way].add(batch)
        return step(self, way, batch, *args, **options)

    monkeypatch.setattr(OccludedModel, "step", noted)
    for stride in (1, 4):
        for way in WAYS:
            OcclusionProbe(model, size=4, stride=stride, way=way)(images)
    largest = 16 * 16 * 6  # floats of the first convolution's maps
    assert max(sizes["plain"]) == limit // largest
    assert max(sizes["incremental"]) > max(sizes["plain"])


def test_memory_stays_flat() -> None:
    model, images = build("sequential"), ZOO["sequential"].images(4)
    probe = OcclusionProbe(model, size=4, stride=2)
    for _ in range(20):
        probe(images)
    before = _resident_mib()
    for _ in range(100):
        probe(images)
    assert _resident_mib() - before < 8


def test_out_of_memory_halves_the_batch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = build("sequential"), ZOO["sequential"].images(2)
    expected = OcclusionProbe(model, size=4, stride=4, way="plain")(images)
    step, limit, tried = OccludedModel.step, 5, []

    def tight(self: Any, way: Any, batch: int, *args: Any, **options: Any) -> Any:
        tried.append(batch)
        if batch > limit:
            raise tf.errors.ResourceExhaustedError(None, None, "no more memory")
        return step(self, way, batch, *args, **options)

    monkeypatch.setattr(OccludedModel, "step", tight)
    found = OcclusionProbe(model, size=4, stride=4, way="plain", batch_size=8)(images)
    assert tried == [8, *[4] * 8]
    assert_same(found, expected)
    limit = 1
    with pytest.raises(MemoryError, match=r"Out of memory with 4 positions.*after twice as many.*batch_size"):
        OcclusionProbe(model, size=4, stride=4, way="plain", batch_size=8)(images)


@pytest.mark.parametrize("limits", [{"plain": 20, "incremental": 50}, {"plain": 50, "incremental": 20}])
def test_each_way_has_a_batch_of_its_own(monkeypatch: pytest.MonkeyPatch, limits: dict[str, int]) -> None:
    """A batch halved in windows neither raises nor lowers that of the whole model."""
    model, images = classifier("fused_relu"), ZOO["fused_relu"].images(1)
    expected = OcclusionProbe(model, size=2, stride=1, way="plain")(images)
    step, largest = OccludedModel.step, {"plain": 39, "incremental": 75}
    tried: dict[str, list[int]] = {"plain": [], "incremental": []}

    def tight(self: Any, way: Any, batch: int, *args: Any, **options: Any) -> Any:
        tried[way].append(batch)
        if batch > limits[way]:
            raise tf.errors.ResourceExhaustedError(None, None, "no more memory")
        return step(self, way, batch, *args, **options)

    monkeypatch.setattr(OccludedModel, "most_positions", lambda _, way: largest[way])
    monkeypatch.setattr(OccludedModel, "step", tight)
    found = OcclusionProbe(model, size=2, stride=1)(images)
    assert found.grid.count == 225
    assert_same(found, expected)
    for way, batches in tried.items():
        fits = largest[way] if largest[way] <= limits[way] else largest[way] // 2
        expected_batch = -(-225 // -(-225 // fits)) if fits <= limits[way] else None
        assert batches[0] == -(-225 // -(-225 // largest[way]))
        assert expected_batch is None or set(batches[1:]) == {expected_batch}
        assert all(batch <= largest[way] for batch in batches)


def test_an_image_that_does_not_fit_is_a_memory_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def tight(*_: Any) -> Unoccluded:
        raise tf.errors.ResourceExhaustedError(None, None, "no more memory")

    monkeypatch.setattr(OccludedModel, "unoccluded", tight)
    with pytest.raises(MemoryError, match="Out of memory with one whole image"):
        occlusion_sensitivity(build("sequential"), ZOO["sequential"].images(1))


@pytest.mark.parametrize("way", WAYS)
def test_device_memory_does_not_grow_with_the_number_of_images(
    monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    unoccluded = OccludedModel.unoccluded
    alive: list[Any] = []
    most: list[int] = []

    def noted(self: Any, arrays: Any) -> Unoccluded:
        seen = unoccluded(self, arrays)
        alive.extend(weakref.ref(tensor) for tensor in seen.base)
        most.append(sum(reference() is not None for reference in alive))
        return seen

    monkeypatch.setattr(OccludedModel, "unoccluded", noted)
    model, images = classifier("residual_batch_norm"), ZOO["residual_batch_norm"].images(6)
    OcclusionProbe(model, size=5, stride=5, way=way)(images)
    assert (most[0] > 0) is (way == "incremental"), "only windows read of the whole image"
    assert most == [most[0]] * 6
