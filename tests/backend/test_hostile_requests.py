"""Whatever is asked, the answer is data or one sentence: never a traceback, never a bare 500."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backend.boards import Board
from tests.backend.conftest import MakeBoard
from tests.logs import LogFile

ODD_NAMES = [
    "__proto__",
    "<script>alert(1)</script>",
    "a" * 300,
    "ünïcode ☃",
    "a b&c=d?e#f",
    "%2e%2e/%00",
    "''`",
]

few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=8,
)
names = st.sampled_from(["sgd/convvis", "convvis/filters/conv1", "convvis/weights/conv1/kernel", *ODD_NAMES])
wants = st.lists(
    st.tuples(
        names | values,
        names | values,
        st.lists(st.integers(-3, 70) | values, max_size=3) | values,
        st.lists(st.integers(-1, 4) | values, max_size=3) | values,
    ).map(list)
    | st.tuples(names, names).map(list)
    | values,
    max_size=4,
)
texts = wants.map(json.dumps) | st.text() | st.sampled_from(["[" * 2000, "1e999", '["\\ud800"]', "9" * 4000])


def check(board: Board, route: str, **parameters: Any) -> None:
    response = board.get(route, **parameters)
    assert response.status_code in (200, 400, 413), response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    if response.status_code != 200:
        assert response.mimetype == "text/plain"
        assert "Received" in response.text
        assert len(response.text) < 400


@few
@given(offset=st.integers().map(str) | st.text(), limit=st.integers(0, 1001).map(str) | st.text())
def test_runs(board: Board, offset: str, limit: str) -> None:
    check(board, "runs", offset=offset, limit=limit)


@few
@given(runs=st.lists(names | st.text(), max_size=18))
def test_index(board: Board, runs: list[str]) -> None:
    check(board, "index", run=runs)


@few
@given(want=texts, version=st.floats().map(str) | st.text())
def test_blobs(board: Board, want: str, version: str) -> None:
    check(board, "blobs", want=want, v=version)


@few
@given(want=texts)
def test_histograms(board: Board, want: str) -> None:
    check(board, "histograms", want=want)


@few
@given(want=texts)
def test_scalars(board: Board, want: str) -> None:
    check(board, "scalars", want=want)


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("runs?offset=-1", "offset is not valid. Received: '-1'. Expected: a whole number from 0"),
        ("runs?limit=1001", "from 1 to 1000"),
        ("runs?limit=1&limit=2", "limit given too often. Received: 2 times"),
        (
            "index?" + "&".join(["run=a"] * 17),
            "run given too often. Received: 17 times. Expected: at most 16",
        ),
        ("index?run=" + "a" * 4097, "run is too long. Received: 4097 bytes"),
        ("blobs", "want is missing"),
        ("blobs?want=[]", "not a list with entries"),
        ("blobs?want={}", "not a list with entries"),
        ("blobs?want=[[", "want is not JSON"),
        ('blobs?want=[["a","b",[]]]', "[[run, tag, [step, ...], [index, ...]], ...]"),
        ('blobs?want=[["a",1,[],[]]]', "a name that is not text. Received: 1"),
        ('blobs?want=[["\\ud800","b",[],[]]]', "a name that is not text"),
        ('blobs?want=[["a","b",[1.5],[]]]', "a step that is not valid. Received: 1.5"),
        ('blobs?want=[["a","b",[true],[]]]', "a step that is not valid. Received: True"),
        ('blobs?want=[["a","b",[9223372036854775808],[]]]', "a step that is not valid"),
        ('blobs?want=[["a","b",[],[-1]]]', "an index that is not valid. Received: -1"),
        ('blobs?want=[["a","b",[],["1"]]]', "an index that is not valid. Received: '1'"),
        ('blobs?want=[["a","b",[],[]]]&v=nan', "v is not valid. Received: 'nan'. Expected: a decimal number"),
        ('histograms?want=[["a"]]', "Expected: [[run, tag], ...]"),
        ("scalars", "want is missing"),
        ('scalars?want=[["a","b","c"]]', "Expected: [[run, tag], ...]"),
    ],
)
def test_a_wrong_parameter_is_400_and_says_what_was_expected(board: Board, route: str, words: str) -> None:
    response = board.open(route)
    assert response.status_code == 400
    assert response.mimetype == "text/plain"
    assert words in response.text


def test_4_kb_of_want_are_answered(board: Board) -> None:
    shortest = json.dumps([["", "", [], []]])
    want = json.dumps([["a" * (4096 - len(shortest)), "", [], []]])
    assert board.get("blobs", want=want).status_code == 200
    assert board.get("blobs", want=want.replace("aa", "aaa", 1)).status_code == 400


def test_odd_names_are_names_like_any_other(make_board: MakeBoard, tmp_path: Path) -> None:
    # A directory's name has no slash and is at most 255 bytes; a tag's can be anything.
    groups = {name: name.replace("/", "|")[:200] for name in ODD_NAMES}
    for name, group in groups.items():
        with LogFile(tmp_path / group / "convvis") as log:
            log.record("run", name, 0)
    board = make_board(tmp_path)
    runs = board.json("runs")["runs"]
    assert {run["run"]: run["group"] for run in runs} == {f"{g}/convvis": g for g in groups.values()}
    for name, group in groups.items():
        run, tag = f"{group}/convvis", f"convvis/run/{name}"
        assert board.tags(run)[tag]["subject"] == name
        ((part, data),) = board.parts([[run, tag, [0], [0]]])
        assert (part["run"], part["tag"], part["error"]) == (run, tag, None)
        assert data.startswith(b'{"crc32"')


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb"])
def test_names_that_the_data_server_cannot_read_are_said(
    make_board: MakeBoard, tmp_path: Path, name: str
) -> None:
    with LogFile(tmp_path / "convvis") as log:
        log.record("run", name, 0)
    board = make_board(tmp_path)
    ((part, _),) = board.parts([["convvis", f"convvis/run/{name}", [], [0]]])
    assert ("--load_fast=false" in str(part["error"])) == (board.reader == "rust")
