"""A real TensorBoard application over a log directory, without a socket, on each of its two readers."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tensorboard import default, program
from tensorboard.backend import application
from werkzeug.test import Client, TestResponse

from tb_convvis.loader import ConvVisLoader

ROUTE = "/data/plugin/convvis/"


@dataclass
class Board:
    """A TensorBoard over one log directory."""

    client: Client
    provider: Any
    prefix: str = ""

    def get(self, route: str, headers: dict[str, str] | None = None, **parameters: Any) -> TestResponse:
        query = urlencode(
            {
                k: json.dumps(v) if k == "want" and not isinstance(v, str) else v
                for k, v in parameters.items()
            },
            doseq=True,
        )
        return self.client.get(f"{self.prefix}{ROUTE}{route}?{query}", headers=headers)

    def json(self, route: str, **parameters: Any) -> Any:
        response = self.get(route, **parameters)
        assert response.status_code == 200, response.text
        return response.get_json()

    def parts(self, want: list[Any], **parameters: Any) -> list[tuple[dict[str, Any], bytes]]:
        """The described parts of an answer, each with its bytes."""
        response = self.get("blobs", want=want, **parameters)
        assert response.status_code == 200, response.text
        return unpack(response.data)


def unpack(content: bytes) -> list[tuple[dict[str, Any], bytes]]:
    (length,) = struct.unpack_from("<I", content)
    blobs = content[4 + length :]
    parts = json.loads(content[4 : 4 + length])["parts"]
    assert sum(part["size"] for part in parts) == len(blobs)
    return [(part, blobs[part["offset"] : part["offset"] + part["size"]]) for part in parts]


MakeBoard = Callable[..., Board]


def open_board(logdir: Path, reader: str, *flags: str) -> tuple[Board, Any]:
    """Start TensorBoard as its command line does, up to the WSGI application.

    Args:
        logdir: log directory.
        reader: rust or python.
        flags: further command-line flags.
    """
    # As the installed entry point would: our loader's `fix_flags` runs with all the others.
    loaders = [loader for loader in default.get_static_plugins() if loader is not ConvVisLoader]
    board = program.TensorBoard(plugins=[*loaders, ConvVisLoader])
    fast = "true" if reader == "rust" else "false"
    once = ["--reload_interval=0", "--reload_task=blocking"]
    board.configure(["tensorboard", f"--logdir={logdir}", f"--load_fast={fast}", *once, *flags])
    provider, multiplexer = board._make_data_provider()
    app = application.TensorBoardWSGIApp(
        board.flags, board.plugin_loaders, provider, board.assets_zip_provider, multiplexer
    )
    if reader == "rust":
        _await_load(provider)
    return Board(Client(app), provider, board.flags.path_prefix), board._ingester


def _await_load(provider: Any) -> None:
    """The data server loads while it answers: wait until what it lists no longer changes."""
    from tensorboard.context import RequestContext

    known, deadline = None, time.monotonic() + 20
    while time.monotonic() < deadline:
        runs = [
            sorted(run.run_name for run in provider.list_runs(RequestContext(), experiment_id="")),
            {
                (run, tag, series.max_step, series.max_wall_time)
                for listing in (provider.list_blob_sequences, provider.list_tensors)
                for plugin in ("convvis", "histograms")
                for run, tags in listing(RequestContext(), experiment_id="", plugin_name=plugin).items()
                for tag, series in tags.items()
            },
        ]
        if runs == known:
            return
        known = runs
        time.sleep(0.15)
    raise TimeoutError("the data server did not come to rest")


@pytest.fixture(params=["rust", "python"])
def reader(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make_board(reader: str) -> Iterator[MakeBoard]:
    """Opens boards on the reader under test, and ends their data servers."""
    ingesters = []

    def make(logdir: Path, *flags: str) -> Board:
        board, ingester = open_board(logdir, reader, *flags)
        ingesters.append(ingester)
        return board

    yield make
    for ingester in ingesters:
        close_ingester(ingester)


def close_ingester(ingester: Any) -> None:
    """End a data server: it dies when its standard input closes."""
    stdin = getattr(ingester, "_stdin_handle", None)
    if stdin is not None:
        stdin.close()
