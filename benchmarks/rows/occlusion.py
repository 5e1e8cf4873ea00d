"""Occlusion maps: squares that overlap by half, and squares side by side, tf-explain's only geometry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import flops
from benchmarks.contest import LIMIT, OURS, Contest, Goal, Limit, Row
from benchmarks.models import MODELS, pictures
from benchmarks.rounds import timed
from benchmarks.work import bare_forward, lay_down
from tb_convvis.methods import Occlusion, OcclusionProbe, occluder_grid

IMAGES = {"S": 4, "A": 1}
BATCH = {"S": 225, "A": 75}
"""Positions at once, of the bare pass and of peers."""
FASTER_GOAL = {"S": 2.2, "A": 3.5}
"""Over bare forward passes, one for each position."""
OVERLAPPING, SIDE_BY_SIDE = 2, 1
VALUE = {OVERLAPPING: 0.0, SIDE_BY_SIDE: 127.5}
"""Colour of the square; tf-explain has but one."""


def rows(models: str) -> list[Row]:
    """Of each model both geometries."""
    return [_row(key, parts) for key in models for parts in (OVERLAPPING, SIDE_BY_SIDE)]


def _row(key: str, parts: int) -> Row:
    peers = dict.fromkeys(("tf-explain", "xplique", "Captum"), "occlusion")
    lacks = {"tf-keras-vis": "has no occlusion"}
    side = MODELS[key][1]
    how = "stride half the size" if parts == OVERLAPPING else "side by side"
    if parts == OVERLAPPING:
        del peers["tf-explain"]
        lacks["tf-explain"] = "its squares stand side by side: the stride is the size"
    pictures_words = f"{IMAGES[key]} picture{'s' * (IMAGES[key] > 1)}"
    what = f"{pictures_words}, squares of {side // 8}, {how}"
    return Row(f"occlusion, {how}, {key}", what, partial(occlusion, key, parts), peers, lacks)


def occlusion(key: str, parts: int, folder: Path) -> Contest:
    """Maps of some pictures, the square an eighth of the side."""
    build, side = MODELS[key]
    model, images = build(), pictures(IMAGES[key], side)
    size, stride = side // 8, side // 8 // parts
    probe = OcclusionProbe(model, size=size, stride=stride, value=VALUE[parts])
    grid, batch = occluder_grid(side, side, size, stride), BATCH[key]
    positions = len(images) * grid.count
    labels = model.predict(images, verbose=0).argmax(axis=1)

    def obvious() -> None:
        for image in images:
            covered = np.repeat(image[None], grid.count, 0)
            for number, (row, col) in enumerate((r, c) for r in grid.rows for c in grid.cols):
                covered[number, row : row + size, col : col + size] = VALUE[parts]
            model.predict(covered, batch_size=batch, verbose=0)

    steps = flops.chain(model)
    changed = len(images) * flops.occluded(steps, (grid.rows, grid.cols), (size, size))
    whole = positions * flops.forward(steps)
    covered = np.repeat(images[:1], positions, 0)
    lay_down(
        folder,
        model,
        images=images,
        labels=labels,
        size=size,
        stride=stride,
        batch=batch,
        value=VALUE[parts],
    )
    return Contest(
        ours=timed(lambda: probe(images, labels)),
        limit=Limit(
            f"{changed / 1e9:.1f} of the {whole / 1e9:.1f} GFLOP of {positions} positions: units that see "
            "the square, at the rate of a bare forward pass",
            timed(bare_forward(model, covered, batch)),
            changed / whole,
        ),
        obvious=timed(obvious),
        obvious_words="covered pictures made in NumPy, then `predict` in the same batches",
        judge=partial(_judge, probe(images, labels), images.shape[1:3]),
        goals=_goals(key, parts, whole / changed),
    )


def _goals(key: str, parts: int, saved: float) -> list[Goal]:
    """Of bare passes over whole pictures, which take `saved` times the limit, and of peers."""
    if parts == SIDE_BY_SIDE:
        return [Goal("tf-explain", OURS, 4)] if key == "A" else []
    faster = Goal(OURS, LIMIT, saved / FASTER_GOAL[key], at_most=True)
    return [faster, Goal("xplique", OURS, 4)] if key == "A" else [faster]


def _judge(ours: Occlusion, plane: tuple[int, int], peer: str, answer: Mapping[str, Any]) -> float | None:
    if "mean_drop" in answer:  # Captum: each pixel the mean over the positions that cover it
        expected, theirs = ours.per_pixel(ours.drop), answer["mean_drop"]
    elif "summed_drop" in answer:  # xplique: the sum
        expected, theirs = ours.per_pixel(ours.drop) * ours.grid.coverage(*plane), answer["summed_drop"]
    else:  # tf-explain: resized to the picture, what lies between the squares is interpolated
        return None
    return float(np.abs(expected - theirs).max() / np.abs(theirs).max())
