"""Captum's Occlusion on the same network, images and positions, in an environment of its own.

CONVVIS_CAPTUM_PYTHON (torch 2.13, captum 0.9) names its Python.
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

from tb_convvis.methods import OcclusionProbe


@pytest.mark.peers
@pytest.mark.parametrize("way", ["plain", "incremental"])
def test_equals_captum(way: Any, tmp_path: Path) -> None:
    python = os.environ.get("CONVVIS_CAPTUM_PYTHON")
    if not python:
        pytest.skip("set CONVVIS_CAPTUM_PYTHON to the Python of an environment with captum")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((24, 36, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(12, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(3, 2),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )
    images = np.random.default_rng(1).normal(size=(3, 24, 36, 3)).astype(np.float32)
    labels, size, stride, value = np.array([0, 3, 2]), (6, 4), (3, 2), 0.25
    path = tmp_path / "work.npz"
    weights = {f"weight{number}": weight for number, weight in enumerate(model.get_weights())}
    np.savez(path, images=images, labels=labels, size=size, stride=stride, value=value, **weights)
    script = Path(__file__).with_name("captum_occlusion.py")
    subprocess.run([python, str(script), str(path)], check=True, timeout=300)
    theirs = np.load(path)["captum"]
    found = OcclusionProbe(model, size=size, stride=stride, value=value, way=way)(images, labels)
    # Captum gives each pixel the mean over the positions that cover it.
    ours = found.per_pixel(found.drop)
    assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max() + 1e-7
    assert np.abs(theirs).max() > 1e-3
