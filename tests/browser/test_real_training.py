"""From model.fit to the drawn filters: nothing in between is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.board import Board
from tests.browser.tab import Tab

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings of two epochs, logged by ConvVis and by Keras's own callback."""
    from tb_convvis.callbacks import ConvVis
    from tests.callbacks.helpers import fit, small_model

    root = tmp_path_factory.mktemp("trained") / "logs"
    for seed, name in enumerate(("one", "two")):
        directory = str(root / name)
        tensorboard = keras.callbacks.TensorBoard(directory, histogram_freq=1)
        fit(small_model(seed), tensorboard, ConvVis(directory, budget=None), epochs=2)
    return root


@pytest.mark.parametrize("fast", ["true", "false"])
def test_fit_is_shown(open_tab: Callable[..., Tab], trained: Path, fast: str) -> None:
    board = Board(trained, f"--load_fast={fast}", tensorflow=fast == "true")
    try:
        board.await_runs(2, steps=3)
        tab = open_tab(board.url, inside=True)
        assert tab.epoch == "epoch 2 of 2"
        newest = tab.pictures()
        assert len(newest) == 2
        expect(tab.find(".toolbar")).to_contain_text("backbone/conv1")
        tab.press(",", ",")
        assert tab.epoch == "epoch 0 of 2, before training"
        assert all(was != now for was, now in zip(newest, tab.pictures(), strict=True))
        tab.find("[role=tab]:has-text('Weights')").click()
        expect(tab.find(".column").first.locator(".ridge")).to_have_count(3)
        expect(tab.find(".column").first).to_contain_text("Logged by ConvVis, 3 epochs.")
        tab.find("[role=tab]:has-text('Layers')").click()
        tab.find(".layer button:has-text('backbone')").click()
        tab.find(".layer button:has-text('conv1')").click()
        expect(tab.find(".layer-facts")).to_contain_text("Receptive field3 \u00d7 3 px")
    finally:
        board.close()
