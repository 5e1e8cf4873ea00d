"""What changed: counts, ranks and pixels are those that were planted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import tb_convvis
from tb_convvis.figures.figure import Figure
from tb_convvis.figures.ranking import turnover
from tb_convvis.images import encode_picture
from tb_convvis.unreadable import UnreadableError
from tests.browser.changes_world import (
    BY_PICTURES,
    DEAD,
    DIES,
    DIVERGES,
    LAYER,
    MAPS,
    REPLACED,
    REVIVES,
    SOME,
    STRENGTH,
    UNDRAWN,
    planted_layer,
    projections,
    write_changes,
)
from tests.browser.feature_logs import GREY, K, PlantedLayer, write_features
from tests.callbacks import helpers
from tests.figures.pixels import places, squares
from tests.logs import LogFile

SVG = "{http://www.w3.org/2000/svg}"
SCALE = 3
LAST = 3


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("changes")
    write_changes(root / "a", LAST)
    write_changes(root / "b", 2)
    return root


def texts(shown: Figure) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(shown.svg).iter(f"{SVG}text")]  # noqa: S314


def maps_of(shown: Figure) -> list[int]:
    """In the order in which they stand there."""
    return [int(words[4:]) for words in texts(shown) if re.fullmatch(r"map \d+", words)]


def test_counts_and_ranks_are_the_planted_ones(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "changes", run="a")
    words = (
        "1 newly dead, 1 revived, 1 dead at both, 1 not finite, median turnover 17\u2009%, 8 of 9 maps drawn"
    )
    said = texts(shown)
    assert words in said
    assert "A epoch 2 → B epoch 3" in said
    assert shown.facts["epochs"] == "A 2, B 3"
    assert maps_of(shown) == [DIES, REVIVES, DIVERGES, *BY_PICTURES]
    ranks = [
        one for one in said if one.startswith("turnover ") or one in {"newly dead", "revived", "not finite"}
    ]
    assert ranks == [
        "newly dead", "revived", "not finite",
        *(f"turnover {percent}\u2009%" for percent in (100, 33, 0, 0)),
    ]  # fmt: skip
    assert [one for one in said if one.startswith("strength ")] == [
        "strength 5 → dead", "strength dead → 6", "strength 4 → not finite",
        "strength 8 → 4", "strength 4 → 6", "strength 4 → 4", "strength 4 → 4",
    ]  # fmt: skip
    listed = "1 of 1 newly dead, 1 of 1 revived, 1 of 1 not finite, 4 of 4 ranked"
    assert shown.facts["maps"].endswith(f": {listed}, 0 of 1 not ranked, 0 of 1 dead at both")


def test_projections_at_a_stand_left_of_those_at_b(planted: Path) -> None:
    for map_ in (REPLACED, SOME):
        shown = tb_convvis.figure(planted, "changes", run="a", maps=[map_], scale=SCALE)
        at_a, at_b = (places(shown.image, squares(projections()[epoch, map_], SCALE)) for epoch in (1, 2))
        assert len(at_a) == len(at_b) == K
        assert [top for top, _ in at_a] == [top for top, _ in at_b]
        assert max(left for _, left in at_a) < min(left for _, left in at_b)
        assert maps_of(shown) == [map_]


def test_what_is_dead_is_hatched_and_never_grey(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "changes", run="a", maps=[DIES, DEAD, DIVERGES], scale=SCALE)
    assert shown.facts["hatched"] == "dead: no picture excites the map"
    assert shown.facts["crossed"].startswith("not finite: ")
    pixels = np.asarray(shown.image)
    assert not places(shown.image, np.full((6 * SCALE, 6 * SCALE, 3), GREY, np.uint8))
    assert (pixels == int("5a", 16)).all(-1).any()
    alive = tb_convvis.figure(planted, "changes", run="a", maps=[SOME])
    assert not {"hatched", "crossed"} & alive.facts.keys()
    assert maps_of(shown) == [DIES, DIVERGES, DEAD], "in the order of the page"


def test_a_map_that_was_not_drawn_is_said(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "changes", run="a", maps=[UNDRAWN])
    said = texts(shown)
    assert said.count("not drawn") == 2
    assert {"not ranked", "strength 1 → 4"} <= set(said)


def test_a_and_b_are_the_logs_at_or_before_the_epochs(planted: Path) -> None:
    def epochs(**wanted: Any) -> str:
        told: str = tb_convvis.figure(planted, "changes", run="a", **wanted).facts["epochs"]
        return told

    assert epochs(since=1) == "A 1, B 3"
    assert epochs(epoch=2) == "A 1, B 2"
    assert epochs(epoch=9, since=2) == "A 2, B showing 3, asked 9"
    assert epochs(epoch=1, since=7) == "A showing 3, asked 7, B 1"
    shown = tb_convvis.figure(planted, "changes", run="a", epoch=2, since=8)
    assert "A showing 3, asked 8 → B epoch 2" in texts(shown)
    assert maps_of(shown)[:2] == [REVIVES, DIES], "the other way round"


def test_runs_stand_side_by_side_with_words_of_their_own(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "changes", epoch=9, scale=1)
    assert shown.facts["epochs"] == "A 2, B showing 3, asked 9 | A 1, B showing 2, asked 9"
    said = texts(shown)
    assert "A epoch 2 → B showing 3, asked 9" in " ".join(said)
    assert said.index("a") < said.index("b")
    assert [shown.facts["changes"].count(words) for words in ("1 revived", "0 revived", " | ")] == [1, 1, 1]


def test_at_most_two_of_each_kind_stand_before_the_ranking(tmp_path: Path) -> None:
    strength = np.ones((2, 30), np.float32)
    strength[1, 5:15] = 0
    strength[0, 20:24] = 0
    layer = PlantedLayer(
        strength,
        np.zeros((2, 30), int),
        np.full((2, 30), np.nan),
        np.full((2, 30, 4, 4, 3), 99, np.uint8),
    )
    write_features(tmp_path / "run", {"conv1": layer}, np.zeros((1, 8, 8, 3), np.uint8), [0], ["a"])
    shown = tb_convvis.figure(tmp_path, "changes")
    assert maps_of(shown) == [5, 6, 20, 21, 0, 1, 2, 3]
    assert shown.facts["maps"] == (
        "5, 6, 20, 21, 0, 1, 2 and 3: 2 of 10 newly dead, 2 of 4 revived, 4 of 16 ranked"
    )
    assert "all 30 maps drawn" in shown.facts["changes"]


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [({1, 2, 3}, {1, 2, 3}, 0), ({1, 2, 3}, {1, 4, 5}, 2 / 3), ({1}, {1, 2, 3, 4}, 3 / 4), (set(), {1}, 1)],
)
def test_turnover_is_the_share_of_the_larger_set(before: set[int], after: set[int], share: float) -> None:
    assert turnover(before, after) == pytest.approx(share)
    assert turnover(after, before) == pytest.approx(share)


def test_without_the_strengths_of_all_maps_the_drawn_ones_are_compared(tmp_path: Path) -> None:
    layer = planted_layer(LAST)
    write_features(
        tmp_path / "run",
        {LAYER: PlantedLayer(**{**vars(layer), "strengths": False})},
        np.zeros((20, 16, 16, 3), np.uint8),
        [0] * 20,
        ["a"],
    )
    shown = tb_convvis.figure(tmp_path, "changes", maps=list(MAPS))
    assert maps_of(shown) == [DIES, REVIVES, DIVERGES, *BY_PICTURES, UNDRAWN, DEAD]
    assert "strength not known at both" in texts(shown)
    assert STRENGTH[2, REPLACED] == 4


def test_names_in_a_log_are_text_and_nothing_else(planted: Path) -> None:
    shown = tb_convvis.figure(planted, "changes", run="a")
    drawing = ElementTree.fromstring(shown.svg)  # noqa: S314
    assert {one.tag.removeprefix(SVG) for one in drawing.iter()} == {
        "svg", "title", "desc", "metadata", "rect", "text", "path", "image",
    }  # fmt: skip
    assert shown.facts["layer"] == LAYER
    assert "<i>" not in shown.svg


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"epoch": 1}, r"epoch 1 is the first log.*or since=... of the 3 logged epochs: 1, 2 and 3"),
        ({"since": 3}, "both are the same log, epoch 3. Received: since=3"),
        ({"since": 0}, "Received: since=0. Expected one of the 3 logged epochs"),
        ({"since": 1.5}, "since=1.5. Expected a whole number"),
        ({"maps": [0, 9]}, r"no such map. Received: maps=\[9\]. Expected 0 to 8"),
        ({"picture": 0}, "the view changes takes no picture"),
        (
            {"view": "features", "since": 1},
            r"takes no since. Received: since=1. Expected .*\['layer', 'maps'\]",
        ),
        ({"layer": "conv9"}, "layer='conv9'. Expected one of"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(
    planted: Path, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        tb_convvis.figure(planted, **{"view": "changes", "run": "a", **wrong})


def _broken(planted: Path, target: Path, damage: Callable[[str, int, list[bytes]], list[bytes]]) -> Path:
    """The same log again, TensorBoard's own checksums right: only ours are left to notice."""
    with LogFile(target / "broken" / "convvis") as log:
        for record in helpers.records(planted / "a" / "convvis"):
            payload = [bytes(one) for one in record.value.tensor.string_val]
            if payload:
                log.payload(record.tag, record.step, damage(record.tag, record.step, payload))
    return target


