"""Which measurements there are: every file of this folder that has a function `figures`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.reliability.figure import Figure

Measurement = Callable[[bool], Iterator[Figure]]
"""Takes whether to be short: seconds, for every run of the tests, instead of the full number of trials."""


def measurements() -> dict[str, Measurement]:
    """Return the measurements by the name of their file."""
    folder = Path(__file__).parent
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith(("_", "test_")))
    modules = {name: importlib.import_module(f"tests.reliability.{name}") for name in names}
    return {name: module.figures for name, module in modules.items() if hasattr(module, "figures")}
