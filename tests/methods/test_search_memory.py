"""Where memory runs out, top activations and projections are tried once more in steps of half the size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tb_convvis.methods import Deconvnet, TopActivationSearch
from tb_convvis.methods.full_projector import FullProjector
from tb_convvis.methods.model_images import ModelImages
from tb_convvis.methods.window_projector import WindowProjector
from tests.zoo import ZOO, build

LAYER, UNITS = "conv1", [[number, 2, 2, 0] for number in range(20)]


def no_memory() -> None:
    raise tf.errors.ResourceExhaustedError(None, None, "no more memory")


def limited(monkeypatch: pytest.MonkeyPatch, owner: Any, most: int) -> list[int]:
    """Let steps of more than `most` images run out of memory; return the sizes that were tried."""
    tried: list[int] = []
    take = ModelImages.take

    def noted(self: ModelImages, rows: Any) -> Any:
        tried.append(len(rows))
        if len(rows) > most:
            no_memory()
        return take(self, rows)

    monkeypatch.setattr(owner, "take", noted)
    return tried


def test_a_search_halves_its_batch_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = build("sequential"), ZOO["sequential"].images(20)
    expected = TopActivationSearch(model, [LAYER], k=3)(images)[LAYER]
    search, tried, most = TopActivationSearch(model, [LAYER], k=3, batch_size=8), [], 5
    compiled = TopActivationSearch._compile

    def tight(self: TopActivationSearch, data: Any, size: int) -> None:
        compiled(self, data, size)
        step = self._step

        def bounded(*arguments: Any) -> Any:
            tried.append(size)
            return no_memory() if size > most else step(*arguments)

        self._step = bounded

    monkeypatch.setattr(TopActivationSearch, "_compile", tight)
    for _ in range(2):
        found = search(images)[LAYER]
        for name in ("value", "image", "row", "col", "dead_share"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert tried == [8, *[4] * 10]
    most = 3
    with pytest.raises(MemoryError, match=r"with 4 images at a time, after twice as many.*batch_size"):
        TopActivationSearch(model, [LAYER], k=3, batch_size=8)(images)


@pytest.mark.parametrize("windows", [True, False])
def test_projections_halve_their_steps_once(monkeypatch: pytest.MonkeyPatch, windows: bool) -> None:
    model, images = build("sequential"), ZOO["sequential"].images(20)
    expected = Deconvnet(model, [LAYER], windows=windows)(images, {LAYER: UNITS})[LAYER].canvas()
    project = Deconvnet(model, [LAYER], windows=windows)
    whole = ModelImages(images).default_batch_size() // (1 if windows else 2)
    most, kind = whole // 2, WindowProjector if windows else FullProjector
    tried = limited(monkeypatch, ModelImages, most)
    for _ in range(2):
        np.testing.assert_allclose(project(images, {LAYER: UNITS})[LAYER].canvas(), expected, atol=1e-6)
    assert tried[0] == whole and set(tried[1:]) == {most}
    monkeypatch.undo()
    monkeypatch.setattr(kind, "__call__", lambda *_: no_memory())
    with pytest.raises(MemoryError, match="Out of memory while projecting, after steps of half the size"):
        Deconvnet(model, [LAYER], windows=windows)(images, {LAYER: UNITS})
