"""What is served of the page: what was built, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb_convvis import http
from tests.backend.boards import Board, is_error_in_words


@pytest.mark.usefixtures("page")
def test_requests_of_the_page_itself_are_answered(board: Board) -> None:
    assert board.open("static/index.js", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.usefixtures("page")
def test_the_page_and_its_parts_have_a_fixed_type(board: Board) -> None:
    for name in http.STATIC_TYPES:
        script = board.open(f"static/{name}")
        assert (script.mimetype, script.text) == ("text/javascript", f"/* {name} */")


def test_a_page_that_is_not_built_is_404_and_says_how(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "STATIC_DIRECTORY", tmp_path)
    response = board.open("static/index.js")
    assert response.status_code == 404
    is_error_in_words(response, "pip install")


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "path",
    [
        "../schema.py",
        "..%2fschema.py",
        "%2e%2e/schema.py",
        "index.js/../../schema.py",
        "/etc/passwd",
        "",
        ".",
    ],
)
def test_nothing_but_the_page_is_served(board: Board, page: Path, path: str) -> None:
    (page.parent / "schema.py").write_text("secret")
    response = board.open(f"static/{path}")
    assert response.status_code == 404
    assert "secret" not in response.text
