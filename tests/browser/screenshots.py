"""Take the pictures of the documents: every view, light and dark, and figures, from the demo's logs.

python -m tests.browser.screenshots logs/demo docs/images
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import tb_convvis
from tests.browser.board import Board
from tests.browser.chromium import find

VIEWS = {
    "first_layer": "p.convvis.view=filters&p.convvis.filter=29",
    "features": "p.convvis.view=features&p.convvis.layer=conv3&p.convvis.map=5",
    "changes": "p.convvis.view=changes&p.convvis.layer=conv3&p.convvis.a=first&p.convvis.map=5",
    "occlusion": "p.convvis.view=occlusion",
    "weights": "p.convvis.view=weights",
    "convergence": "p.convvis.view=convergence&p.convvis.change=projections",
    "layers": "p.convvis.view=layers&p.convvis.layer=conv3",
}
FIGURES: dict[str, dict[str, Any]] = {
    "filters": {},
    "convergence": {},
    "changes": {"run": "stride2", "layer": "conv2", "since": 4},
}
THEMES = ("light", "dark")


def main() -> None:
    logdir, target = Path(sys.argv[1]).absolute(), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    for view, asked in FIGURES.items():
        tb_convvis.figure(logdir, view, **asked).save(target / f"figure_{view}.png")
    chromium = find()  # starts Playwright itself, so not below
    board = Board(logdir).await_runs(2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for theme in THEMES:
            context = browser.new_context(viewport={"width": 1280, "height": 860})
            settings = json.dumps({"theme": theme})
            context.add_init_script(f"localStorage.setItem('_tb_global_settings', '{settings}')")
            for name, state in VIEWS.items():
                page = context.new_page()
                page.goto(f"{board.url}/#convvis&{state}")
                page.frame_locator("iframe").locator(".page").wait_for()
                # Pictures are decoded after the page is there; nothing announces the last of them.
                page.wait_for_timeout(2500)
                page.screenshot(path=target / f"{name}_{theme}.png")
                page.close()
        browser.close()
    board.close()


if __name__ == "__main__":
    main()
