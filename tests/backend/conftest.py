"""Fixtures: every test here runs on both of TensorBoard's readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tb_convvis import http
from tests.backend.boards import Board
from tests.logs import write_run

MakeBoard = Callable[..., Board]

READERS = ["rust", "python"]


@pytest.fixture(scope="session")
def training_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trainings as users have them: `sgd` with 60 logged steps, `adam` with 3."""
    directory = tmp_path_factory.mktemp("training")
    write_run(directory / "sgd", range(60))
    write_run(directory / "adam", range(3), seed=10)
    return directory


@pytest.fixture(scope="session", params=READERS)
def board(request: pytest.FixtureRequest, training_log: Path) -> Iterator[Board]:
    """TensorBoard over `training_log`, without any flags."""
    board = Board(training_log, request.param)
    yield board
    board.close()


@pytest.fixture(params=READERS)
def make_board(request: pytest.FixtureRequest) -> Iterator[MakeBoard]:
    """Opens TensorBoard over a log directory: `make_board(logdir, *flags)`."""
    boards: list[Board] = []

    def make(logdir: Path, *flags: str) -> Board:
        boards.append(Board(logdir, request.param, *flags))
        return boards[-1]

    yield make
    for board in boards:
        board.close()


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the built page."""
    for name in http.STATIC_TYPES:
        (tmp_path / name).write_text(f"/* {name} */")
    monkeypatch.setattr(http, "STATIC_DIRECTORY", tmp_path)
    return tmp_path
