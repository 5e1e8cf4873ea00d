"""What is told on standard output while a model trains."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any


def announce(sentence: str, params: Mapping[str, Any] | None) -> None:
    """Print a sentence, unless the fit is silent.

    Args:
        sentence: what is told.
        params: the callback's `params`, which have the fit's `verbose`; None in a training loop without.

    Example:
        >>> announce("the log is in logs/run1", {"verbose": 2})
        ConvVis: the log is in logs/run1

    """
    if (params or {}).get("verbose") != 0:
        # A closed standard output is no reason to log less, and none to stop training.
        with suppress(OSError, ValueError):
            print(f"ConvVis: {sentence}", flush=True)
