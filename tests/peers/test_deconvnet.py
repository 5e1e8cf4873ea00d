"""The same units through other implementations, each in an environment of its own.

CONVVIS_CAPTUM_PYTHON (torch 2.13, captum 0.9) and CONVVIS_XPLIQUE_PYTHON (tensorflow 2.21, xplique 2.0.2)
name the Python of each environment.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from tb_convvis.methods import Deconvnet, top_activations

PEERS = {"captum": "CONVVIS_CAPTUM_PYTHON", "xplique": "CONVVIS_XPLIQUE_PYTHON"}


def network() -> Any:
    model = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(8, 3, padding="same", name="conv1"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Conv2D(12, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(3, 2),
            layers.Conv2D(10, 3, padding="same", activation="relu", name="target"),
        ]
    )
    random = np.random.default_rng(0)
    for weight in model.weights:
        scale = np.sqrt(2 / np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 0.2
        value = random.normal(size=weight.shape) * scale
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.path else value)
    return model


@pytest.mark.peers
@pytest.mark.parametrize("peer", PEERS)
def test_equals(peer: str, tmp_path: Path) -> None:
    python = os.environ.get(PEERS[peer])
    if not python:
        pytest.skip(f"set {PEERS[peer]} to the Python of an environment with {peer}")
    model = network()
    images = np.random.default_rng(1).normal(size=(5, 24, 24, 3)).astype(np.float32)
    units = top_activations(model, ["target"], images, k=1)["target"].units()
    work: dict[str, Any] = {"images": images, "units": units}
    for name in ("conv1", "conv2", "target"):
        work[f"{name}/kernel"], work[f"{name}/bias"] = model.get_layer(name).get_weights()
    norm = model.get_layer("norm").get_weights()
    work |= {f"norm/{part}": norm[i] for i, part in enumerate(("gamma", "beta", "mean", "variance"))}
    path = tmp_path / "work.npz"
    np.savez(path, **work)
    script = Path(__file__).with_name(f"{peer}_deconvnet.py")
    subprocess.run([python, str(script), str(path)], check=True, timeout=300)
    theirs = np.load(path)
    for rule in ("deconvnet", "guided"):
        found = Deconvnet(model, ["target"], rule)(images, {"target": units})["target"]
        assert found.active.sum() >= 5
        # Peers start from 1 where Zeiler and Fergus start from the activation.
        expected = theirs[rule] * np.maximum(found.activation, 0)[:, None, None, None]
        assert np.abs(found.canvas() - expected).max() <= 1e-5 * np.abs(expected).max()
