"""Runs that belong together: the user named one directory, below which each callback has a run of its own."""

from __future__ import annotations

import re

_RUN_DIRECTORY = re.compile(r"(?:(?P<group>.*)[/\\])?convvis(?:-\d+)?", re.DOTALL)


def group_of(run: str) -> str:
    """The training that a run belongs to: the directory that the user named.

    Example:
        >>> group_of("sgd/convvis"), group_of("sgd/convvis-2"), group_of("sgd/train")
        ('sgd', 'sgd', 'sgd/train')
    """
    match = _RUN_DIRECTORY.fullmatch(run)
    return match["group"] or "" if match else run


def sibling(group: str, name: str) -> str:
    """The run of that name in a group.

    Example:
        >>> sibling("sgd", "train"), sibling("", "train")
        ('sgd/train', 'train')
    """
    return f"{group}/{name}" if group else name
