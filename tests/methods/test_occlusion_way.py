"""Which of the two ways of occlusion is taken."""

from __future__ import annotations

from typing import Any

import pytest
import tensorflow as tf

from tb_convvis.methods import OcclusionProbe
from tb_convvis.methods.occluded_model import OccludedModel
from tb_convvis.methods.occluder_steps import OccluderSteps
from tests.methods.test_occlusion import assert_same, classifier
from tests.zoo import ZOO


def test_takes_the_faster_way_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = classifier("fused_relu"), ZOO["fused_relu"].images(1)
    expected = OcclusionProbe(model, size=2, stride=2, way="plain")(images)
    time = OccluderSteps.time
    for faster in ("incremental", "plain"):

        def timed(self: Any, way: Any, job: Any, faster: str = faster) -> Any:
            return (0.001 if way == faster else 0.002), time(self, way, job)[1]

        monkeypatch.setattr(OccluderSteps, "time", timed)
        found = OcclusionProbe(model, size=2, stride=2)(images)
        assert found.way == faster
        assert found.reason.startswith("measured: ")
        assert_same(found, expected)
    found = OcclusionProbe(classifier("dilated"), size=9)(ZOO["dilated"].images(1))
    assert (found.way, found.reason.split(" %")[0]) == (
        "plain",
        "windows would save 0% of the multiplications",
    )


ERRORS = [
    tf.errors.UnimplementedError(None, None, "no grouped convolutions"),
    tf.errors.InternalError(None, None, "no grouped convolutions"),
    tf.errors.ResourceExhaustedError(None, None, "no more memory"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_where_windows_fail_the_whole_model_is_computed(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    model, images = classifier("fused_relu"), ZOO["fused_relu"].images(2)
    expected = OcclusionProbe(model, size=2, stride=2, way="plain")(images)
    step, batches = OccludedModel.step, []

    def failing(self: Any, way: Any, batch: int, *args: Any, **options: Any) -> Any:
        if way == "incremental":
            raise error
        batches.append(batch)
        return step(self, way, batch, *args, **options)

    monkeypatch.setattr(OccludedModel, "step", failing)
    found = OcclusionProbe(model, size=2, stride=2)(images)
    assert found.way == "plain"
    assert found.reason.startswith("windows cannot be computed: ")
    assert any(words in found.reason for words in ("no grouped", "Out of memory"))
    assert_same(found, expected)
    assert set(batches) == {found.grid.count}, "what windows could not hold says nothing about the other way"


def test_where_the_whole_model_does_not_fit_windows_are_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = classifier("fused_relu"), ZOO["fused_relu"].images(2)
    expected = OcclusionProbe(model, size=2, stride=2, way="plain")(images)
    step = OccludedModel.step

    def tight(self: Any, way: Any, *args: Any, **options: Any) -> Any:
        if way == "plain":
            raise tf.errors.ResourceExhaustedError(None, None, "no more memory")
        return step(self, way, *args, **options)

    monkeypatch.setattr(OccludedModel, "step", tight)
    found = OcclusionProbe(model, size=2, stride=2)(images)
    assert found.way == "incremental"
    assert "Out of memory" in found.reason
    assert_same(found, expected)


@pytest.mark.parametrize(
    ("reduced", "off", "taken"), [(False, 1e-3, False), (True, 1e-3, True), (True, 0.05, False)]
)
def test_ways_may_differ_by_the_rounding_of_the_device(
    monkeypatch: pytest.MonkeyPatch, reduced: bool, off: float, taken: bool
) -> None:
    model, images = classifier("fused_relu"), ZOO["fused_relu"].images(1)
    step = OccludedModel.step

    def rounded(self: Any, way: Any, *args: Any, **options: Any) -> Any:
        probability, top, activation = step(self, way, *args, **options)
        return [probability + off * (way == "incremental"), top, activation]

    monkeypatch.setattr(OccludedModel, "step", rounded)
    monkeypatch.setattr("tb_convvis.methods.occlusion_way._reduced_precision", lambda: reduced)
    found = OcclusionProbe(model, size=2, stride=2)(images)
    assert (found.reason == "windows gave other values") is not taken
    assert ("TensorFloat-32" in found.reason) is taken
