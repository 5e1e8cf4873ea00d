"""Trainings of which every view has something, under whatever names; and the same with records damaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from tb_convvis import schema
from tests import occlusion_logs
from tests.browser import feature_logs
from tests.changes import write_scalars
from tests.logs import LogFile, write_run

MAPS, SIDE = 6, 6
PICTURES = 12


def write_complete(
    directory: Path,
    layers: Sequence[str] = ("conv1", "conv2"),
    classes: Sequence[str] = ("cat", "dog"),
    epochs: int = 3,
) -> None:
    """Write a training whose layers were logged for all views, before it and after each epoch."""
    shapes = {layer: (3, 3, 3 if at == 0 else MAPS, MAPS) for at, layer in enumerate(layers)}
    features = {layer: _features(epochs, at) for at, layer in enumerate(layers)}
    pictures = feature_logs.gratings(PICTURES, 16, seed=5)
    labels = [at % len(classes) for at in range(PICTURES)]
    planted = occlusion_logs.Planted(names=tuple(classes), layer=layers[-1])

    def also(log: LogFile, step: int, logged: int) -> None:
        if step == 0:
            occlusion_logs.write_probe(log, step, planted)
            feature_logs.write_probe(log, step, pictures, labels, classes)
        else:
            for name, layer in features.items():
                feature_logs.write_epoch(log, name, layer, step - 1, pictures.shape[1])
        occlusion_logs.write_epoch(log, step, step / epochs, planted, logged=logged)

    write_run(directory, range(epochs + 1), shapes, also=also)
    write_scalars(
        directory / "validation", {"epoch_loss": [1.0, 0.6, 0.4], "epoch_accuracy": [0.3, 0.6, 0.7]}
    )


def _features(epochs: int, seed: int) -> feature_logs.PlantedLayer:
    """Maps of which one dies at the last epoch, and some change their strongest picture at each."""
    random = np.random.default_rng(seed)
    strength = random.uniform(1, 5, (epochs, MAPS)).astype(np.float32)
    strength[-1, 0] = 0
    change = random.uniform(0, 1, (epochs, MAPS))
    change[0] = np.nan
    tiles = np.stack([feature_logs.gratings(MAPS, SIDE, seed=seed + epoch) for epoch in range(epochs)])
    pictures = random.integers(0, PICTURES, (epochs, MAPS, feature_logs.K))
    return feature_logs.PlantedLayer(strength, pictures[..., 0], change, tiles, pictures=pictures)


def damage(directory: Path, every: int = 5) -> int:
    """Damage every fifth record of a run, in turns in one of four ways; return how many were."""
    (path,) = (directory / schema.RUN_DIRECTORY).glob("*.tfevents.*")
    events = [event_pb2.Event.FromString(data) for data in RawEventFileLoader(str(path)).Load()]
    seen = damaged = 0
    with path.open("wb") as file:
        records = RecordWriter(file)
        for event in events:
            if any(value.tag.startswith(f"{schema.PLUGIN_NAME}/") for value in event.summary.value):
                seen += 1
                if seen % every == 0:
                    damaged += 1
                    if not _damage(event, damaged):
                        continue
            records.write(event.SerializeToString())
    return damaged


def _damage(event: event_pb2.Event, way: int) -> bool:
    """Damage a record; whether anything of it is left."""
    payload = event.summary.value[0].tensor.string_val
    last = bytes(payload[-1])
    match way % 4:
        case 0:
            return False
        case 1:
            payload[-1] = last[: len(last) // 2]
        case 2:
            payload[-1] = last[:-1] + bytes([last[-1] ^ 1])
        case _:
            payload[0] = b"{" + bytes(payload[0])
    return True
