"""Every view on every model of the zoo: logged, or refused with a failure that names the layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.callbacks import ConvVis, OcclusionMaps, TopActivations
from tests.callbacks.helpers import blob, drive, records
from tests.zoo import ZOO, build


def few(callback: ConvVis, shapes: list[tuple[int, ...]]) -> None:
    """Enough to tell what is logged from what is refused: four maps, one picture, few positions."""
    for view in callback.views:
        if isinstance(view, TopActivations):
            view.maps = 4
        if isinstance(view, OcclusionMaps):
            side = max(shape[0] for shape in shapes) // 4
            view.images, view.size, view.stride = 1, side, side


def has_class_scores(model: object) -> bool:
    """Whether a model returns one row of scores, as a classifier does."""
    shapes = [tuple(output.shape) for output in getattr(model, "outputs", None) or []]
    return len(shapes) == 1 and len(shapes[0]) == 2


@pytest.mark.filterwarnings("ignore:ConvVis could not log:RuntimeWarning")
@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * m.slow) for n, m in ZOO.items()])
def test_every_layer_is_logged_or_refused_by_name(tmp_path: Path, name: str) -> None:
    model, images = build(name), ZOO[name].images(6)
    model.stop_training = False
    before = [np.array(weight) for weight in model.weights]
    callback = ConvVis(tmp_path, data=(images, np.arange(6) % 2), budget=None)
    few(callback, [array.shape[1:] for array in tf.nest.flatten(images)])
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
    # Occlusion is of the model as a whole: it needs class scores, which some models of the zoo do not have.
    of_model = {failure["reason"] for failure in failures if not failure["layer"]}
    assert {failure["view"] for failure in failures if not failure["layer"]} <= {"occlusion"}, of_model
    occlusions = [record for record in logged if record.tag.startswith("convvis/occlusion/")]
    assert len(occlusions) == (2 if has_class_scores(model) else 0), of_model
    assert len(of_model) == (0 if has_class_scores(model) else 1), of_model
    for record in occlusions:
        probability, top_class, activation = (blob(record, number) for number in range(3))
        assert np.isfinite(probability).all() and np.isfinite(activation).all()
        assert (top_class >= 0).all() and (top_class < record.manifest.facts["classes"]).all()
    assert {record.tag for record in logged if record.tag.startswith("convvis/filters/")}
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(np.array(weight), old)
