"""The examples of the docstrings run and say what comes out."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import keras
import numpy as np
import pytest

import tb_convvis
from tb_convvis import callbacks, methods

HELPERS = {"keras": keras, "np": np}
"""What an example may take as imported, beside what its own module holds."""


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = [
        found.name
        for package in (tb_convvis, callbacks)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.endswith("__main__")
    ]
    return [
        test
        for module in map(importlib.import_module, sorted({"tb_convvis", *names}))
        for test in finder.find(module, extraglobs=HELPERS)
        if test.examples
    ]


@pytest.mark.parametrize("example", examples(), ids=lambda example: str(example.name))
def test_an_example_says_what_comes_out(
    example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    outcome = doctest.DocTestRunner().run(example, out=said.append)
    assert not outcome.failed, "".join(said)


def callables() -> list[object]:
    public = [getattr(package, name) for package in (methods, callbacks) for name in package.__all__]
    classes = [one for one in public if inspect.isclass(one)]
    results = [one for one in classes if dataclasses.is_dataclass(one) or issubclass(one, Exception)]
    return [one for one in public if inspect.isroutine(one) or (one in classes and one not in results)]


@pytest.mark.parametrize("public", callables(), ids=lambda public: str(public.__name__))
def test_what_can_be_called_has_an_example(public: object) -> None:
    assert ">>> " in str(public.__doc__)
