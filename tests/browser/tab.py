"""The page as a user has it before them: inside TensorBoard, or by itself, which is quicker to open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, ConsoleMessage, Frame, Locator, Page

RGB = tuple[int, int, int]


class Tab:
    """An open page.

    Args:
        browser: of Playwright.
        url: TensorBoard's address.
        inside: whether to open all of TensorBoard, or the plugin's frame alone.
        size: of the window, in pixels.
        scripts: JavaScript that runs before the page's own.
        context: more of Playwright's options for a browser context.
        state: the page's state, as in its address.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        inside: bool = False,
        size: tuple[int, int] = (1280, 800),
        *,
        scripts: tuple[str, ...] = (),
        context: Mapping[str, Any] | None = None,
        **state: str,
    ) -> None:
        self._context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **(context or {}))
        self.page: Page = self._context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        for script in scripts:
            self.page.add_init_script(script)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        hashed = "".join(f"&p.convvis.{key}={quote(value, safe='')}" for key, value in state.items())
        where = "/" if inside else "/data/plugin_entry.html?name=convvis"
        self.page.goto(f"{url}{where}#convvis{hashed}")
        self.inside = inside
        self.await_page()

    def _hear(self, said: ConsoleMessage) -> None:
        # Files of TensorBoard's own may be missing: its fonts under a path prefix, the frame's icon.
        where = said.location["url"]
        missing = "404" in said.text and "/data/plugin/convvis/" not in where
        if said.type == "error" and not missing:
            self.errors.append(f"{said.text} {where}")

    def _note(self, url: str) -> None:
        if "/data/plugin/convvis/" in url and "/static/" not in url:
            self.requests.append(url)

    def await_page(self) -> None:
        """Wait until the page has something to show, and has stopped fetching it."""
        if self.inside:
            self.page.frame_locator("iframe").locator(".page, .empty").wait_for()
        else:
            self.page.locator(".page, .empty").wait_for()
        self.settle()

    def settle(self) -> None:
        self.frame.wait_for_function("!document.querySelector('.skeleton')")
        self.page.wait_for_load_state("networkidle")

    @property
    def frame(self) -> Frame:
        if not self.inside:
            return self.page.main_frame
        return next(frame for frame in self.page.frames if "plugin_entry" in frame.url)

    def find(self, selector: str) -> Locator:
        return self.frame.locator(selector)

    def column(self, title: str) -> Locator:
        """A run's column."""
        return self.find(f".column[aria-label='{title}']")

    @property
    def epoch(self) -> str:
        return str(self.find(".timeline input[type=range]").get_attribute("aria-valuetext"))

    def each_view(self) -> Iterator[str]:
        """Open every view there is, one after the other; yields its title."""
        for title in self.find("[role=tab]").all_inner_texts():
            self.find("[role=tab]").get_by_text(title, exact=True).click()
            self.settle()
            yield title

    def press(self, *keys: str) -> None:
        self.find("#convvis").click(position={"x": 4, "y": 4})
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def pictures(self) -> list[str]:
        """What is drawn in each run's grid of filters."""
        found: list[str] = self.frame.evaluate(
            "[...document.querySelectorAll('.filter-grid canvas')].map(canvas => canvas.toDataURL())"
        )
        return found

    def weight(self, run: int, filter_: int, row: int, column: int) -> RGB:
        """Colour in which a weight of a 3x3 kernel is drawn: its middle pixel, read back from the canvas."""
        red, green, blue = self.frame.evaluate(
            """([run, filter, row, column]) => {
                const grid = document.querySelectorAll('.filter-grid')[run];
                const cell = grid.querySelector(`[data-cell="${filter}"]`);
                const canvas = grid.querySelector('canvas');
                const dpr = canvas.width / canvas.getBoundingClientRect().width;
                const [left, top] = [cell.offsetLeft * dpr, cell.offsetTop * dpr];
                const size = cell.offsetWidth * dpr / 3;
                const at = place => Math.floor((place + 0.5) * size);
                return [...canvas.getContext('2d').getImageData(left + at(column), top + at(row), 1, 1).data];
            }""",
            [run, filter_, row, column],
        )[:3]
        return red, green, blue

    def close(self) -> None:
        self._context.close()


Open = Callable[..., Tab]
"""How tests open a page: with a TensorBoard's address, and what `Tab` takes."""
