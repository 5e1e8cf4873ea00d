"""One TensorBoard over a hostile log directory, with bounds on memory and time, and what all routes answer.

python -m tests.reliability.hostile_board READER DIR ...     prints one line of JSON for each directory

The bounds are those of the whole process: whoever starts it kills it when it takes too long.
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
import threading
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.reliability.viewer import forbid_tensorflow

MAX_BYTES = 6 * 2**30
"""Of addresses, for TensorBoard and its data server each."""

SECONDS = 20
"""For TensorBoard to show the healthy run; it takes a tenth of one."""

ASKING = "asking"
"""Printed before the first request to a directory."""

MAX_ERROR = 500
ALLOWED = (200, 400, 404, 405, 413)


class Answers:
    """Asks every route about everything that TensorBoard lists, and notes what must not be.

    Args:
        board: a `tests.backend.boards.Board`.
    """

    def __init__(self, board: Any) -> None:
        self._board = board
        self.faults: list[str] = []
        self.lost = 0
        self.asked = 0
        self.listed: dict[tuple[str, str], list[int]] = {}
        self.shown: dict[tuple[str, str], dict[int, bytes]] = {}

    def ask_everything(self, always: set[str], most_runs: int = 40, most_tags: int = 120) -> None:
        """Every route, of up to so many runs and tags, and of the runs that are named."""
        self._get("static/index.js")
        self._get("nowhere")
        self._get("runs?offset=3&limit=1000")
        names: list[str] = []
        while listed := self._json(f"runs?limit=1000&offset={len(names)}"):
            names += [run["run"] for run in listed["runs"]]
            if len(names) >= listed["total"]:
                break
        for run in [*names[:most_runs], *sorted(set(names[most_runs:]) & always)]:
            index = self._json(f"index?run={quote(run, safe='')}")
            for found in index["runs"] if index else []:
                self._ask_run(found, most_tags)

    def _ask_run(self, found: dict[str, Any], most: int) -> None:
        for tag in found["tags"][:most]:
            self.listed[found["run"], tag["tag"]] = [int(step) for step in tag["steps"]]
            self._suspect(tag["error"])
            self._ask_blobs(found["run"], tag)
        for route, series in (("histograms", found["weights"]), ("scalars", found["scalars"])):
            for one in series[:most]:
                answer = self._json(f"{route}?want={_want([one['run'], one['tag']])}")
                for error in (each["error"] for each in (answer or {"series": []})["series"]):
                    self._suspect(error)

    def _ask_blobs(self, run: str, tag: dict[str, Any]) -> None:
        response = self._get(f"blobs?want={_want([run, tag['tag'], [], []])}")
        if response is None or response.status_code != 200:
            return
        (length,) = struct.unpack_from("<I", response.data)
        manifest: dict[str, Any] = {}
        for part in json.loads(response.data[4 : 4 + length])["parts"]:
            self._suspect(part["error"])
            start = 4 + length + part["offset"]
            data = response.data[start : start + part["size"]]
            if part["error"] is not None:
                if data:
                    self.faults.append(f"data with an error: {part}")
            elif part["index"] == 0:
                manifest = self._manifest(data)
            else:
                self._check(manifest["blobs"][part["index"] - 1], data)
                self.shown.setdefault((run, tag["tag"]), {})[int(part["step"])] = data

    def _manifest(self, data: bytes) -> dict[str, Any]:
        """What a browser can parse, with a checksum that matches."""
        blank = data[:10] + b"0" * 8 + data[18:]
        if data[10:18] != f"{zlib.crc32(blank):08x}".encode():
            self.faults.append(f"a damaged manifest is shown: {data[:80]!r}")
        manifest: dict[str, Any] = json.loads(data, parse_constant=self._constant)
        return manifest

    def _constant(self, name: str) -> None:
        self.faults.append(f"a manifest that is no JSON: {name}")

    def _check(self, described: dict[str, Any], data: bytes) -> None:
        sound = len(data) == described["size"] and zlib.crc32(data) == described["crc32"]
        picture = data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"))
        if not sound or ("media" in described and not picture):
            self.faults.append(f"a damaged blob is shown: {described}")

    def _suspect(self, error: str | None) -> None:
        if error and len(error) > MAX_ERROR:
            self.faults.append(f"an error of {len(error)} letters: {error[:80]}")
        if error and ("alloc" in error.lower() or "memory" in error.lower()):
            self.faults.append(f"a huge allocation was tried: {error}")

    def _json(self, route: str) -> Any:
        response = self._get(route)
        if response is None or response.status_code != 200:
            return None
        return json.loads(response.data, parse_constant=self._constant)

    def _get(self, route: str) -> Any:
        self.asked += 1
        response = self._board.open(route)
        if response.status_code == 503 and "data server does not answer" in response.text:
            self.lost += 1
            return None
        if response.status_code not in ALLOWED:
            self.faults.append(f"{response.status_code} {route[:200]}: {response.text[:200]}")
        if response.headers.get("X-Content-Type-Options") != "nosniff":
            self.faults.append(f"without nosniff: {route[:200]}")
        if response.mimetype not in (
            "application/json",
            "application/octet-stream",
            "text/plain",
            "text/javascript",
        ):
            self.faults.append(f"of type {response.mimetype}: {route[:200]}")
        return response


def _want(*wants: list[Any]) -> str:
    return quote(json.dumps(wants), safe="")


def examine(root: Path, reader: str) -> dict[str, Any]:
    """Open TensorBoard over a directory of the corpus; say what came of it."""
    from tensorboard.data.server_ingester import DataServerStartupError

    from tests.backend.boards import Board
    from tests.reliability.hostile_corpus import HEALTHY_STEPS, HOSTILE_RUN, healthy_runs

    began = time.monotonic()
    healthy = healthy_runs(root)
    result: dict[str, Any] = {"name": root.name, "survived": False, "healthy": False, "faults": []}
    try:
        # As TensorBoard does by default: where its reader dies, it dies in a thread and the server goes on.
        board = Board(root, reader, "--reload_task=thread", ends=0)
    except (SystemExit, DataServerStartupError):
        return {**result, "why": "it does not start"}
    survived = _reads(board.provider, healthy)
    if survived is None:
        # Whatever asks TensorBoard waits for ever: no plugin can answer.
        return {**result, "why": "it hangs"}
    # Whatever ends the process before this line is TensorBoard's own doing.
    print(ASKING, flush=True)
    answers = Answers(board)
    answers.ask_everything(healthy)
    steps = [sorted(answers.shown.get((run, "convvis/filters/conv1"), {})) for run in healthy]
    result |= {
        "survived": survived,
        "why": "" if survived else "it stops reading",
        "healthy": steps == [list(range(HEALTHY_STEPS))] * len(healthy),
        "lost": answers.lost,
        "asked": answers.asked,
        "faults": answers.faults,
        "wrong": _not_as_written(root.name, answers),
        "steps": answers.listed.get((HOSTILE_RUN, "convvis/filters/conv1"), []),
        "mib": max(_peak(pid) for pid in ("self", *_children())),
        "seconds": round(time.monotonic() - began, 1),
    }
    board.close()
    return result


def _reads(provider: Any, runs: set[str]) -> bool | None:
    """Whether TensorBoard itself reads runs to their ends, whatever our plugin does; None: it hangs."""
    from tensorboard.context import RequestContext

    from tests.logs import END_PLUGIN

    answers = 0
    read: set[str] = set()

    def ask() -> None:
        nonlocal answers, read
        while not runs <= read:
            # The Python reader cannot list a tag without data, and a dead server answers nothing.
            with suppress(Exception):
                read = set(provider.list_tensors(RequestContext(), experiment_id="", plugin_name=END_PLUGIN))
            answers += 1
            time.sleep(0.02)

    reading = any(thread.name == "Reloader" for thread in threading.enumerate())
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and thread.is_alive():
        thread.join(0.1)
        if reading and not any(thread.name == "Reloader" for thread in threading.enumerate()):
            # The Python reader's thread has ended: at the end of the logs, or by an error.
            break
    before = answers
    thread.join(1)
    if runs <= read:
        return True
    return False if answers > before else None


def _children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def _peak(pid: str) -> int:
    """Most memory that a process ever held, in MiB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if "VmHWM" in line), 0)


def _not_as_written(root: str, answers: Answers) -> list[str]:
    """Steps of the damaged run that are shown with other numbers than were written."""
    import numpy as np

    from tests.reliability.damaged_files import KERNEL, STEPS
    from tests.reliability.hostile_corpus import HOSTILE_RUN

    shown = answers.shown.get((HOSTILE_RUN, "convvis/filters/conv1"), {})
    written = {data: step for step in range(STEPS) for data in [(KERNEL + np.float32(step)).tobytes()]}
    odd = "step" in root  # their steps are not those that `write_filters` writes
    return [] if odd else [f"step {step}" for step, data in shown.items() if written.get(data) != step]


def main() -> None:
    """Examine the directories in turn."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reader, *directories = sys.argv[1:]
    if reader.endswith("-alone"):
        reader = reader.removesuffix("-alone")
        forbid_tensorflow()
    for directory in directories:
        print(json.dumps(examine(Path(directory), reader)), flush=True)
    sys.stdout.flush()
    # Threads of TensorBoard may hang for good: they are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
