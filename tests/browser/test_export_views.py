"""What Occlusion, Convergence, What changed and Layers export is what was planted in the logs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser

from tests.browser import networks, worlds
from tests.browser.board import Board
from tests.browser.feature_logs import GREY, K, PlantedLayer, write_features
from tests.browser.heat import cividis
from tests.browser.menu import TIMES, Menu, Pixels
from tests.browser.tab import Open
from tests.changes import MAPS as JUMPING
from tests.changes import write_scalars, write_strengths
from tests.logs import write_run
from tests.occlusion_logs import FEW, OBJECT, Planted, corner, picture, write_occlusion

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = Planted(kept=0.95, names=(worlds.HOSTILE, "=1+1", "cat"), missing=(9, 15))
LAST = 2
WEIGHTS = [0.5, 0.5, 0.25, 0.0, 0.0, 0.0]
LOSS = [3.5, 2.5, 1.5, 0.5, 0.25, 0.125]
FEATURES = "<b>conv"

_random = np.random.default_rng(11)
PROJECTIONS = _random.integers(0, 256, (2, 3, 6, 6, 3), np.uint8)
PICTURES = _random.integers(0, 256, (20, 16, 16, 3), np.uint8)
STRENGTH = np.array([[4, 5, 0], [4, 0, 6]], np.float32)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    root = tmp_path_factory.mktemp("export-views") / "logs"
    write_occlusion(root / "few", range(LAST + 1), FEW)
    write_occlusion(root / worlds.HOSTILE, range(LAST + 1), HOSTILE)
    write_run(root / "settles", range(len(WEIGHTS) + 1), {"conv1": (3, 3, 3, 4)}, keras=False)
    write_strengths(root / "settles", {"conv1": WEIGHTS, "@conv2": [None, *WEIGHTS[1:]]})
    write_scalars(root / "settles" / "train", {"epoch_loss": LOSS})
    of = np.tile(np.arange(K), (2, 3, 1))
    of[1, 0, -2:] += K
    change = np.full((2, 3), np.nan)
    layer = PlantedLayer(STRENGTH, of[..., 0], change, PROJECTIONS, pictures=of)
    write_features(root / "changed", {FEATURES: layer}, PICTURES, [0, 1] * 10, ["cat", "dog"])
    networks.write_networks(root / "nets")
    board = Board(root)
    board.await_runs(12)
    board.await_steps(few=LAST + 1, settles=len(WEIGHTS) + 1, changed=2)
    yield board
    board.close()


def _open(open_tab: Open, board: Board, view: str, *names: str, **state: str) -> Menu:
    tab = open_tab(board.url, size=(1400, 1000), view=view, runs=worlds.runs(*names), **state)
    tab.settle()
    return Menu(tab)


def _at(image: Pixels, top: int, left: int, y: int, x: int) -> list[int]:
    """The colour in the middle of a pixel of the picture, each of which is a square of ten dots."""
    red, green, blue = image[top + 10 * y + 5, left + 10 * x + 5]
    return [int(red), int(green), int(blue)]


def test_occlusion_figure_shows_the_planted_maps(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "occlusion", "few", picture="1", opacity="100")
    name, data = menu.save("PNG 300 dpi: Fig. 7: occlusion, all shown runs")
    assert name.startswith("fig7_conv2_epoch2_picture1")
    with Image.open(io.BytesIO(data)) as opened:
        image, info = np.asarray(opened.convert("RGB")), dict(opened.info)
    assert image.shape[1] == int(6.875 * 300)
    assert info["dpi"] == pytest.approx((300, 300), abs=0.05)
    assert (info["run"], info["picture"], info["map"]) == ("few/convvis", "1", "8")
    assert "95.0\u2009% to 100.0\u2009%" in info["activation"]
    # Below a heading and two lines of caption: panels of 389 dots, 29 apart, the picture ten times as large.
    top, lefts = 142, {letter: 418 * number for number, letter in enumerate("abcde")}
    assert _at(image, top, lefts["a"], 23, 2) == picture(1)[23, 2].tolist()
    object_top, object_left = corner(1)
    inside = (object_top + OBJECT // 2, object_left + OBJECT // 2)
    np.testing.assert_allclose(_at(image, top, lefts["b"], *inside), cividis(0), atol=3)
    np.testing.assert_allclose(_at(image, top, lefts["b"], 4, 4), cividis(1), atol=3)
    probability = FEW.probability(1, 1)
    np.testing.assert_allclose(_at(image, top, lefts["d"], *inside), cividis(probability.min()), atol=3)
    np.testing.assert_allclose(_at(image, top, lefts["d"], 4, 4), cividis(probability.max()), atol=3)
    assert _at(image, top, lefts["b"], 0, 0) == picture(1)[0, 0].tolist(), "the margin is clear"


def test_occlusion_figure_has_a_row_for_each_run_and_hostile_names_are_inert(
    planted: Board, open_tab: Open, browser: Browser, tmp_path: Path
) -> None:
    menu = _open(open_tab, planted, "occlusion", "few", worlds.HOSTILE, picture="0")
    one, _ = menu.picture(f"PNG 1{TIMES}: Picture 0, all panels")
    four, _ = menu.picture(f"4{TIMES}: Picture 0, all panels")
    assert four.shape[1] == 4 * one.shape[1]
    svg = menu.drawing("SVG: Fig. 7: occlusion, all shown runs")
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert words.count("most probable class") == 2
    assert worlds.HOSTILE in " ".join(str(word) for word in words)
    assert "striped: 1 missing" in words
    assert svg.get("width") == "6.875in"
    file = tmp_path / "figure.svg"
    file.write_bytes(menu.save("SVG: Fig. 7: occlusion, all shown runs")[1])
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.querySelector('img, script')") is None
    assert page.evaluate("document.title") != "ran"
    page.close()


def test_occlusion_table_equals_the_record(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "occlusion", worlds.HOSTILE, picture="0", step="1")
    comments, rows = menu.table("CSV: Picture 0 at each position, shown epoch")
    assert "# epoch: 1" in comments
    of = HOSTILE
    assert [(int(row["row"]), int(row["col"])) for row in rows] == [(y, x) for y in of.rows for x in of.cols]

    def column(name: str) -> NDArray[np.float32]:
        return np.array([row[name] for row in rows], np.float32).reshape(len(of.rows), len(of.cols))

    progress = 1 / LAST
    probability, total = of.probability(0, progress), of.unoccluded(progress)
    np.testing.assert_array_equal(column("probability"), probability)
    np.testing.assert_allclose(column("drop"), np.float32(total[0]) - probability, atol=1e-7)
    np.testing.assert_array_equal(column("activation"), of.activation(0, progress))
    np.testing.assert_allclose(column("share"), of.share(0), rtol=1e-6)
    names = [name if name[0] != "=" else f"'{name}" for name in of.names]
    expected = [names[label] for label in of.top_class(0, progress).ravel()]
    expected[9 * len(of.cols) + 15] = ""
    assert [row["class"] for row in rows] == expected
    assert {row["map"] for row in rows} == {"7"}
    _, rows = menu.table("CSV: Picture 0 at each position, all epochs")
    assert len(rows) == (LAST + 1) * len(of.rows) * len(of.cols)


def test_convergence_tables_and_charts(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "convergence", "settles")
    _, rows = menu.table("CSV: Changes of all layers, all epochs")
    found = {(row["layer"], int(row["epoch"])): row for row in rows}
    assert len(found) == 2 * (len(WEIGHTS) + 1)
    for epoch, change in enumerate(WEIGHTS, start=1):
        row = found["conv1", epoch]
        assert float(row["weights"]) == change
        assert float(row["projections"]) == change / 2
        assert float(row["jumps"]) == pytest.approx(round(change * JUMPING) / JUMPING)
    assert found["conv1", 0]["weights"] == found["'@conv2", 1]["weights"] == "NaN"
    comments, rows = menu.table("CSV: Epochs at which layers settled")
    (rule,) = (line for line in comments if line.startswith("# settled: "))
    assert "below 5 % of its largest to the end over at least 2 later logs" in rule
    told = {(row["layer"], row["measure"]): (row["state"], row["epoch"]) for row in rows}
    assert told["conv1", "weights"] == ("settled", "3")
    _, rows = menu.table("CSV: Metrics that are shown, all epochs")
    assert [(row["metric"], row["source"]) for row in rows] == [("loss", "train")] * len(LOSS)
    assert [(int(row["epoch"]), float(row["value"])) for row in rows] == list(enumerate(LOSS, start=1))
    svg = menu.drawing("SVG: Metrics and layers")
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"loss", "conv1", "@conv2", "settles", "settled at 3"} <= set(words)
    assert "Over the epochs" not in words, "it is there for screen readers only"
    assert not list(svg.iter(f"{SVG}image"))
    curves = [path for path in svg.iter(f"{SVG}path") if path.get("d", "").count("L") == len(WEIGHTS) - 1]
    assert len(curves) >= 2
    image, info = menu.picture(f"2{TIMES}: Metrics and layers")
    assert image.shape[1] == 2 * float(svg.get("width", ""))
    assert info["measure"] == "weights"
    assert "below 5 % of its largest to the end" in info["settled"]


def test_what_changed_as_table_and_pair(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "changes", "changed", map="0")
    comments, rows = menu.table("CSV: Changes of all maps, A to B")
    assert "# epochs: A 1 B 2" in comments
    found = {int(row["map"]): row for row in rows}
    assert [found[map_]["state"] for map_ in range(3)] == ["alive", "newly dead", "revived"]
    assert (found[0]["rank"], found[1]["rank"]) == ("1", "")
    assert float(found[0]["turnover"]) == float(found[0]["value"]) == pytest.approx(2 / K)
    strengths = [[float(found[map_][f"strength_{side}"]) for map_ in range(3)] for side in "ab"]
    assert np.array_equal(strengths, STRENGTH)
    image, info = menu.picture(f"PNG 1{TIMES}: Map 0 at A and B, side by side")
    assert (info["epochs"], info["came"], info["went"]) == ("A 1, B 2", "2", "2")
    lefts = [_columns_of(image, PROJECTIONS[epoch, 0]) for epoch in range(2)]
    assert [len(places) for places in lefts] == [K, K]
    assert max(lefts[0]) < min(lefts[1]), "A stands at the left"
    menu.drawing("SVG: Map 0 at A and B, side by side")


def test_a_map_that_died_is_hatched_in_its_pair(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "changes", "changed", map="1")
    image, info = menu.picture(f"PNG 1{TIMES}: Map 1 at A and B, side by side")
    assert info["hatched"] == "dead: no picture excites the map"
    assert (image == GREY).all(-1).mean() < 0.02
    words = [text.text for text in menu.drawing("SVG: Map 1 at A and B, side by side").iter(f"{SVG}text")]
    assert {"A: projections", "B: projections, dead", "B: patches, dead"} <= set(words)


def test_the_difference_of_a_pair_has_the_colours_of_the_logged_pixels(
    planted: Board, open_tab: Open
) -> None:
    menu = _open(open_tab, planted, "changes", "changed", map="0", ab="difference")
    image, info = menu.picture(f"PNG 1{TIMES}: Map 0, difference of A and B")
    apart = np.abs(PROJECTIONS[0, 0].astype(int) - PROJECTIONS[1, 0]).max(-1)
    assert info["shown"].startswith(f"|A - B| from 0 to {apart.max()} grey levels, mean {apart.mean():.3g}")
    expected = np.rint([[cividis(value / apart.max()) for value in row] for row in apart]).astype(np.uint8)
    assert len(_columns_of(image, expected)) == K


def _columns_of(image: Pixels, tile: Pixels) -> list[int]:
    """Where the left edges of a tile stand: its first colour begins it, whatever it is enlarged by."""
    first = np.argwhere((image == tile[0, 0]).all(-1))
    scale = int(np.argmin((image[first[0][0], first[0][1] :] == tile[0, 0]).all(-1)))
    large = tile.repeat(scale, 0).repeat(scale, 1)[: 4 * scale]
    height, width = large.shape[:2]
    return [int(x) for y, x in first if np.array_equal(image[y : y + height, x : x + width], large)]


def test_layers_as_table_and_graph(planted: Board, open_tab: Open) -> None:
    menu = _open(open_tab, planted, "layers", "nets/one")
    _, rows = menu.table("CSV: Layers, the newest record")
    found = {row["call"]: row for row in rows}
    recorded = {facts["name"]: facts for facts in networks.RESIDUAL["layers"]}
    assert {row["layer"] for row in rows} <= set(recorded)
    for path, row in found.items():
        facts = recorded[row["layer"]]
        assert (row["class"], int(row["parameters"])) == (facts["class"], facts["parameters"])
        assert row["output"] == "x".join(map(str, networks.SHAPE[1:]))
        field = networks.RESIDUAL["fields"].get(path)
        if field and field.get("size"):
            assert [int(row["field_rows"]), int(row["field_cols"])] == field["size"]
    svg = menu.drawing("SVG: The network as it is unfolded")
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert [word for word in words if word in {"conv1", "norm", "conv2", "sum", "block"}] == [
        "conv1", "norm", "conv2", "sum", "block",
    ]  # fmt: skip
    image, _ = menu.picture(f"4{TIMES}: The network as it is unfolded")
    assert image.shape[1] == 4 * float(svg.get("width", ""))
