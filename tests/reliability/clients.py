"""Many clients at once, from a process of their own: python -m tests.reliability.clients PORT < paths.

Reads one path a line. Every client asks for one after the other from a start of its own, each on a new
connection, since TensorBoard closes them. Prints as JSON how long the answers took, what they hashed to, and
what failed.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

TIMEOUT_SECONDS = 60


@dataclass
class Answers:
    """What the clients saw.

    Args:
        milliseconds: of every answer.
        hashes: those of the answers to each path.
        errors: in words, of every request that failed.
    """

    milliseconds: list[float] = field(default_factory=list)
    hashes: dict[str, list[str]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The time within which this share of the answers came."""
        return sorted(self.milliseconds)[min(int(share * len(self.milliseconds)), len(self.milliseconds) - 1)]


def ask(port: int, paths: Sequence[str], clients: int, each: int) -> Answers:
    """Let so many clients make so many requests each, from another process."""
    command = [sys.executable, "-m", "tests.reliability.clients", str(port)]
    done = subprocess.run(
        [*command, f"--clients={clients}", f"--each={each}"],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return Answers(**json.loads(done.stdout))


def fetch(port: int, path: str) -> bytes:
    """The body of one answer; raises OSError for any status but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise OSError(f"{answer.status} {body[:200]!r}")
    return body


def _client(port: int, paths: Sequence[str], each: int, answers: Answers, ready: threading.Barrier) -> None:
    ready.wait()
    for number in range(each):
        path = paths[number % len(paths)]
        began = time.perf_counter()
        try:
            body = fetch(port, path)
        except (OSError, http.client.HTTPException) as error:
            answers.errors.append(f"{type(error).__name__}: {error}")
            continue
        answers.milliseconds.append(1000 * (time.perf_counter() - began))
        answers.hashes.setdefault(path, []).append(hashlib.sha256(body).hexdigest())


def main() -> None:
    """Run the clients."""
    parser = argparse.ArgumentParser(description="Many clients of one server.")
    parser.add_argument("port", type=int)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--each", type=int, default=10, help="requests of each client")
    options = parser.parse_args()
    paths = sys.stdin.read().split()
    seen = [Answers() for _ in range(options.clients)]
    ready = threading.Barrier(options.clients)
    threads = []
    for number, answers in enumerate(seen):
        begin = number * len(paths) // options.clients
        own = paths[begin:] + paths[:begin]
        arguments = (options.port, own, options.each, answers, ready)
        threads.append(threading.Thread(target=_client, args=arguments))
        threads[-1].start()
    for thread in threads:
        thread.join()
    together: dict[str, set[str]] = defaultdict(set)
    for answers in seen:
        for path, hashes in answers.hashes.items():
            together[path].update(hashes)
    everything = Answers(
        [one for answers in seen for one in answers.milliseconds],
        {path: sorted(hashes) for path, hashes in together.items()},
        [one for answers in seen for one in answers.errors],
    )
    print(json.dumps(asdict(everything)))


if __name__ == "__main__":
    main()
