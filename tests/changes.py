"""Trainings whose layers stop changing one after the other, with the loss and accuracy that Keras logs.

    python -m tests.changes DIR

writes two runs of different length and pace to try the page on: the lower a layer, the sooner it settles.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tb_convvis import schema
from tests.logs import SECONDS_PER_STEP, LogFile, write_run

MAPS = 16

Values = Sequence[float | None]


def write_strengths(
    directory: Path,
    changes: Mapping[str, Values],
    steps: Sequence[int] | None = None,
    pace: float = SECONDS_PER_STEP,
) -> None:
    """Write what `TopActivations` logs of each layer's change.

    Beside a change of the weights by c, projections change by c / 2 and c * `MAPS` maps jump.

    Args:
        directory: of the training; the records join those in its run `convvis`.
        changes: by layer, the change of the weights at every step but the first; None where it is not known.
        steps: numbers of completed epochs; by default 0, 1, 2, ...
        pace: seconds from one step to the next.
    """
    with LogFile(directory / schema.RUN_DIRECTORY, number=1, pace=pace) as log:
        for layer, values in changes.items():
            at = range(len(values) + 1) if steps is None else steps
            for number, (step, change) in enumerate(zip(at, [None, *values], strict=True)):
                facts = {
                    "layer": layer,
                    "jumps": None if change is None else round(change * MAPS),
                    "alive": None if change is None else MAPS,
                    "weight_change": change,
                    "projection_change": None if change is None else change / 2,
                    "comparable": MAPS,
                }
                maps = np.ones(MAPS, np.float32)
                blobs = [maps, maps, np.arange(MAPS, dtype=np.int32), maps]
                log.record("strength", layer, step, facts, blobs=blobs, logged=number + 1)


def write_scalars(run: Path, values: Mapping[str, Sequence[float]], pace: float = SECONDS_PER_STEP) -> None:
    """Write scalars as Keras's callback does: at the index of the epoch, which begins with 0.

    Args:
        run: the directory `train` or `validation` of a training.
        values: by tag, those of the first epoch, the second, ...
        pace: seconds from one step to the next.
    """
    with LogFile(run, number=2, pace=pace) as log:
        for tag, numbers in values.items():
            for index, number in enumerate(numbers):
                log.scalar(tag, index, number)


def settling(epochs: int, at: float, first: float = 0.3) -> list[float]:
    """Changes that fall off more and more steeply around an epoch."""
    return [first / (1 + (epoch / at) ** 6) for epoch in range(1, epochs + 1)]


def _main() -> None:
    parser = argparse.ArgumentParser(description="Write a log directory to try the Convergence view on.")
    parser.add_argument("directory", type=Path)
    root = parser.parse_args().directory
    for name, epochs, pace in (("slow", 60, 9.0), ("fast", 24, 31.0)):
        directory = root / name
        random = np.random.default_rng(epochs)
        layers = {f"conv{number}": (3, 3, 3 if number == 1 else 8, 8) for number in range(1, 6)}
        write_run(directory, range(epochs + 1), layers, seed=epochs, pace=pace)
        changes = {}
        for number, layer in enumerate(layers, start=1):
            noise = np.exp(0.3 * random.standard_normal(epochs))
            changes[layer] = list(noise * settling(epochs, at=epochs * number**1.5 / 12, first=0.05 * number))
        write_strengths(directory, changes, pace=pace)
        progress = np.arange(1, epochs + 1) / epochs
        for run, gap in (("train", 0.0), ("validation", 0.12)):
            loss = 2.2 * np.exp(-3 * progress) + gap * (1 + progress) + 0.02 * random.random(epochs)
            scalars = {
                "epoch_loss": loss,
                "epoch_accuracy": 1 - loss / 3,
                "epoch_top_k_accuracy": 1 - loss / 9,
            }
            write_scalars(directory / run, {tag: list(map(float, one)) for tag, one in scalars.items()}, pace)


if __name__ == "__main__":
    _main()
