"""A log may hold anything: what a record says of itself is drawn, or refused in words that name it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tb_convvis
from tb_convvis.kinds import KINDS
from tb_convvis.unreadable import UnreadableError
from tests.browser.feature_logs import PlantedLayer, write_features
from tests.logs import LogFile
from tests.occlusion_logs import MANY, write_occlusion

VALUES: tuple[Any, ...] = (7, ["x"] * 8)
RANDOM = np.random.default_rng(0)


def write(view: str, directory: Path) -> None:
    if view == "occlusion":
        write_occlusion(directory, [0], MANY)
        return
    epochs = 2 if view == "changes" else 1
    tiles = RANDOM.integers(0, 256, (epochs, 2, 4, 4, 3), np.uint8)
    layer = PlantedLayer(np.ones((epochs, 2)), np.zeros((epochs, 2), int), np.zeros((epochs, 2)), tiles)
    pictures = RANDOM.integers(0, 256, (2, 8, 8, 3), np.uint8)
    write_features(directory, {"conv": layer}, pictures, [0, 1], ["a", "b"])


@pytest.mark.parametrize(
    ("view", "kind", "fact"),
    [
        (view, kind, fact)
        for view, kind in (
            ("occlusion", "occlusion"),
            ("features", "top"),
            ("features", "probe"),
            ("changes", "top"),
            ("layers", "run"),
        )
        for fact in KINDS[kind].facts
    ],
)
def test_strange_facts_are_drawn_or_refused(
    view: str, kind: str, fact: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = LogFile.record
    refused: list[str] = []
    values: list[Any] = []

    def strange(
        log: LogFile, what: str, subject: str, step: int, facts: Mapping[str, Any], **more: Any
    ) -> None:
        record(log, what, subject, step, {**facts, fact: values[-1]} if what == kind else facts, **more)

    monkeypatch.setattr(LogFile, "record", strange)
    for number, value in enumerate(VALUES):
        values.append(value)
        write(view, tmp_path / str(number))
        try:
            assert tb_convvis.figure(tmp_path / str(number), view).image.width > 100
        except UnreadableError as error:
            refused.append(str(error))
    assert all(f"convvis/{kind}/" in words and "damaged" in words for words in refused)
    if fact in ("k", "columns", "window", "tile", "size", "rows", "maps", "images"):
        assert refused, "nothing can be drawn by such a fact"
