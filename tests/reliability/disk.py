"""A disk of a process's own that can be filled, freed and made read-only."""

from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_READ_ONLY, _PRIVATE, _DETACH = 1, (1 << 18) | (1 << 14), 2

PAGE = 4096


class Tmpfs:
    """A small file system in memory, mounted where no other process sees it and gone with this one.

    Args:
        directory: where it is mounted; made when missing.
        size: in bytes.

    Raises:
        OSError: this process may not mount.
    """

    what = "a tmpfs"

    def __init__(self, directory: Path, size: int = 2**18) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        _leave_common_mounts()
        _mount(b"tmpfs", directory, b"tmpfs", 0, f"size={size}".encode())
        self._filling = directory / "filling"

    def fill(self, free_pages: int = 0) -> None:
        """Fill it, but for some pages."""
        with self._filling.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(PAGE)):
                    pass
            except OSError:
                file.truncate(max(0, file.tell() - free_pages * PAGE))

    def free(self) -> None:
        """Give the room back."""
        self._filling.unlink()

    def cover(self) -> None:
        """Let a read-only disk appear in its place."""
        _mount(b"tmpfs", self.directory, b"tmpfs", _READ_ONLY, b"size=4096")

    def uncover(self) -> None:
        """Let it appear again."""
        _checked(_libc().umount2(bytes(self.directory), _DETACH), "umount2")


class FileSizeLimit:
    """The kernel's limit on the size of this process's files: writes fail as on a full disk, with EFBIG.

    For where nothing can be mounted. Every file is affected, not only those of one directory.
    """

    what = "a limit of 0 bytes on files (RLIMIT_FSIZE), as nothing can be mounted here"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, free_pages: int = 0) -> None:
        """Let every write fail; files that exist may not grow, and new ones get a few pages at most."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (free_pages * PAGE, self._before[1]))

    def free(self) -> None:
        """Let writes succeed again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


def small_disk(directory: Path) -> Tmpfs | FileSizeLimit:
    """The nearest to a real disk that this process may have."""
    try:
        return Tmpfs(directory)
    except OSError:
        return FileSizeLimit(directory)


def _leave_common_mounts() -> None:
    """Mounts of this process alone from here on: as root, else as root of a user namespace of its own."""
    libc, user, group = _libc(), os.getuid(), os.getgid()
    if libc.unshare(_NEW_MOUNTS):
        _checked(libc.unshare(_NEW_USER | _NEW_MOUNTS), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _mount(b"none", Path("/"), None, _PRIVATE, None)


def _mount(source: bytes, target: Path, kind: bytes | None, flags: int, options: bytes | None) -> None:
    _checked(_libc().mount(source, bytes(target), kind, ctypes.c_ulong(flags), options), "mount")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(status: int, call: str) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")
