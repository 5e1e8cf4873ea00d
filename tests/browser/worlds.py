"""Log directories for the page: one for most tests, and small ones for what needs a directory of its own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util import tensor_util

from tb_convvis import schema
from tests.logs import START, LogFile, write_run

SHAPES = {"conv1": (9, 9, 3, 8), "backbone/conv2": (3, 3, 8, 6)}
STEPS = 12
SPARSE = (0, 3, 6, 11)
"""Steps of the second run, which lacks some of the first one's."""

HOSTILE = "<img src=x onerror=document.title='ran'>"
LONG = "layer-" + "x" * 300

PLANTED = np.zeros((3, 3, 3, 4), np.float32)
"""Filter 0: all weights equal. 1: red alone. 2: zero. 3: ascending along the row in green, from -1 to 1."""
PLANTED[..., 0] = 0.5
PLANTED[:, :, 0, 1] = 1
PLANTED[:, :, 1, 3] = [-1, 0, 1]


def write_world(root: Path) -> None:
    """All runs that most tests share."""
    write_run(root / "lr" / "fast", range(STEPS), SHAPES, seed=1)
    write_run(root / "lr" / "slow", SPARSE, SHAPES, seed=2)
    _write_planted(root / "planted")
    _write_hostile(root / HOSTILE.replace("/", ""))
    _write_hostile(root / "__proto__")
    _write_damaged(root / "damaged")
    for number in range(3):
        write_run(root / "more" / f"run{number}", range(2), {"conv1": (3, 3, 3, 4)}, seed=number)


def write_sixty(root: Path) -> None:
    """A training of sixty logged epochs, twice."""
    for name in ("one", "two"):
        write_run(root / name, range(60), {"conv1": (5, 5, 3, 4)}, seed=len(name), keras=False)


def write_long(root: Path) -> None:
    """A training of 150 logged epochs, of which TensorBoard's data server keeps 100 histograms."""
    write_run(root / "long", range(150), {"conv1": (3, 3, 3, 2)}, keras=False)


def _write_planted(directory: Path) -> None:
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        for step in range(2):
            log.filters("conv1", step, PLANTED)
            # Picture channels in the order that a network trained on BGR gets them: blue alone.
            facts = {
                "layer": "bgr",
                "weight": "kernel",
                "rms": [1.0],
                "norm": [1.0],
                "max_abs": 1.0,
                "nonfinite": 0,
                "sees_image": True,
                "channel_order": "BGR",
                "channel_scale": None,
            }
            blue_first = np.zeros((1, 1, 3, 1), np.float32)
            blue_first[0, 0, 2, 0] = 1
            log.record("filters", "bgr", step, facts, blobs=[blue_first])


def _write_hostile(directory: Path) -> None:
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        for layer in (HOSTILE, "__proto__", LONG, "constructor"):
            for step in range(2):
                log.filters(layer, step, np.ones((3, 3, 3, 2), np.float32))
                log.histogram(f"{schema.HISTOGRAMS_TAG_PREFIX}{layer}/kernel", step, np.arange(9.0))


def _write_damaged(directory: Path) -> None:
    """Step 1 has a flipped bit, step 2 was not logged because the view failed; a foreign tag is beside."""
    with LogFile(directory / schema.RUN_DIRECTORY) as log:
        log.start()
        for step in range(4):
            failures = [{"view": "filters", "layer": "conv1", "reason": "ran out of memory"}]
            notes = ["3 NaN weights of conv1/kernel were counted apart."]
            left_out = ["epoch 2 was left out, to keep to the budget."] if step == 3 else []
            facts = {"view": "filters", "failures": failures if step == 2 else [], "notes": left_out}
            log.record("run", "filters", step, facts)
            log.record("run", "weights", step, {"view": "weights", "failures": [], "notes": notes})
            _write_histogram(log, step, damaged=step == 1)
            log.payload("theirs", step, [b"not ours"], content=b"not ours")
            if step == 2:
                continue
            kernel = np.full((3, 3, 3, 2), 0.1 * (step + 1), np.float32)
            rms = [float(kernel.max())] * 2
            manifest, blob = schema.encode(
                "filters",
                {"layer": "conv1", "weight": "kernel", "rms": rms, "norm": rms, "max_abs": rms[0]},
                blobs=[kernel],
                logged=step + 1 if step < 2 else step,
            )
            if step == 1:
                blob = bytes([blob[0] ^ 1]) + blob[1:]
            log.payload("convvis/filters/conv1", step, [manifest, blob])


def _write_histogram(log: LogFile, step: int, damaged: bool) -> None:
    summary = histogram_pb(f"{schema.HISTOGRAMS_TAG_PREFIX}conv1/kernel", np.arange(9.0) + step)
    if damaged:
        summary.value[0].tensor.CopyFrom(tensor_util.make_tensor_proto(np.array([[0.0, np.nan, 9.0]])))
    log.event(event_pb2.Event(wall_time=START + step, step=step, summary=summary))


def runs(*names: str) -> str:
    """The choice of runs as it stands in the page's address."""
    return json.dumps([f"{name}/{schema.RUN_DIRECTORY}" for name in names])
