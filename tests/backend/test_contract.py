"""What docs/http_api.md promises of every route, on logs as the callbacks write them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from tensorboard.plugins.base_plugin import TBContext

from tb_convvis import http, parts, schema
from tb_convvis.plugin import ConvVisPlugin
from tb_convvis.store import Store
from tests.backend.boards import Board, is_error_in_words, unpack
from tests.backend.conftest import MakeBoard
from tests.logs import SECONDS_PER_STEP, START, LogFile, write_run

DOCUMENT = Path(__file__).parents[2] / "docs" / "http_api.md"
CONV1 = "convvis/filters/conv1"
EVERY_ROUTE = [
    "static/index.js",
    "runs",
    "index?run=sgd/convvis",
    f'blobs?want=[["sgd/convvis","{CONV1}",[1],[]]]',
    'histograms?want=[["sgd/convvis","convvis/weights/conv1/kernel"]]',
    'scalars?want=[["sgd/train","epoch_loss"]]',
    "no/such/address",
    "runs?offset=x",
]


def test_every_route_is_documented() -> None:
    parts = {f"/static/{name}" for name in http.STATIC_TYPES} - {"/static/index.js"}
    routes = set(ConvVisPlugin(TBContext()).get_plugin_apps()) - {"/*"} - parts
    heading = "\n".join(re.findall(r"^### (.+)$", DOCUMENT.read_text(), re.MULTILINE))
    documented = {f"/{route}" for route in re.findall(r"`([a-z./]+)[^`]*`", heading)}
    assert documented == routes


def test_tab_is_listed_and_active(board: Board) -> None:
    listed = board.client.get("/data/plugins_listing").get_json()["convvis"]
    assert listed["enabled"] is True
    assert listed["tab_name"] == "ConvVis"
    assert listed["loading_mechanism"]["module_path"].endswith("/data/plugin/convvis/static/index.js")


def test_tab_is_inactive_without_data(make_board: MakeBoard, tmp_path: Path) -> None:
    with LogFile(tmp_path / "train") as log:
        log.histogram("conv1/kernel/histogram", 0, np.ones(3))
    board = make_board(tmp_path)
    assert board.client.get("/data/plugins_listing").get_json()["convvis"]["enabled"] is False
    answer = board.json("runs")
    assert (answer["total"], answer["tensorboard_runs"], answer["runs"]) == (0, 1, [])


def test_runs(board: Board) -> None:
    answer = board.json("runs")
    assert sorted(answer.pop("runs"), key=str) == [
        {"run": "adam/convvis", "group": "adam"},
        {"run": "sgd/convvis", "group": "sgd"},
    ]
    assert answer == {"version": 1, "total": 2, "offset": 0, "tensorboard_runs": 4}


def test_200_runs_come_in_pages(make_board: MakeBoard, tmp_path: Path) -> None:
    for number in range(200):
        with LogFile(tmp_path / f"run{number:03}" / "convvis") as log:
            log.record("run", "model", 0)
    board = make_board(tmp_path)
    pages = [board.json("runs", offset=offset, limit=75) for offset in (0, 75, 150, 225)]
    assert [len(page["runs"]) for page in pages] == [75, 75, 50, 0]
    assert {page["total"] for page in pages} == {200}
    assert len({run["run"] for page in pages for run in page["runs"]}) == 200
    assert len(board.json("runs")["runs"]) == 200


def test_index(board: Board) -> None:
    answer = board.json("index", run=["adam/convvis", "no/such/run", "sgd/convvis", "adam/convvis"])
    assert [(run["run"], run["group"]) for run in answer["runs"]] == [
        ("adam/convvis", "adam"),
        ("sgd/convvis", "sgd"),
    ]
    adam = {tag["tag"]: tag for tag in answer["runs"][0]["tags"]}
    assert set(adam) == {
        "convvis/filters/backbone/conv2",
        CONV1,
        "convvis/run/filters",
        "convvis/run/model",
        "convvis/run/weights",
    }
    assert adam[CONV1] == {
        "tag": CONV1,
        "kind": "filters",
        "subject": "conv1",
        "steps": [0, 1, 2],
        "wall_times": [START, START + SECONDS_PER_STEP, START + 2 * SECONDS_PER_STEP],
        "logged": 3,
        "error": None,
    }


def test_index_without_runs_is_empty(board: Board) -> None:
    assert board.json("index") == {"runs": []}


def test_several_runs_tags_and_steps_come_in_one_answer(board: Board) -> None:
    conv2 = "convvis/filters/backbone/conv2"
    want = [
        ["sgd/convvis", CONV1, [59, 0], [1]],
        ["adam/convvis", conv2, [], []],
        ["sgd/convvis", "convvis/run/model", [0], [0]],
    ]
    found = board.parts(want)
    named = [(part["run"], part["tag"], part["step"], part["index"]) for part, _ in found]
    assert named == [
        ("sgd/convvis", CONV1, 59, 1),
        ("sgd/convvis", CONV1, 0, 1),
        *[("adam/convvis", conv2, step, index) for step in (0, 1, 2) for index in (0, 1)],
        ("sgd/convvis", "convvis/run/model", 0, 0),
    ]
    assert [part["error"] for part, _ in found] == [None] * 9
    assert found[0][0]["wall_time"] == START + 59 * SECONDS_PER_STEP
    assert schema.parse_manifest(found[-1][1]).facts["class_names"] == ["astronaut", "cat", "coffee"]


def test_blobs_are_the_bytes_that_were_logged(make_board: MakeBoard, tmp_path: Path) -> None:
    kernels = np.random.default_rng(0).standard_normal((3, 3, 3, 3, 8)).astype(np.float32)
    with LogFile(tmp_path / "convvis") as log:
        for step, kernel in enumerate(kernels):
            log.filters("conv1", step, kernel)
    found = make_board(tmp_path).parts([["convvis", CONV1, [], []]])
    for step, kernel in enumerate(kernels):
        (_, manifest), (_, blob) = found[2 * step : 2 * step + 2]
        np.testing.assert_array_equal(schema.decode(schema.parse_manifest(manifest).blobs[0], blob), kernel)


@pytest.mark.parametrize(
    ("want", "words"),
    [
        (["sgd/convvis", CONV1, [60], [1]], "no such step"),
        (["no/such/run", CONV1, [0], [0]], "no such step"),
        (["sgd/train", "conv1/kernel/histogram", [0], [0]], "no such step"),
        (["sgd/convvis", CONV1, [0], [2]], "no blob 2"),
    ],
)
def test_what_is_absent_is_said(board: Board, want: list[object], words: str) -> None:
    ((part, data),) = board.parts([want])
    assert words in part["error"]
    assert (part["size"], data) == (0, b"")


def test_all_steps_of_nothing_are_no_parts(board: Board) -> None:
    assert board.parts([["no/such/run", CONV1, [], []]]) == []


def test_too_much_is_refused_with_the_limit(board: Board) -> None:
    want = [["sgd/convvis", CONV1, [], []]] * 40
    response = board.get("blobs", want=want)
    assert response.status_code == 413
    assert "4800 parts" in response.text
    assert "4096" in response.text
    response = board.get("histograms", want=[["a", "b"]] * 65)
    assert response.status_code == 413
    assert "64" in response.text


def test_too_many_bytes_are_refused_before_they_are_read(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "More than 4,096 parts or 64 MiB" in DOCUMENT.read_text()
    assert (parts.MAX_PARTS, parts.MAX_ANSWER_BYTES) == (4096, 64 * 2**20)
    kernel = 3 * 3 * 3 * 4 * 4
    board.parts([["sgd/convvis", CONV1, [0, 1, 2, 3], [0]]])
    # Their manifests are known from here on: any blob that is read is one too many.
    monkeypatch.setattr(parts, "MAX_ANSWER_BYTES", 3 * kernel)
    monkeypatch.setattr(Store, "blob", lambda *_: pytest.fail("read a blob"))
    response = board.get("blobs", want=[["sgd/convvis", CONV1, [0, 1, 2, 3], [1]]])
    assert response.status_code == 413
    assert f"Received: {4 * kernel} bytes. Expected at most {3 * kernel}" in response.text


@pytest.mark.parametrize(
    ("version", "cached"),
    [(None, False), (START + 2 * SECONDS_PER_STEP, False), (2 * START + 3 * SECONDS_PER_STEP, True)],
)
def test_only_all_wall_times_let_an_answer_be_cached(
    board: Board, version: float | None, cached: bool
) -> None:
    named = {} if version is None else {"v": repr(version)}
    response = board.get("blobs", want=[["adam/convvis", CONV1, [1, 2], []]], **named)
    expected = "private, max-age=86400" if cached else "no-cache, must-revalidate"
    assert response.headers["Cache-Control"] == expected


def test_what_is_logged_anew_is_not_cached_as_what_it_was_beside_a_newer_run(
    make_board: MakeBoard, tmp_path: Path
) -> None:
    """As by a training resumed on a machine whose clock is behind."""
    with LogFile(tmp_path / "logs" / "ahead" / "convvis", pace=1000) as log:
        log.start()
        log.filters("conv1", 5, np.ones((3, 3, 3, 4), np.float32))
    for number in range(2):
        with LogFile(tmp_path / "logs" / "behind" / "convvis", number, pace=1 + number) as log:
            log.start(5, wall_time=START + 5 * number)
            log.filters("conv1", 5, np.ones((3, 3, 3, 4), np.float32))
        if number == 0:
            first = make_board(tmp_path / "logs")
            want = [["ahead/convvis", CONV1, [5], [1]], ["behind/convvis", CONV1, [5], [1]]]
            (one, _), (other, _) = unpack(first.get("blobs", want=want).data)
            version = repr(one["wall_time"] + other["wall_time"])
            assert "86400" in first.get("blobs", want=want, v=version).headers["Cache-Control"]
    again = make_board(tmp_path / "logs").get("blobs", want=want, v=version)
    assert [part["error"] for part, _ in unpack(again.data)] == [None, None]
    assert again.headers["Cache-Control"] == "no-cache, must-revalidate"


def test_an_answer_with_an_error_is_not_cached(board: Board) -> None:
    newest = repr(START + 2 * SECONDS_PER_STEP)
    response = board.get("blobs", want=[["adam/convvis", CONV1, [2, 3], [1]]], v=newest)
    assert [part["error"] is None for part, _ in unpack(response.data)] == [True, False]
    assert response.headers["Cache-Control"] == "no-cache, must-revalidate"


def test_indexes_are_never_cached(board: Board) -> None:
    for route in ("runs", "index?run=sgd/convvis"):
        assert board.open(route).headers["Cache-Control"] == "no-cache, must-revalidate"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_every_answer_is_guarded_and_head_is_get_without_a_body(board: Board, route: str) -> None:
    got, head = board.open(route), board.open(route, method="HEAD")
    assert head.status_code == got.status_code
    assert head.data == b""
    assert head.headers["Content-Length"] == str(len(got.data))
    for response in (got, head):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.mimetype in {
            "text/javascript",
            "text/css",
            "application/json",
            "application/octet-stream",
            "text/plain",
        }


@pytest.mark.parametrize("route", EVERY_ROUTE)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_405(board: Board, route: str, method: str) -> None:
    response = board.open(route, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    is_error_in_words(response, method)


@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_requests_from_other_sites_are_403(board: Board, route: str) -> None:
    response = board.open(route, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    is_error_in_words(response, "cross-site")


def test_path_prefix(make_board: MakeBoard, tmp_path: Path) -> None:
    write_run(tmp_path / "sgd")
    board = make_board(tmp_path, "--path_prefix=/behind/a/proxy")
    assert board.prefix == "/behind/a/proxy"
    assert board.json("runs")["total"] == 1
    listed = board.client.get("/behind/a/proxy/data/plugins_listing").get_json()["convvis"]
    assert listed["loading_mechanism"]["module_path"].startswith("/behind/a/proxy/data/")
