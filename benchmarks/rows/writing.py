"""What it takes to write an epoch's pictures, and records of any kind."""

from __future__ import annotations

import os
import tempfile
from itertools import count
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto import event_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from benchmarks.contest import OBVIOUS, OURS, Contest, Goal, Limit, Row
from benchmarks.machine import MIB, copy, write_through
from benchmarks.models import pictures, zfnet
from benchmarks.rounds import timed
from tb_convvis import schema
from tb_convvis.callbacks.layer_features import LayerFeatures
from tb_convvis.callbacks.unit_slots import TileCollector, Tiles, UnitSlots
from tb_convvis.events import EventWriter
from tb_convvis.images import draw_signed, mosaic
from tb_convvis.methods import Deconvnet, top_activations

LAYERS, MAPS, K = 4, 64, 9
RECORD, RECORDS = 256 * 1024, 64
NO_LOG = "writes no logs"


def rows(models: str) -> list[Row]:
    """Pictures, and bare records."""
    del models  # files are the same whatever the network
    lacks = dict.fromkeys(("xplique", "tf-keras-vis", "Captum"), NO_LOG)
    return [
        Row(
            "an epoch's pictures",
            f"{LAYERS} layers of {MAPS} maps of {K} projections, drawn, encoded, written and on the disk",
            write_pictures,
            {"tf-explain": "writing"},
            lacks,
        ),
        Row(
            "event files",
            f"{RECORDS} records of {RECORD // 1024} KiB, on the disk",
            write_records,
            lacks={**lacks, "tf-explain": "has no writer of its own"},
        ),
    ]


def write_pictures(folder: Path) -> Contest:
    """The records of four layers with 64 maps of nine tiles each, as one epoch logs them."""
    slots, tiles = _layer()
    drawn = np.concatenate([draw_signed(tiles.signal)[0]] * LAYERS)
    np.savez(folder / "work.npz", tiles=drawn)
    writer, steps = EventWriter(str(folder / "here")), count()

    def here() -> None:
        step = next(steps)
        for number in range(LAYERS):
            record = LayerFeatures(f"conv{number}", MAPS, 0).top(slots, MAPS, tiles, "RGB")
            payload = schema.encode("top", record.facts, record.blobs, logged=step + 1)
            writer.write("top", f"conv{number}", step, payload)
        writer.flush()

    here()
    size = writer.bytes_written
    mosaics = np.stack([mosaic(part, 3) for part in drawn.reshape(-1, K, *drawn.shape[1:])])
    summaries = tf.summary.create_file_writer(str(folder / "summaries"))

    def summary() -> None:
        with summaries.as_default():
            tf.summary.image("maps", mosaics, step=next(steps), max_outputs=len(mosaics))
        summaries.flush()

    move, data = copy(drawn.nbytes), os.urandom(size)

    def bare() -> None:
        move()
        write_through(folder / "bare", data)

    return Contest(
        ours=timed(here),
        limit=Limit(
            f"memcpy of the {drawn.nbytes / 1e6:.1f} MB of {len(drawn)} tiles of {drawn.shape[1]} pixels, "
            f"and a disk write of the {size / 1e6:.2f} MB that are logged, with fsync",
            timed(bare),
        ),
        obvious=timed(summary),
        obvious_words="`tf.summary.image` of one picture for each map, PNG, without fsync",
        goals=(Goal(OBVIOUS, OURS, 2.5),),
    )


def write_records(folder: Path) -> Contest:
    """Records through the writer alone."""
    payload = [os.urandom(RECORD)]
    total = RECORD * RECORDS

    def here() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as directory:
            writer = EventWriter(directory, max_file_bytes=2 * total)
            for step in range(RECORDS):
                writer.write("run", "model", step, payload)
            writer.flush()
            writer.close()

    def theirs() -> None:
        event = event_pb2.Event(file_version="x" * RECORD)
        with (
            tempfile.TemporaryDirectory(dir=folder) as directory,
            (Path(directory) / "events").open("wb") as file,
        ):
            records = RecordWriter(file)
            for _ in range(RECORDS):
                records.write(event.SerializeToString())
            records.flush()
            os.fsync(file.fileno())

    data = os.urandom(total)
    return Contest(
        ours=timed(here),
        limit=Limit(
            f"a disk write of the same {total / MIB:.0f} MiB, with fsync",
            timed(lambda: write_through(folder / "bare", data)),
        ),
        obvious=timed(theirs),
        obvious_words="TensorBoard's own RecordWriter, with fsync",
        goals=(Goal(OURS, None, total / (150 * MIB), at_most=True),),
    )


def _layer() -> tuple[UnitSlots, Tiles]:
    """Projections of 64 maps of A's last convolution: as smooth and as noisy as those that are logged."""
    model, images = zfnet(), pictures(32, 224)
    slots = UnitSlots.of_maps(top_activations(model, ["conv5"], images)["conv5"], np.arange(MAPS))
    collector = TileCollector(slots)
    collector.add(
        np.arange(len(slots.units)), Deconvnet(model, ["conv5"])(images, {"conv5": slots.units})["conv5"]
    )
    tiles = collector.tiles()
    assert tiles is not None  # noqa: S101 (every map has units)
    return slots, tiles
