"""A process to be killed, forked from one that has imported TensorFlow and run nothing."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.reliability.trainings"])

PATIENCE = 120.0
"""Seconds without a word after which a child counts as hung: an error, not a measurement."""


class Child:
    """Runs a function in a process of its own and listens to what it says.

    Args:
        target: a function of a module; its first argument is the connection to speak through.
        arguments: the others.
    """

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self.said: list[Any] = []
        self._ear, mouth = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=target, args=(mouth, *arguments), daemon=True)
        self._process.start()
        # The only one left is the child's, so that its end is heard.
        mouth.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def listen(self, words: int) -> None:
        """Wait until it has said so much.

        Raises:
            RuntimeError: it ended or hung before.
        """
        while len(self.said) < words:
            if not self._ear.poll(PATIENCE) or not self._hear():
                raise RuntimeError(
                    f"a child ended or hung. Received: {len(self.said)} messages. Expected: {words}."
                )

    def listen_to_end(self) -> None:
        """Wait until it ends by itself.

        Raises:
            RuntimeError: it failed or hung.
        """
        while self._ear.poll(PATIENCE) and self._hear():
            pass
        self._process.join(PATIENCE)
        if self._process.exitcode != 0:
            raise RuntimeError(f"a child failed. Received: exit code {self._process.exitcode}. Expected: 0.")

    def kill_after(self, seconds: float) -> None:
        """End it with SIGKILL after a while; what it said until then is in `said`.

        Raises:
            RuntimeError: it had ended by itself.
        """
        time.sleep(seconds)
        self.kill()
        if self._process.exitcode != -9:
            raise RuntimeError(
                f"a child was not killed. Received: exit code {self._process.exitcode}. Expected: -9."
            )

    def kill(self) -> None:
        """End it where it has not ended."""
        self._process.kill()
        while self._hear():
            pass
        self._process.join()

    def _hear(self) -> bool:
        """Wait for one message; whether there was one."""
        try:
            self.said.append(self._ear.recv())
        except (EOFError, OSError):
            # OSError: killed in the middle of a word, which then was not said.
            return False
        return True


Mouth = Connection
"""What a child speaks through."""
