# mypy: ignore-errors
"""Captum's tasks: python peer_captum.py, in an environment with torch and captum; see protocol.py."""

from __future__ import annotations

import numpy as np
import torch
from captum.attr import NeuronDeconvolution, Occlusion
from protocol import Job, Work, serve
from torch_model import build, channels_first

BATCH = 64


def projections(work: Work) -> Job:
    """NeuronDeconvolution of units, in batches; each layer on the part of the model up to it."""
    network, ends = build(work.layers, work.weights, work["images"])
    images = channels_first(work["images"])

    def project(name: str, units: np.ndarray) -> np.ndarray:
        part = network[: ends[name] + 1]
        method = NeuronDeconvolution(part, part[-1])
        places = torch.tensor(units.astype(np.int64))
        found = []
        for batch in places.split(BATCH):
            number, rows, cols, maps = batch.T

            def unit(output: torch.Tensor) -> torch.Tensor:
                return output[torch.arange(len(output)), maps, rows, cols]  # noqa: B023 (called at once)

            x = images[number].requires_grad_()
            found.append(method.attribute(x, unit).permute(0, 2, 3, 1).numpy())
        return np.concatenate(found)

    def answer(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: rows[: int(work["compared"])] for name, rows in found.items()}

    def run() -> dict[str, np.ndarray]:
        return {name: project(name, units) for name, units in work.units.items()}

    return Job(run, _scores(network, images), answer)


def occlusion(work: Work) -> Job:
    network, _ = build(work.layers, work.weights, work["images"])
    images, labels = channels_first(work["images"]), torch.tensor(work["labels"].astype(np.int64))
    method, size, stride = Occlusion(network), int(work["size"]), int(work["stride"])

    def run() -> np.ndarray:
        with torch.no_grad():
            found = [
                method.attribute(
                    image[None],
                    sliding_window_shapes=(3, size, size),
                    strides=(3, stride, stride),
                    target=int(label),
                    baselines=float(work["value"]),
                    perturbations_per_eval=int(work["batch"]),
                )
                for image, label in zip(images, labels, strict=True)
            ]
        # All channels are covered at once: each holds the same.
        return torch.cat(found)[:, 0].numpy()

    return Job(run, _scores(network, images), lambda found: {"mean_drop": found})


def _scores(network: torch.nn.Module, images: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        return np.concatenate([network(batch).numpy() for batch in images.split(BATCH)])


if __name__ == "__main__":
    serve({"projections": projections, "occlusion": occlusion})
