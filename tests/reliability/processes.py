"""What processes hold."""

from __future__ import annotations

import re
from pathlib import Path


def resident(pid: int) -> tuple[int, int]:
    """Bytes that a process holds in memory, and those of its descendants together.

    Raises:
        FileNotFoundError: no such process, or a system without /proc.
    """
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        children.setdefault(int(words[1]), []).append(int(status.parent.name))
    descendants, new = [], [pid]
    while new:
        new = [child for parent in new for child in children.get(parent, ())]
        descendants += new
    return _resident(pid), sum(_resident(child) for child in descendants)


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return 1024 * int(found[1]) if found else 0
