"""Imports run one way: what views logs and what writes them share the record format and nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@cache
def module_files() -> dict[str, Path]:
    """Every module of the package, by name; `callbacks` is found through the symlink."""
    files = {}
    for path in [*ROOT.glob("tb_convvis/*.py"), *ROOT.glob("tb_convvis/*/*.py")]:
        parts = path.relative_to(ROOT).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imports(module: str) -> set[str]:
    """Names that a module imports anywhere in it, those of functions and of type checking included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module_files()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import, which could load a second copy"
            # `from package import module` and `from module import name` look alike.
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & module_files().keys()
            names |= submodules or {str(node.module)}
    return names


def reachable(*roots: str) -> tuple[set[str], set[str]]:
    """Our modules and the foreign top-level packages that `roots` lead to."""
    ours: set[str] = set()
    foreign: set[str] = set()
    todo = list(roots)
    while todo:
        module = todo.pop()
        if module not in module_files():
            foreign.add(module.split(".")[0])
        elif module not in ours:
            ours.add(module)
            todo += imports(module)
    return ours - {"tb_convvis"}, foreign - sys.stdlib_module_names


def methods() -> set[str]:
    return {module for module in module_files() if module.startswith("tb_convvis.methods")}


def test_every_module_is_found() -> None:
    assert {
        "tb_convvis.schema",
        "tb_convvis.callbacks.convvis",
        "tb_convvis.methods.kernels",
    } <= module_files().keys()


def test_the_record_format_needs_numpy_only() -> None:
    _, foreign = reachable("tb_convvis.schema")
    assert foreign == {"numpy"}


def test_viewing_and_training_share_the_record_format_only() -> None:
    record_format, _ = reachable("tb_convvis.schema")
    viewing, _ = reachable("tb_convvis.loader")
    training, _ = reachable("tb_convvis.callbacks")
    assert {"tb_convvis.plugin", "tb_convvis.reader"} <= viewing
    assert viewing & training <= record_format


def test_viewing_needs_no_tensorflow() -> None:
    _, foreign = reachable("tb_convvis.loader", "tb_convvis.figures")
    assert not foreign & {"tensorflow", "keras"}


def test_the_doctor_needs_neither_tensorflow_nor_a_server() -> None:
    ours, foreign = reachable("tb_convvis.doctor.command")
    assert foreign == {"google", "numpy", "tensorboard"}
    assert "tb_convvis.events" not in ours


def test_figures_read_logs_as_the_page_does() -> None:
    figures, foreign = reachable("tb_convvis.figures")
    assert {"tb_convvis.reader", "tb_convvis.parts", "tb_convvis.store", "tb_convvis.schema"} <= figures
    assert foreign == {"numpy", "PIL", "tensorboard", "grpc"}
    training, _ = reachable("tb_convvis.callbacks")
    assert figures & training <= reachable("tb_convvis.schema")[0]


def test_training_needs_no_server() -> None:
    _, foreign = reachable("tb_convvis.callbacks")
    assert not foreign & {"werkzeug", "grpc"}


def test_methods_know_nothing_of_logs() -> None:
    ours, _ = reachable(*methods())
    assert ours == methods() - {"tb_convvis"}


def test_no_module_belongs_to_neither_side() -> None:
    used, _ = reachable(
        "tb_convvis.loader", "tb_convvis.figures", "tb_convvis.callbacks", "tb_convvis.__main__", *methods()
    )
    assert used == module_files().keys() - {"tb_convvis", "tb_convvis.doctor"}


@pytest.mark.parametrize(
    ("imported", "blocked", "absent"),
    [
        (
            ["tb_convvis.loader", "tb_convvis.plugin", "tb_convvis.reader"],
            ["tensorflow", "keras"],
            ["tb_convvis.callbacks", "tb_convvis.methods", "tb_convvis.events"],
        ),
        (["tb_convvis.callbacks"], ["werkzeug"], ["tb_convvis.plugin", "tb_convvis.reader", "callbacks"]),
    ],
    ids=["viewing", "training"],
)
def test_each_side_imports_without_the_other(
    imported: list[str], blocked: list[str], absent: list[str]
) -> None:
    run(
        f"import sys, importlib\n"
        f"sys.modules.update(dict.fromkeys({blocked}))\n"  # importing one raises ModuleNotFoundError
        f"for name in {imported}: importlib.import_module(name)\n"
        f"loaded = [name for name in {absent} if name in sys.modules]\n"
        f"assert not loaded, loaded"
    )


def test_callbacks_without_tensorflow_say_what_to_install() -> None:
    message = run(
        "import sys\n"
        "sys.modules['tensorflow'] = None\n"
        "try: import tb_convvis.callbacks\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    assert "tb-convvis[train]" in message


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
