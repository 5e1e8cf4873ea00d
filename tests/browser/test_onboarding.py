"""From an empty log directory to a training that is shown, and what the page says on the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tb_convvis import schema
from tests.browser.board import Board
from tests.browser.tab import Open
from tests.logs import LogFile

# What the code on the page takes for granted.
PLACEHOLDERS = """
import keras, numpy as np
keras.utils.set_random_seed(0)
model = keras.Sequential([
    keras.Input((12, 12, 3)),
    keras.layers.Conv2D(4, 3, activation="relu"),
    keras.layers.GlobalAveragePooling2D(),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy")
x, y = np.random.rand(16, 12, 12, 3).astype("float32"), np.arange(16) % 2
x_val, y_val = x[:8], y[:8]
"""


def test_the_code_of_the_empty_page_can_be_copied_and_runs(open_tab: Open, tmp_path: Path) -> None:
    pytest.importorskip("keras")
    (tmp_path / "logs").mkdir()
    board = Board(tmp_path / "logs")
    try:
        board.await_runs(0)
        tab = open_tab(board.url, context={"permissions": ["clipboard-read", "clipboard-write"]})
        copy = tab.find(".snippet button")
        copy.click()
        expect(tab.find(".snippet [role=status]")).to_have_text("Copied")
        code = str(tab.frame.evaluate("navigator.clipboard.readText()"))
        assert code == tab.find(".snippet pre").inner_text()
        # As in a page that is not reached over https or at localhost.
        tab.frame.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        copy.click()
        expect(tab.find(".snippet [role=status]")).to_have_text("Selected: press Ctrl+C")
        assert tab.frame.evaluate("String(getSelection())") == code

        assert "epochs=20" in code
        script = PLACEHOLDERS + code.replace("epochs=20", "epochs=1")
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
        board.await_runs(1, steps=2)
        tab.page.reload()
        tab.await_page()
        assert tab.epoch == "epoch 1 of 1"
        for view in tab.each_view():
            expect(tab.find(".unlogged, .absent, .failed"), view).to_have_count(0)
    finally:
        board.close()


def test_a_training_that_has_only_begun(open_tab: Open, tmp_path: Path) -> None:
    """Its first record is there, nothing for any view: each says so, and how old that is."""
    root = tmp_path / "logs"
    with LogFile(root / "run" / schema.RUN_DIRECTORY) as log:
        log.start()
        log.record("run", "model", 0, {"layers": []}, logged=1)
    board = Board(root)
    try:
        board.await_runs(1, steps=1)
        tab = open_tab(board.url)
        for view in tab.each_view():
            nothing = tab.find(".unlogged")
            expect(nothing.locator("h2"), view).to_contain_text("The chosen runs logged no ")
            expect(nothing, view).to_contain_text("The logs were last read")
            expect(nothing.locator("pre"), view).to_contain_text("ConvVis(")
        with LogFile(root / "run" / schema.RUN_DIRECTORY, number=1) as log:
            for step in range(3):
                log.filters("conv1", step, np.ones((3, 3, 3, 2), np.float32))
        board.await_steps(run=3)
        tab.find("[role=tab]").first.click()
        tab.find(".unlogged button:has-text('Look again')").click()
        expect(tab.find(".filter-grid canvas")).to_have_count(1)
        # `LogFile` writes as in 2023.
        assert tab.find(".freshness span").inner_text() == "last logged on 2023-11-14 · read now"
    finally:
        board.close()


def test_a_lost_server_that_comes_back_is_noticed(board: Board, open_tab: Open) -> None:
    tab = open_tab(board.url)
    shown = tab.pictures()
    tab.page.route("**/data/plugin/convvis/**", lambda route: route.abort())
    tab.find("button[aria-label='read again']").click()
    banner = tab.find(".banner")
    expect(banner).to_contain_text("It is asked again every 5 seconds; what was read stays.")
    assert tab.pictures() == shown
    tab.page.unroute("**/data/plugin/convvis/**")
    expect(banner).to_have_count(0, timeout=10_000)
    assert tab.pictures() == shown
    # The browser itself notes requests that failed.
    tab.errors = [error for error in tab.errors if "ERR_FAILED" not in error]
