"""The matrix of versions: no cell is left out without a word."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import compat, pythons


def test_a_cell_without_its_python_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "find_python", lambda version: None)
    outcomes = [compat.run(name, Path("none.whl")) for name in compat.CELLS]
    text = compat.table([*outcomes, compat.Outcome("other", "keras 9", "3 passed", True)])
    rows = dict(line.split(maxsplit=1) for line in text.splitlines()[:-1:2])
    unrun = {name: f"not run: no Python {cell.python} found" for name, cell in compat.CELLS.items()}
    assert rows == {**unrun, "other": "3 passed"}
    assert text.endswith(f"1 cells passed, 0 failed, {len(compat.CELLS)} not run")


def test_every_test_that_a_cell_runs_is_there() -> None:
    for cell in compat.CELLS.values():
        assert [name for name in cell.tests if not (compat.ROOT / name).exists()] == []


@pytest.mark.parametrize(("says", "found"), [("3.99", True), ("3.98", False), (None, False)])
def test_a_python_on_the_path_is_asked_for_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str | None, found: bool
) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text(f"#!/bin/sh\n{'exit 127' if says is None else f'echo {says}'}\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert pythons.find_python("3.99") == (str(shim) if found else None)
    assert pythons.find_python(f"{sys.version_info[0]}.{sys.version_info[1]}") == sys.executable
