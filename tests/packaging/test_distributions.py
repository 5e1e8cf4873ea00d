from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import build_frontend
from tests.packaging.conftest import PAGE, ROOT, Tree

CALLBACKS = {path.name for path in ROOT.glob("callbacks/*.py")}

# Run by the Python that the package was installed into, outside the tree.
LOAD = """
import os, sys
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

(entry,) = entry_points(group="tensorboard_plugins", name="convvis")
assert entry.load().__name__ == "ConvVisLoader"
assert find_spec("callbacks") is None, "users' own callbacks.py would be hidden"

import tb_convvis.callbacks

files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
copies = [name for name, file in files.items() if Path(os.path.realpath(file)).match("callbacks/convvis.py")]
assert copies == ["tb_convvis.callbacks.convvis"], copies
print(Path(tb_convvis.__file__).parent)
"""


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_package_and_the_page_only(wheel: Path) -> None:
    assert {name.split("/")[0] for name in names(wheel)} == {"tb_convvis"}
    assert {name for name in names(wheel) if not name.endswith(".py")} == {
        "tb_convvis/py.typed",
        "tb_convvis/static/index.js",
        "tb_convvis/static/part.js",
    }
    assert {name for name in names(wheel) if name.startswith("tb_convvis/callbacks/")} == {
        f"tb_convvis/callbacks/{name}" for name in CALLBACKS
    }


def test_the_wheel_holds_every_module(wheel: Path) -> None:
    modules = [*ROOT.glob("tb_convvis/*.py"), *ROOT.glob("tb_convvis/*/*.py")]
    assert {name for name in names(wheel) if name.endswith(".py")} == {
        path.relative_to(ROOT).as_posix() for path in modules
    }


def test_the_sdist_holds_sources_and_page(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        held = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert {f"callbacks/{name}" for name in CALLBACKS} <= held
    assert {
        "tb_convvis/static/index.js",
        "tb_convvis/static/part.js",
        "tb_convvis/frontend/package-lock.json",
        "build_frontend.py",
    } <= held
    assert "demo_training/__main__.py" in held
    assert not [name for name in held if "node_modules" in name or name.startswith("tb_convvis/callbacks")]


def test_an_sdist_gives_the_same_wheel_without_node_or_network(
    unpacked_sdist: Tree, wheel: Path, tmp_path: Path
) -> None:
    assert unpacked_sdist.ask("get_requires_for_build_wheel") == "[]"
    again = tmp_path / unpacked_sdist.ask("build_wheel", tmp_path)
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert {name: first.read(name) for name in names(wheel)} == {
            name: second.read(name) for name in names(again)
        }


def test_a_clone_asks_for_node_where_there_is_none(bare_tree: Tree) -> None:
    assert bare_tree.ask("get_requires_for_build_wheel") == f"['{build_frontend.NODE_WHEEL}']"


def test_a_changed_source_makes_the_page_stale(bare_tree: Tree) -> None:
    bare_tree.add_page()
    assert bare_tree.run("import build_frontend as b; print(b.is_current())") == "True\n"
    with (bare_tree.path / "tb_convvis/frontend/src/index.tsx").open("a") as source:
        source.write("// changed\n")
    assert bare_tree.run("import build_frontend as b; print(b.is_current())") == "False\n"


@pytest.fixture(params=["sdist", "editable"])
def python(request: pytest.FixtureRequest, tree: Tree, tmp_path: Path) -> Path:
    """A Python with the package installed, by way of a wheel or as an editable tree."""
    sdist: Path = request.getfixturevalue("sdist")
    what = ["--editable", str(tree.path)] if request.param == "editable" else [str(sdist)]
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv").glob("lib/*/site-packages")
    # The requirements come from the environment that runs the tests; ours is found before them.
    (site / "requirements.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages"))
    )
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--ignore-installed"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", *what], env=tree.environment, check=True)
    return python


def test_an_install_loads_as_one_package(python: Path, tmp_path: Path) -> None:
    run = subprocess.run([python, "-c", LOAD], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    package = Path(run.stdout.strip())
    assert not package.is_relative_to(ROOT)
    assert (package / "static" / "index.js").read_text() == PAGE
