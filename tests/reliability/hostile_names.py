"""Names that mean something to a browser, a file system, a terminal or a parser."""

from __future__ import annotations

from pathlib import Path

from tb_convvis import schema
from tests.browser.complete_logs import write_complete
from tests.forged import payload
from tests.logs import LogFile

CANARY = "globalThis.ran=1"
"""What a name that a browser runs would do."""

HOSTILE_NAMES = (
    f"<script>{CANARY}</script>",
    f"<img src=x onerror={CANARY}>",
    f"<svg onload={CANARY}>",
    f"</script><script>{CANARY}</script>",
    f"javascript:{CANARY}",
    f"\"><iframe srcdoc='<script>parent.{CANARY}</script>'>",
    f"' onmouseover='{CANARY}' onfocus='{CANARY}' autofocus x='",
    f"${{{CANARY}}}{{{{{CANARY}}}}}",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "toString",
    "\u202egnp.exe\u202d\u2066 right to left \u2069",
    "zero\u200bwidth\ufeff and a\u0301\u0302\u0303 combining",
    "line\nbreak\ttab\rreturn",
    "nul\0nul",
    "\x1b[31mred\x1b]0;title\x07 terminal",
    "back\\slash \"double\" 'single' `grave`",
    "../../../../etc/passwd",
    "C:\\Windows\\..\\con",
    "%3Cscript%3E %00 %2e%2e%2f %",
    "&lt;b&gt; &amp; &#60;",
    "a?b=c&d#e;f,g",
    " leading and trailing ",
    "[0-9]*(?!)\\",
    "=cmd|' /C calc'!A0",
    "x" * 300,
    "漢字" * 500,
    "emoji 👩‍👩‍👧‍👦",
)
"""As names of layers, of weights and of classes."""

TOO_LONG = "y" * 5000
"""Longer than a parameter of a request may be: the server refuses to be asked about it."""


def directory_name(name: str) -> str:
    """The name as near as a directory can have it: no slash, no NUL, at most 200 bytes."""
    return name.replace("/", "|").replace("\0", "0").encode()[:200].decode(errors="ignore").strip(".") or "_"


def write_hostile_names(directory: Path) -> None:
    """All of them in one training, of which every view has something."""
    write_complete(directory, layers=HOSTILE_NAMES, classes=HOSTILE_NAMES, epochs=1)


def write_run_names(root: Path) -> None:
    """A run under each name."""
    for name in HOSTILE_NAMES:
        with LogFile(root / directory_name(name) / schema.RUN_DIRECTORY) as log:
            log.payload(f"convvis/filters/{name}", 0, payload())


def write_tag_names(run: Path) -> None:
    """Tags that are longer than any parameter may be, or no tags of ours, beside all the names."""
    with LogFile(run) as log:
        for name in (*HOSTILE_NAMES, TOO_LONG):
            log.payload(f"convvis/filters/{name}", 0, payload())
            log.payload(name, 0, payload())