@pytest.mark.parametrize("epoch", [2, 3])
@pytest.mark.parametrize(("kind", "blob"), [("top", 0), ("top", 1), ("strength", 1)])
def test_a_damaged_record_is_an_error(
    planted: Path, tmp_path: Path, kind: str, blob: int, epoch: int
) -> None:
    def damage(tag: str, step: int, payload: list[bytes]) -> list[bytes]:
        if tag != f"convvis/{kind}/{LAYER}" or step != epoch:
            return payload
        return [one[:-2] + b"??" if at == blob else one for at, one in enumerate(payload)]

    root = _broken(planted, tmp_path, damage)
    with pytest.raises(UnreadableError, match=f"broken, convvis/{kind}/<i>conv1, epoch {epoch}: damaged"):
        tb_convvis.figure(root, "changes")


def test_a_damaged_picture_at_a_is_an_error(planted: Path, tmp_path: Path) -> None:
    png = encode_picture(np.tile(projections()[1, SOME], (3, 3, 1)), "image/png").data

    def damage(tag: str, step: int, payload: list[bytes]) -> list[bytes]:
        return [one[:-20] + b"?" + one[-19:] if step == 2 and one == png else one for one in payload]

    root = _broken(planted, tmp_path, damage)
    with pytest.raises(UnreadableError, match="epoch 2: damaged blob"):
        tb_convvis.figure(root, "changes")
    assert tb_convvis.figure(root, "changes", maps=[REPLACED]).facts["epochs"] == "A 2, B 3"
