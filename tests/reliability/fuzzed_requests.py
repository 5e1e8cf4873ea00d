"""Generated requests to every route on both readers: data or one sentence, never a server error."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tensorboard.plugins import base_plugin

from tb_convvis.plugin import ConvVisPlugin
from tests.backend.boards import Board
from tests.backend.test_hostile_requests import names, texts, values
from tests.changes import write_scalars
from tests.logs import write_run
from tests.reliability.figure import Figure

READERS = ("rust", "python")
REQUESTS = 10_000
SHORT_REQUESTS = 80
MAX_SECONDS = 1.0
ATTEMPTS = 3
"""A request that is slow is slow again; one that waited for a busy machine is not."""

ANSWERS = {"runs": "json", "index": "json", "histograms": "json", "scalars": "json", "blobs": "octet-stream"}
"""By route the type of an answer that is data; of whatever else it is text."""

NAMES = ("want", "run", "offset", "limit", "v", "tag", "")
METHODS = (*["GET"] * 16, "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "X" * 300)
HEADERS = ("Sec-Fetch-Site", "Accept-Encoding", "Host", "Range", "If-None-Match", "Cookie", "X-Forwarded-For")
CASES = ("cross-site", "same-origin", "gzip", "gzip;q=nan", "bytes=0-0", "*", "", "x" * 9000, "\xff", "a:b:c")

parameter = st.one_of(
    st.tuples(st.just("want"), texts.map(lambda text: quote(text, errors="replace"))),
    st.tuples(st.just("run"), names.map(lambda name: quote(str(name), errors="replace"))),
    st.tuples(st.sampled_from(NAMES), values.map(lambda value: quote(json.dumps(value)))),
    st.tuples(st.sampled_from(NAMES), st.binary(max_size=40).map(quote)),
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(["1" * 5000, "%", "%zz", "%00", "+", "&&=", "[" * 4000])
    ),
)
GOOD = [
    "offset=0&limit=3",
    "run=sgd/convvis",
    "run=sgd/convvis&run=nowhere",
    *(
        f"want={quote(json.dumps(want))}"
        for want in (
            [["sgd/convvis", "convvis/filters/conv1", [], []]],
            [["sgd/convvis", "convvis/filters/conv1", [3, 7], [0, 1, 9]], ["", "", [], []]],
            [["sgd/convvis", "convvis/weights/conv1/kernel"], ["sgd/train", "conv1/kernel/histogram"]],
            [["sgd/train", "epoch_loss"]],
        )
    ),
]
queries = st.sampled_from(GOOD) | st.lists(parameter, max_size=20).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
headers = st.dictionaries(st.sampled_from(HEADERS), st.sampled_from(CASES), max_size=3)


def figures(short: bool) -> Iterator[Figure]:
    """A figure for each route and reader."""
    count = SHORT_REQUESTS if short else REQUESTS
    with tempfile.TemporaryDirectory() as directory:
        logs = Path(directory)
        write_run(logs / "sgd", range(20))
        write_scalars(logs / "sgd" / "train", {"epoch_loss": [1.0, 0.6, 0.4]})
        for reader in READERS:
            board = Board(logs, reader)
            try:
                for route in routes():
                    yield _figure(board, route, count, timed=not short)
            finally:
                board.close()


def routes() -> list[str]:
    """Every route of the plugin, and an address that is none; of the static files one."""
    paths = ConvVisPlugin(base_plugin.TBContext()).get_plugin_apps()
    found = [path.strip("/") for path in paths if path != "/*" and not path.startswith("/static/")]
    return [*found, "static/index.js", "nowhere"]


def _figure(board: Board, route: str, count: int, timed: bool) -> Figure:
    outcome = Outcome(board, route)
    _fuzz(count, outcome.ask)
    slow = timed and outcome.slowest > MAX_SECONDS
    measured = [
        f"{outcome.answered:,} answered with data",
        f"{outcome.server_errors} server errors",
        *([f"the slowest {outcome.slowest:.2f} s"] if timed else []),
        f"{len(outcome.faults)} faults",
        *outcome.faults[:5],
    ]
    return Figure(
        f"{outcome.asked:,} generated requests to {route}, {board.reader}",
        "0 server errors"
        + (f", none over {MAX_SECONDS:g} s" if timed else "")
        + ", nosniff and constant types",
        "; ".join(measured),
        not (outcome.faults or outcome.server_errors or slow) and outcome.asked >= count,
    )


def _fuzz(count: int, ask: Callable[[str, str, dict[str, str]], None]) -> None:
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(query=queries, method=st.sampled_from(METHODS), headers=headers)
    def run(query: str, method: str, headers: dict[str, str]) -> None:
        ask(query, method, headers)

    run()


class Outcome:
    """What came of the requests to one route."""

    def __init__(self, board: Board, route: str) -> None:
        self._board = board
        self._route = route
        self.asked = 0
        self.answered = 0
        self.server_errors = 0
        self.slowest = 0.0
        self.faults: list[str] = []

    def ask(self, query: str, method: str, headers: dict[str, str]) -> None:
        """Make a request and look at the answer."""
        for _ in range(ATTEMPTS):
            began = time.perf_counter()
            response = self._board.open(f"{self._route}?{query}", method, headers)
            seconds = time.perf_counter() - began
            if seconds <= MAX_SECONDS:
                break
        self.slowest = max(self.slowest, seconds)
        self.asked += 1
        self.answered += response.status_code == 200
        self.server_errors += response.status_code >= 500
        # The client writes methods in capitals.
        wrong = list(self._wrong(method.upper(), response))
        self.faults += [f"{what}: {method[:20]} {query[:200]} {headers}" for what in wrong]

    def _wrong(self, method: str, response: Any) -> Iterator[str]:
        expected = (400, 403, 404, 405, 413) if method in ("GET", "HEAD") else (403, 405)
        if response.status_code not in (200, *expected) or (
            method not in ("GET", "HEAD") and response.status_code == 200
        ):
            yield f"status {response.status_code}"
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            yield "no nosniff"
        if response.headers.get("Cross-Origin-Resource-Policy") != "same-origin":
            yield "no resource policy"
        data = f"application/{ANSWERS[self._route]}" if self._route in ANSWERS else "text/javascript"
        if response.mimetype != (data if response.status_code == 200 else "text/plain"):
            yield f"type {response.mimetype}"
