"""What an import costs, in a fresh interpreter each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.contest import Contest, Limit, Row
from benchmarks.peer import PEERS, PeerError
from benchmarks.rounds import Run

HERE = ("import tensorflow, keras", "import tb_convvis.callbacks")
IMPORTS = {
    "tf-explain": ("import tensorflow, keras", "import tf_explain"),
    "xplique": ("import tensorflow, keras", "import xplique"),
    "tf-keras-vis": ("import tensorflow; tensorflow.keras.layers", "import tf_keras_vis.saliency"),
    "Captum": ("import torch", "import captum.attr"),
}
"""The framework, and what comes on top."""
TIMED = "from time import perf_counter as now; began = now(); {0}; loaded = now(); {1}; ended = now()"


def rows(models: str) -> list[Row]:
    """In total, and beyond the framework."""
    del models  # no network takes part
    return [
        Row("import", "framework and library, in a fresh interpreter", total, most_rounds=3),
        Row(
            "import, beyond the framework",
            "TensorFlow and Keras, or torch, loaded before",
            beyond,
            most_rounds=3,
        ),
    ]


def total(folder: Path) -> Contest:
    """From the first import to the last."""
    framework, _ = HERE
    return Contest(
        ours=_run(sys.executable, HERE, "ended - began"),
        limit=Limit("TensorFlow and Keras alone", _run(sys.executable, (framework, "pass"), "ended - began")),
        runs={name: _of_peer(name, "ended - began") for name in PEERS},
    )


def beyond(folder: Path) -> Contest:
    """With the framework loaded."""
    return Contest(
        ours=_run(sys.executable, HERE, "ended - loaded"),
        runs={name: _of_peer(name, "ended - loaded") for name in PEERS},
    )


def _of_peer(name: str, what: str) -> Run:
    python = os.environ.get(PEERS[name].variable)

    def missing() -> float:
        raise PeerError(f"not installed: set {PEERS[name].variable} to the Python of an environment with it")

    return _run(python, IMPORTS[name], what) if python else missing


def _run(python: str, imports: tuple[str, str], what: str) -> Run:
    code = f"{TIMED.format(*imports)}; print({what})"
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1" if "tf_keras_vis" in imports[1] else "0"}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "2"

    def run() -> float:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, env=environment, check=False
        )
        if done.returncode:
            raise PeerError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
        return float(done.stdout.split()[-1])

    return run
