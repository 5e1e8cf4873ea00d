"""Trainings of which every view has something, under whatever names; and the same with records damaged."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util import tensor_util

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


def damage(directory: Path, first: int = 0) -> int:
    """Damage one of every five records of a run, in turns in one of four ways; return how many were.

    Args:
        directory: of the training.
        first: which of the first five; of the next five it is another one, since epochs repeat themselves.
    """
    (path,) = (directory / schema.RUN_DIRECTORY).glob("*.tfevents.*")
    events = list(_events(path.read_bytes()))
    seen = damaged = 0
    with path.open("wb") as file:
        records = RecordWriter(file)
        for event in events:
            if any(value.tag.startswith(f"{schema.PLUGIN_NAME}/") for value in event.summary.value):
                block, place = divmod(seen, 5)
                seen += 1
                if place == (first + 2 * block) % 5:
                    damaged += 1
                    if not _damage(event, damaged):
                        continue
            records.write(event.SerializeToString())
    return damaged


def _events(data: bytes) -> Iterator[event_pb2.Event]:
    # TensorBoard's own reader would import TensorFlow. Around a record: its length, and two checksums.
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        yield event_pb2.Event.FromString(data[12 : 12 + length])
        data = data[16 + length :]


def _damage(event: event_pb2.Event, way: int) -> bool:
    """Damage a record; whether anything of it is left."""
    tensor = event.summary.value[0].tensor
    payload = tensor.string_val
    if not payload:  # a histogram
        tensor.CopyFrom(tensor_util.make_tensor_proto(np.array([[0.0, np.nan, 9.0]])))
        return True
    match way % 4 if len(payload) > 1 else 3:
        case 0:
            return False
        case 1:
            payload[1:] = [blob[: len(blob) // 2] for blob in payload[1:]]
        case 2:
            payload[1:] = [blob[:-1] + bytes([blob[-1] ^ 1]) for blob in payload[1:]]
        case _:
            payload[0] = b"{" + payload[0]
    return True
