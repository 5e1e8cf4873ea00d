"""Every call that a package's functions make, numbered, each of which can be made to fail."""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

HOOK = "_call_site"
"""The name under which instrumented functions find the hook among their globals."""


@dataclass(frozen=True)
class CallSite:
    """Where a call stands: path of the file, line and column, and the call as it is written."""

    path: Path
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}:{self.column} {self.text}"


class CallSites:
    """The calls in some source files, through which the functions that are loaded from them go.

    `sites`: all calls, also those outside of functions; `counts`: how often each was reached while
    `instrumented`.

    Args:
        files: the sources.
    """

    def __init__(self, files: list[Path]) -> None:
        self.sites: list[CallSite] = []
        self.counts: dict[int, int] = {}
        self._faults: dict[int, tuple[Callable[[], BaseException], bool]] = {}
        self._codes: dict[tuple[str, str, int], CodeType] = {}
        for path in files:
            tree = _Numbered(path, self.sites).visit(ast.parse(path.read_text("utf-8")))
            module = compile(ast.fix_missing_locations(tree), str(path), "exec", dont_inherit=True)
            for code in _inside(module):
                self._codes[str(path), code.co_name, code.co_firstlineno] = code

    @contextmanager
    def instrumented(self) -> Iterator[None]:
        """Let every function that was loaded from the files report its calls."""
        self.counts = {}
        originals: list[tuple[FunctionType, CodeType]] = []
        resolved: dict[str, str] = {}
        for function in [item for item in gc.get_objects() if isinstance(item, FunctionType)]:
            old = function.__code__
            path = resolved.get(old.co_filename) or resolved.setdefault(
                old.co_filename, str(Path(old.co_filename).resolve())
            )
            new = self._codes.get((path, old.co_name, old.co_firstlineno))
            if new is not None:
                originals.append((function, old))
                function.__globals__[HOOK] = self._at
                function.__code__ = new
        try:
            yield
        finally:
            for function, old in originals:
                function.__code__ = old

    @contextmanager
    def failing(self, site: int, make: Callable[[], BaseException], always: bool) -> Iterator[None]:
        """Raise an exception instead of one call: at every time, or at the first. May be nested."""
        self._faults[site] = make, always
        try:
            yield
        finally:
            self._faults.pop(site, None)

    def _at(self, site: int, called: Any) -> Any:
        self.counts[site] = self.counts.get(site, 0) + 1
        if site in self._faults:
            make, always = self._faults[site]
            if not always:
                del self._faults[site]
            raise make()
        return called


class _Numbered(ast.NodeTransformer):
    """Turns each `f(x)` into `_call_site(number, f)(x)`."""

    def __init__(self, path: Path, sites: list[CallSite]) -> None:
        self._path, self._sites = path, sites

    def visit_Call(self, node: ast.Call) -> ast.Call:
        number = len(self._sites)
        self._sites.append(CallSite(self._path, node.lineno, node.col_offset, ast.unparse(node)[:80]))
        self.generic_visit(node)
        hook = ast.Call(ast.Name(HOOK, ast.Load()), [ast.Constant(number), node.func], [])
        node.func = ast.copy_location(hook, node)
        return node


def _inside(code: CodeType) -> Iterator[CodeType]:
    """All code objects in another, itself left out."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _inside(constant)
