"""What a figure is, which logs it can be drawn from, and what it refuses."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import tb_convvis
from tb_convvis.figures import VIEWS, log
from tests.browser.worlds import HOSTILE
from tests.figures.pixels import places
from tests.logs import LogFile, write_run

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`adam` has the epochs 0 to 5, `deep/sgd` 0 and 4."""
    root = tmp_path_factory.mktemp("logs")
    write_run(root / "adam", range(6), seed=1)
    write_run(root / "deep" / "sgd", [0, 4], seed=2)
    return root


def test_it_says_what_it_shows(logs: Path) -> None:
    shown = tb_convvis.figure(logs, run="adam", epoch=3)
    assert repr(shown).startswith("<Figure filters: adam: filters of conv1, epoch 3; run adam/convvis; ")
    assert shown.facts["logged"] == "by tb_convvis 0.1.0, 2023-11-14 22:13:42 UTC"
    assert shown.caption in repr(shown)


def test_files_hold_the_picture_and_where_it_comes_from(logs: Path, tmp_path: Path) -> None:
    shown = tb_convvis.figure(logs, run="adam")
    shown.save(tmp_path / "a.png")
    shown.save(str(tmp_path / "a.SVG"))
    with Image.open(tmp_path / "a.png") as saved:
        assert np.array_equal(np.asarray(saved), np.asarray(shown.image))
        assert saved.info["layer"] == "conv1"
        assert saved.info["Description"] == shown.caption
    drawing = ElementTree.parse(tmp_path / "a.SVG").getroot()  # noqa: S314
    assert drawing.findtext(f"{SVG}desc") == shown.caption
    with pytest.raises(ValueError, match=r"a\.jpg'. Expected one of \('.png', '.svg'\)"):
        shown.save(tmp_path / "a.jpg")


def test_a_notebook_shows_pixels_as_png_and_charts_as_svg(logs: Path) -> None:
    pixels, chart = (tb_convvis.figure(logs, view, run="adam") for view in ("filters", "weights"))
    shown = pixels._repr_png_()
    assert shown is not None
    png, metadata = shown
    assert Image.open(io.BytesIO(png)).size == pixels.image.size
    assert metadata == {"alt": f"{pixels.title}; {pixels.caption}"}
    assert pixels._repr_svg_() is None
    assert chart._repr_png_() is None
    assert chart._repr_svg_() == chart.svg


def test_an_svg_holds_the_same_pixels(logs: Path) -> None:
    shown = tb_convvis.figure(logs, run="adam", scale=3)
    (embedded,) = ElementTree.fromstring(shown.svg).iter(f"{SVG}image")  # noqa: S314
    url = embedded.attrib["{http://www.w3.org/1999/xlink}href"]
    import base64

    with Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))) as picture:
        place = (int(embedded.attrib["y"]), int(embedded.attrib["x"]))
        assert places(shown.image, np.asarray(picture)) == [place]


def test_names_in_a_log_are_text_and_nothing_else(tmp_path: Path) -> None:
    layer = f"{HOSTILE}\x1b[31m\n&]]>"
    with LogFile(tmp_path / "r<b>" / "convvis") as file:
        file.filters(layer, 1, np.ones((3, 3, 3, 2), np.float32))
    shown = tb_convvis.figure(tmp_path)
    drawing = ElementTree.fromstring(shown.svg)  # noqa: S314
    assert {one.tag.removeprefix(SVG) for one in drawing.iter()} == {
        "svg", "title", "desc", "metadata", "rect", "text", "image",
    }  # fmt: skip
    assert shown.facts["layer"] == f"{HOSTILE} [31m &]]>"
    shown.save(tmp_path / "hostile.png")


@pytest.mark.parametrize("at", ["", "adam", "adam/convvis"])
def test_any_directory_that_tensorboard_takes(logs: Path, at: str) -> None:
    name = {"run": "adam"} if at == "" else {}
    whole = tb_convvis.figure(logs / at, "weights", layer="conv1/kernel", **name)
    assert whole.facts["epochs"] == "6, from 0 to 5"


