"""What axe finds in every view, in both themes and at two sizes of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from build_frontend import FRONTEND
from tests.browser.board import Board
from tests.browser.complete_logs import write_complete
from tests.browser.tab import Tab

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
SIZES = ((1280, 800), (900, 736))
GRAVE = ("serious", "critical")
RUN = """async ([within, grave]) => (await axe.run(within, {resultTypes: ['violations']})).violations
    .filter(({impact}) => grave.includes(impact))
    .flatMap(({id, nodes}) => nodes.map(({html, target}) => `${id}: ${target} ${html.slice(0, 200)}`))"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """Two trainings, of which one is so long that its strips of pictures scroll."""
    root = tmp_path_factory.mktemp("accessible") / "logs"
    write_complete(root / "long", epochs=24)
    write_complete(root / "short")
    started = Board(root)
    started.await_runs(2).await_steps(long=25, short=4)
    yield started
    started.close()


class _Checked:
    """A page with axe inside."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.found: set[str] = set()
        self.checked: list[str] = []
        # As the console would, so that the page's content security policy stays as it is.
        tab.page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(self, view: str, within: str) -> None:
        self.checked.append(f"{view} {within}")
        for width, height in SIZES:
            self.tab.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                self.tab.page.emulate_media(color_scheme=scheme)
                found = self.tab.page.evaluate(RUN, [within, GRAVE])
                self.found.update(f"{view}, {scheme}, {width}: {one}" for one in found)


def test_axe_finds_nothing_serious_in_any_view(board: Board, open_tab: Callable[..., Tab]) -> None:
    tab = open_tab(board.url, strip="all")
    page = _Checked(tab)
    for view in tab.each_view():
        page.check(view, "html")
        if (more := tab.find("details.more summary")).count():
            more.click()
            page.check(view, ".more")
            tab.page.keyboard.press("Escape")
        if (enlarges := tab.find("[role=gridcell], .change").first).count():
            enlarges.click()
            tab.settle()
            page.check(view, ".enlarged")
        tab.find("button[aria-label=export]").click()
        tab.settle()
        page.check(view, ".export")
        tab.page.keyboard.press("Escape")
        tab.find(".help-button").click()
        page.check(view, ".help")
        tab.page.keyboard.press("Escape")
        tab.page.keyboard.press("Escape")
    assert sorted(page.found) == []
    views = tab.find("[role=tab]").count()
    assert sum(" .export" in one for one in page.checked) == views
    assert sum(" .enlarged" in one for one in page.checked) >= 3
