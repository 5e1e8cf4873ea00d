"""The other implementations: where each lives, and one of them as a process that is asked to work."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

SCRIPTS = Path(__file__).with_name("peers")
PATIENCE = 600.0
"""Seconds that one answer may take."""
SAME_SCORES = 1e-4
"""By how much a peer's model may differ from ours on any score."""


class PeerError(RuntimeError):
    """What a peer cannot do, in its own words."""


@dataclass(frozen=True)
class Home:
    """Where a peer lives: its script, and the variable that names the Python of its environment."""

    script: Path
    variable: str


PEERS = {
    "tf-explain": Home(SCRIPTS / "peer_tf_explain.py", "CONVVIS_XPLIQUE_PYTHON"),
    "xplique": Home(SCRIPTS / "peer_xplique.py", "CONVVIS_XPLIQUE_PYTHON"),
    "tf-keras-vis": Home(SCRIPTS / "peer_tf_keras_vis.py", "CONVVIS_TF_KERAS_VIS_PYTHON"),
    "Captum": Home(SCRIPTS / "peer_captum.py", "CONVVIS_CAPTUM_PYTHON"),
}


class Peer:
    """A peer at work in its own environment; between two answers it waits and uses no processor.

    Args:
        home: where it lives.

    Raises:
        PeerError: no Python of its environment is named.
    """

    def __init__(self, home: Home) -> None:
        python = os.environ.get(home.variable)
        if not python:
            raise PeerError(f"not installed: set {home.variable} to the Python of an environment with it")
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (open as long as the process is)
        self._process = subprocess.Popen(
            [python, str(home.script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "PYTHONPATH": "", "TF_CPP_MIN_LOG_LEVEL": "2"},
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self, task: str, folder: Path) -> Mapping[str, Any]:
        """Make a task ready from what lies in `folder`, run it once, and return what is to be compared.

        Raises:
            PeerError: it failed, or its model does not say the same as ours of the same images.
        """
        name = f"answer-{self._process.pid}.npz"
        self._ask({"prepare": task, "folder": str(folder), "answer": name})
        answer = dict(np.load(folder / name))
        with np.load(folder / "work.npz") as work:
            if "scores" in work:
                self._check(answer.get("scores"), work["scores"])
        return answer

    def run(self) -> float:
        """Run the task once more: its seconds, or what it measures.

        Raises:
            PeerError: it failed.
        """
        return float(self._ask({"run": True})["value"])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _check(self, scores: Any, ours: Any) -> None:
        if scores is None or scores.shape != ours.shape:
            got = None if scores is None else scores.shape
            raise PeerError(f"its model is another: scores of shape {got}, expected {ours.shape}")
        difference = float(np.abs(scores - ours).max())
        if not difference <= SAME_SCORES:
            raise PeerError(f"its model is another: its scores differ by {difference:.1e}")

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 (both are pipes)
        assert self._process.stdout is not None  # noqa: S101
        late = threading.Timer(PATIENCE, self._process.kill)
        late.start()
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late.cancel()
        if not line:
            raise PeerError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def _last_words(self) -> str:
        status = self._process.wait()
        self._errors.seek(0)
        lines = [line.strip() for line in self._errors if line.strip()]
        return f"ended with status {status}: {lines[-1][:300] if lines else 'it said nothing'}"