def test_runs_by_name_and_all_of_them(logs: Path) -> None:
    for names in (None, ["adam", "deep/sgd"], ["deep/sgd/convvis", "adam/convvis"]):
        both = tb_convvis.figure(logs, run=names)
        assert set(both.facts["run"].split(" | ")) == {"adam/convvis", "deep/sgd/convvis"}
    assert tb_convvis.figure(logs, epoch=4).facts["epoch"] == "4"
    assert tb_convvis.figure(logs, epoch=3).facts["epoch"] == "3 | showing 0, asked 3"


def test_five_runs_are_too_many(tmp_path: Path) -> None:
    for number in (1, 2, 3, 4, 10):
        write_run(tmp_path / f"run{number}", range(2), keras=False)
    with pytest.raises(ValueError, match=r"4 stand side by side.*'run4/convvis' and 'run10/convvis'"):
        tb_convvis.figure(tmp_path)
    assert tb_convvis.figure(tmp_path, run=["run10", "run2"]).title.startswith("run10 and run2: ")


def test_a_second_training_in_a_directory_has_a_name_of_its_own(tmp_path: Path) -> None:
    for name in ("convvis", "convvis-2"):
        with LogFile(tmp_path / "a" / name) as file:
            file.filters("conv1", 1, np.ones((3, 3, 3, 2), np.float32))
    assert "a \N{MIDDLE DOT} convvis and a \N{MIDDLE DOT} convvis-2:" in tb_convvis.figure(tmp_path).title
    with pytest.raises(ValueError, match=r"several runs have this name.*'a/convvis' and 'a/convvis-2'"):
        tb_convvis.figure(tmp_path, run="a")


def test_what_is_logged_later_is_seen(tmp_path: Path) -> None:
    write_run(tmp_path / "run", range(2), keras=False)
    assert tb_convvis.figure(tmp_path).facts["epoch"] == "1"
    with LogFile(tmp_path / "run" / "convvis", number=1) as file:
        file.filters("conv1", 7, np.ones((3, 3, 3, 4), np.float32))
    assert tb_convvis.figure(tmp_path).facts["epoch"] == "7"


