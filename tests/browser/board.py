"""A real TensorBoard process over a log directory."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote


class Board:
    """Started at once; ready when its ConvVis plugin lists as many runs as expected.

    Args:
        logdir: log directory.
        flags: TensorBoard's own, such as `--load_fast=false`.
        prefix: path prefix, or none.
        tensorflow: whether TensorBoard finds TensorFlow. It needs none, and starts much sooner without.
    """

    def __init__(self, logdir: Path, *flags: str, prefix: str = "", tensorflow: bool = False) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        command = [sys.executable, "-m", "tensorboard.main", f"--logdir={logdir}", f"--port={self.port}"]
        more = ["--host=127.0.0.1", "--reload_interval=1", f"--path_prefix={prefix}", *flags]
        self._log = (logdir.parent / f"tensorboard-{self.port}.txt").open("w+b")
        self._process = subprocess.Popen(
            [*command, *more],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=dict(os.environ) if tensorflow else _without_tensorflow(logdir.parent),
        )

    @property
    def pid(self) -> int:
        """TensorBoard's process; its data server is a child of it."""
        return self._process.pid

    def await_runs(self, count: int, steps: int = 0, of_tensorboard: int = 0, seconds: float = 60) -> Board:
        """Wait until the plugin lists so many runs, its first run so many steps, TensorBoard so many runs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError, ValueError, KeyError, IndexError):
                listed = self.get("runs")
                enough = listed["total"] >= count and listed["tensorboard_runs"] >= of_tensorboard
                if enough and (not steps or self._steps(listed) >= steps):
                    return self
            time.sleep(0.1)
        self._log.seek(0)
        raise TimeoutError(f"TensorBoard did not list {count} runs. It said: {self._log.read().decode()}")

    def await_steps(self, **steps: int) -> Board:
        """Wait until each training named is listed with so many steps: they are read in no certain order."""
        deadline = time.monotonic() + 60
        while not all(self._steps_of(f"{name}/convvis") >= count for name, count in steps.items()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"TensorBoard did not list {steps}.")
            time.sleep(0.1)
        return self

    def _steps(self, listed: Any) -> int:
        return self._steps_of(listed["runs"][0]["run"])

    def _steps_of(self, run: str) -> int:
        (index,) = self.get(f"index?run={quote(run)}")["runs"]
        return max(len(tag["steps"]) for tag in index["tags"])

    def get(self, route: str, seconds: float = 5) -> Any:
        url = f"{self.url}/data/plugin/convvis/{route}"
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310
            return json.load(answer)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


def _without_tensorflow(directory: Path) -> dict[str, str]:
    """The environment, with a package in TensorFlow's place that cannot be imported."""
    package = directory / "without" / "tensorflow"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("raise ImportError('not for this test')\n")
    paths = [str(package.parent), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
