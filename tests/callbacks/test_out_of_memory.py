"""What top activations do where memory runs out: TensorFlow waits ten seconds each time before it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from tb_convvis.callbacks import FilterImages, TopActivations
from tb_convvis.methods import Deconvnet, TopActivationSearch
from tests.callbacks.helpers import fit, pictures, records, small_model, steps

STATUS = "convvis/run/features"


def counting(calls: list[int]) -> Any:
    def fails(*_: Any) -> Any:
        calls.append(1)
        raise tf.errors.ResourceExhaustedError(None, None, "no more memory")

    return fails


def test_a_search_is_given_up_for_the_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    # The step itself is what runs out of memory, so that halving the batch is seen as well.
    compile_step = TopActivationSearch._compile

    def tight(self: TopActivationSearch, *arguments: Any) -> None:
        compile_step(self, *arguments)
        self._step = counting(calls)

    monkeypatch.setattr(TopActivationSearch, "_compile", tight)
    model = small_model()
    with pytest.warns(RuntimeWarning, match="Out of memory with 8 images at a time, after twice as many"):
        fit(model, TopActivations(tmp_path, data=pictures(16)), FilterImages(tmp_path), epochs=4)
    assert len(calls) == 2
    run = tmp_path / "convvis"
    assert [len(record.manifest.facts["failures"]) for record in records(run, STATUS)] == [1] * 5
    assert steps(run) == [0, 1, 2, 3, 4]
    monkeypatch.undo()
    fit(model, TopActivations(tmp_path, data=pictures(16)), epochs=1)
    assert not records(run, STATUS)[-1].manifest.facts["failures"]


def test_projections_are_given_up_and_activations_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    project = Deconvnet._project

    def tight(self: Deconvnet, data: Any, places: Any) -> Any:
        return counting(calls)() if any(map(len, places.values())) else project(self, data, places)

    monkeypatch.setattr(Deconvnet, "_project", tight)
    with pytest.warns(RuntimeWarning, match="Out of memory while projecting, after steps of half the size"):
        fit(small_model(), TopActivations(tmp_path, data=pictures()), epochs=4)
    assert len(calls) == 2
    run = tmp_path / "convvis"
    assert [len(record.manifest.facts["failures"]) for record in records(run, STATUS)] == [1] * 5
    tops = [record for record in records(run) if record.tag.startswith("convvis/top/")]
    assert len({record.step for record in tops}) == 5
    assert all(record.manifest.facts["refused"] for record in tops)