def test_a_failed_epoch_is_said(tmp_path: Path) -> None:
    write_run(tmp_path / "run", range(2), keras=False)
    with LogFile(tmp_path / "run" / "convvis", number=1) as file:
        failures = [{"view": "filters", "layer": "conv1", "reason": "ran out of memory"}]
        file.record("run", "filters", 2, {"view": "filters", "failures": failures})
    shown = tb_convvis.figure(tmp_path)
    assert (shown.facts["epoch"], shown.facts["failed"]) == ("1", "at epoch 2: ran out of memory")
    assert "failed" not in tb_convvis.figure(tmp_path, epoch=1).facts
    assert "failed" not in tb_convvis.figure(tmp_path, layer="backbone/conv2").facts


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"view": "kernels"}, r"view='kernels'. Expected one of \['filters', 'features', 'changes'"),
        ({"view": "features"}, r"view='features'. Expected one of \['filters', 'weights', 'layers'\]"),
        ({"view": "weights", "maps": [1]}, r"maps=\[1\]. Expected of these only \['layer'\]"),
        ({"layer": "conv9"}, r"layer='conv9'. Expected one of \['backbone/conv2', 'conv1'\]"),
        ({"maps": [4]}, r"maps=\[4\]. Expected 0 to 3"),
        ({"maps": []}, "at least one number"),
        ({"epoch": -1}, "epoch=-1. Expected a whole number of at least 0"),
        ({"epoch": 2.5}, "epoch=2.5. Expected a whole number"),
        ({"scale": 0}, "scale=0. Expected a whole number of at least 1"),
        ({"scale": 10**5}, "too large"),
        ({"run": "sdg"}, "run='sdg'. Expected one of 'adam/convvis' and 'deep/sgd/convvis'"),
        ({"run": "adam/train"}, "ConvVis logged nothing there"),
        ({"run": []}, "0 runs. Expected 1 to 4"),
        ({"run": 3}, "run=3. Expected one of 'adam/convvis' and 'deep/sgd/convvis', or a list"),
        ({"run": [3]}, r"run=\[3\]. Expected one of"),
        ({"maps": 3}, "maps=3. Expected a list of numbers"),
        ({"maps": [1, 0, 1]}, r"maps=\[1, 0, 1\]. Expected each number once"),
        ({"view": ["filters"]}, r"view=\['filters'\]. Expected one of"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(logs: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _ = tb_convvis.figure(logs, **{"run": "adam", **wrong}).image


def test_directories_without_logs_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ValueError, match=f"no event files.*{re.escape(str(path))}"):
            tb_convvis.figure(path)


@pytest.mark.parametrize("logdir", ["", None, 3])
def test_what_is_no_path_is_no_log_directory(logdir: Any) -> None:
    with pytest.raises(ValueError, match=f"logdir={logdir!r}. Expected the path of a log directory"):
        tb_convvis.figure(logdir)


def test_a_file_is_no_log_directory(logs: Path) -> None:
    file = next((logs / "adam" / "convvis").iterdir())
    with pytest.raises(ValueError, match=f"is a file.*{re.escape(str(file))}.*such as '{file.parent}'"):
        tb_convvis.figure(file)


@pytest.mark.parametrize("view", ["features", "convergence"])
def test_a_view_that_was_not_logged_says_what_failed(tmp_path: Path, view: str) -> None:
    write_run(tmp_path / "run", range(2), keras=False)
    failures = [
        {"view": "features", "layer": None, "reason": "ValueError: pictures\nof several sizes"},
        {"view": "features", "layer": "conv9", "reason": "ValueError: no such layer."},
    ]
    with LogFile(tmp_path / "run" / "convvis", number=1) as file:
        file.record("run", "features", 2, {"view": "features", "failures": failures})
    words = (
        "as it failed at epoch 2: ValueError: pictures of several sizes and for conv9 at epoch 2: ValueError"
        r": no such layer\. Received"
    )
    with pytest.raises(ValueError, match=words):
        tb_convvis.figure(tmp_path, view)


def test_epochs_before_the_first_log_are_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "run", [3, 5], keras=False)
    with pytest.raises(ValueError, match=r"epoch=2. Expected one of the 2 logged epochs: 3 and 5"):
        tb_convvis.figure(tmp_path, epoch=2)


def test_it_needs_no_tensorflow(logs: Path) -> None:
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('tensorflow', 'keras', 'matplotlib')))\n"
        "import tb_convvis\n"
        f"for view in ('filters', 'weights'): print(tb_convvis.figure({str(logs)!r}, view).image.size)\n"
        "assert not [name for name in sys.modules if name.startswith('tb_convvis.callbacks')]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    sizes = [str(tb_convvis.figure(logs, view).image.size) for view in ("filters", "weights")]
    assert done.stdout.split("\n")[:2] == sizes, done.stderr


def test_its_views_are_those_of_the_page() -> None:
    page = (ROOT / "tb_convvis" / "frontend" / "src" / "views").glob("*.tsx")
    ids = {one for file in page for one in re.findall(r'\bid: "(\w+)"', file.read_text())}
    assert set(VIEWS) == ids
    assert log.MAX_RUNS == 4


def test_remote_logs_are_read_as_tensorboard_reads_them(logs: Path) -> None:
    import tensorflow as tf

    for file in (logs / "adam").rglob("*tfevents*"):
        target = f"ram://figures/{file.relative_to(logs)}"
        tf.io.gfile.makedirs(target.rpartition("/")[0])
        tf.io.gfile.copy(str(file), target, overwrite=True)
    local, remote = (tb_convvis.figure(root, run="adam") for root in (logs, "ram://figures"))
    assert np.array_equal(np.asarray(local.image), np.asarray(remote.image))
    assert tb_convvis.figure("ram://figures/adam/convvis/").facts["run"] == "convvis"
