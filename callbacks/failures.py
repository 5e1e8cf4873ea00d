"""What fails in a view: it is logged with the epoch, warned of once, and kept from the training."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

from tb_convvis.callbacks.training_log import LogWriteError, TrainingLog

OnError = Literal["warn", "raise"]

BETWEEN = ("tb_convvis", "keras", "contextlib")
"""Packages between the line that trains and the one that warns."""


class Failures:
    """The failures of one view in one fit.

    Args:
        view: the view's name, for the warnings.
        on_error: "warn", or "raise" to hand every failure on.

    Raises:
        ValueError: another `on_error`.
    """

    def __init__(self, view: str, on_error: OnError) -> None:
        if on_error not in ("warn", "raise"):
            raise ValueError(f'Received: on_error={on_error!r}. Expected "warn" or "raise".')
        self.of_epoch: list[dict[str, str | None]] = []
        self._view, self._on_error = view, on_error
        self._warned: set[str] = set()

    def forget(self) -> None:
        """Take leave of the fit before."""
        self._warned.clear()

    @contextmanager
    def kept(self, layer: str | None) -> Iterator[None]:
        """Keep what fails inside, but for writing, from what follows."""
        try:
            yield
        except LogWriteError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a view does must not stop training)
            self.add(layer, error)

    @property
    def of_all(self) -> str | None:
        """Why the epoch failed for all layers; None where it did not."""
        return next((one["reason"] for one in self.of_epoch if one["layer"] is None), None)

    def add(self, layer: str | None, error: Exception) -> None:
        """Take note of what failed at an epoch, for a layer or for all of them."""
        if self._on_error == "raise":
            raise error
        reason = f"{type(error).__name__}: {error}"
        self.of_epoch.append({"view": self._view, "layer": layer, "reason": reason})
        where = f" for layer {layer!r}" if layer else ""
        advice = "Choose other layers with layers=[...], or use" if layer else "Use"
        self._warn_once(
            f"{layer} {type(error).__name__}",
            f"ConvVis could not log the view {self._view!r}{where}; training goes on. {reason} "
            f"{advice} on_error='raise' to see where it fails.",
        )

    def report(self, error: Exception, log: TrainingLog | None) -> None:
        """Warn of a failure that no record tells of."""
        if self._on_error == "raise":
            raise error
        try:
            self._warn_of(error, log)
        except Warning:
            # The user has made errors of warnings.
            raise
        except Exception:  # noqa: BLE001, S110 (what cannot even be said must not stop training either)
            pass

    def _warn_of(self, error: Exception, log: TrainingLog | None) -> None:
        if not isinstance(error, LogWriteError):
            reason = f"{type(error).__name__}: {error}"
            self._warn_once(reason, f"ConvVis: the view {self._view!r} failed; training goes on. {reason}")
            return
        # One warning for all views: the directory is the same.
        if log is None or not log.cannot_write_was_said:
            again = "It is tried again when the next epoch is due."
            self._warn_once("write", f"ConvVis {error}. Training goes on without this log. {again}")
        if log is not None:
            log.cannot_write_was_said = True

    def _warn_once(self, key: str, message: str) -> None:
        if key not in self._warned:
            self._warned.add(key)
            line = _users_line()
            # With a registry of its own: the module's would silence the same warning of the next fit.
            warnings.warn_explicit(
                message, RuntimeWarning, line.f_code.co_filename, line.f_lineno, registry={}
            )


def _users_line() -> FrameType:
    """The frame of the line that trains, which is the one that a user knows."""
    frame = sys._getframe()
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).split(".")[0] in BETWEEN:
        frame = frame.f_back
    return frame
