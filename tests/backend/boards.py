"""A real TensorBoard application over a log directory, without a socket, on either of its readers."""

from __future__ import annotations

import json
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tensorboard import default, program
from tensorboard.backend import application
from tensorboard.context import RequestContext
from werkzeug.test import Client, TestResponse

from tb_convvis.loader import ConvVisLoader
from tests.logs import END_PLUGIN

ROUTE = "/data/plugin/convvis/"


class Board:
    """TensorBoard over one log directory, started as its command line does up to the WSGI application.

    Args:
        logdir: log directory, written with `tests.logs`.
        reader: rust or python.
        flags: further command-line flags.
        ends: how many files to wait for until they are read to their ends; by default all there are.
    """

    def __init__(self, logdir: Path, reader: str, *flags: str, ends: int | None = None) -> None:
        # With the package installed TensorBoard finds our loader itself; without it, it is added here.
        loaders = [loader for loader in default.get_plugins() if loader is not ConvVisLoader]
        board = program.TensorBoard(plugins=[*loaders, ConvVisLoader])
        fast = "true" if reader == "rust" else "false"
        once = ["--reload_interval=0", "--reload_task=blocking"]
        board.configure(["tensorboard", f"--logdir={logdir}", f"--load_fast={fast}", *once, *flags])
        self.provider, multiplexer = board._make_data_provider()
        self.prefix: str = board.flags.path_prefix
        self.reader = reader
        self.client = Client(
            application.TensorBoardWSGIApp(
                board.flags, board.plugin_loaders, self.provider, board.assets_zip_provider, multiplexer
            )
        )
        self._ingester = board._ingester
        files = sum(1 for _ in logdir.rglob("events.out.tfevents.*.test.*")) if ends is None else ends
        if files:
            self._await_end_of(files)

    def close(self) -> None:
        """End the data server, which dies when its standard input closes."""
        if self.reader == "rust":
            self._ingester._stdin_handle.close()

    def open(self, route: str, method: str = "GET", headers: dict[str, str] | None = None) -> TestResponse:
        return self.client.open(f"{self.prefix}{ROUTE}{route}", method=method, headers=headers)

    def get(self, route: str, **parameters: Any) -> TestResponse:
        """GET a route; a `want` that is not text is sent as JSON."""
        if not isinstance(parameters.get("want", ""), str):
            parameters["want"] = json.dumps(parameters["want"])
        return self.open(f"{route}?{urlencode(parameters, doseq=True)}")

    def json(self, route: str, **parameters: Any) -> Any:
        response = self.get(route, **parameters)
        assert response.status_code == 200, response.text
        return response.get_json()

    def tags(self, run: str) -> dict[str, Any]:
        """The index of one run, by tag."""
        (found,) = self.json("index", run=run)["runs"]
        return {tag["tag"]: tag for tag in found["tags"]}

    def parts(self, want: list[Any]) -> list[tuple[dict[str, Any], bytes]]:
        """The described parts of an answer, each with its bytes."""
        response = self.get("blobs", want=want)
        assert response.status_code == 200, response.text
        return unpack(response.data)

    def _await_end_of(self, files: int) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            # The Python reader cannot list a tag between its metadata and its data.
            with suppress(KeyError):
                ends = self.provider.list_tensors(RequestContext(), experiment_id="", plugin_name=END_PLUGIN)
                if sum(len(tags) for tags in ends.values()) == files:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"TensorBoard did not read {files} files to their ends")


def unpack(content: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """The container of `blobs`, read as docs/http_api.md says."""
    (length,) = struct.unpack_from("<I", content)
    blobs = content[4 + length :]
    parts = json.loads(content[4 : 4 + length])["parts"]
    assert sum(part["size"] for part in parts) == len(blobs)
    return [(part, blobs[part["offset"] : part["offset"] + part["size"]]) for part in parts]


def is_error_in_words(response: TestResponse, word: str) -> None:
    """Assert that an answer says in plain words what is wrong."""
    assert response.mimetype == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert word in response.text
