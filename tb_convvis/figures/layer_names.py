"""Which layers of several runs are the same: the rule of the page.

Keras numbers unnamed layers on through a process (`conv2d`, then `conv2d_1`), so the same network built twice
has other names. In every model the k-th unnamed layer of a class is compared with the k-th of that class in
the other run; a name that the user chose is compared with itself only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Network = Sequence[tuple[str, str]]
"""Path and class of each layer."""


def layer_names(runs: Sequence[tuple[Network, Iterable[str]]]) -> list[dict[str, str]]:
    """Return by which names the layers of the runs are shown: of the first run with a layer in the place.

    Args:
        runs: of each the network, empty where its record cannot be read, and the names that it logged.

    Returns:
        Of each run the names shown by its own; empty where it keeps its own: they are the ones shown, its
        network is not known, or two of the names that it logged or that its network has would become one.

    Example:
        >>> layer_names([([("conv2d", "Conv2D")], []), ([("conv2d_1", "Conv2D")], [])])
        [{}, {'conv2d_1': 'conv2d'}]
    """
    shown_at: dict[int, str] = {}
    places, names = _Places(), _Names()
    result: list[dict[str, str]] = []
    for network, logged in runs:
        shown: dict[str, str] = {}
        for path, place in places.of(network).items():
            if place not in shown_at:
                # What is inside of a model stays inside of it, under the name that this is shown by.
                parent = path.rpartition("/")[0]
                shown_at[place] = names.take(shown.get(parent, parent) + path[len(parent) :])
            shown[path] = shown_at[place]
        # A layer that is not logged has its place too: its name would be taken for that of the logged one.
        distinct = {*logged, *shown}
        apart = len({renamed(shown, one) for one in distinct}) == len(distinct)
        result.append(shown if apart and any(own != name for own, name in shown.items()) else {})
    return result


def renamed(names: Mapping[str, str], path: str) -> str:
    """Return the other name of a layer, its own where it has none; a further call, `conv:1`, stays one."""
    if path in names:
        return names[path]
    calls = [re.search(r":[0-9]{1,9}\Z", part) for part in path.split("/")]
    plain = uncalled(path)
    found = names.get(plain, "").split("/")
    if plain not in names or len(found) != len(calls):
        return path
    return "/".join(part + (call[0] if call else "") for part, call in zip(found, calls, strict=True))


def uncalled(path: str) -> str:
    """Return the path of a layer, from that of one of its calls."""
    return "/".join(re.sub(r":[0-9]{1,9}\Z", "", part) for part in path.split("/"))


def snake_case(name: str) -> str:
    """Return the name that Keras makes of a class: `conv2d` of `Conv2D`, `re_lu` of `ReLU`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


class _Places:
    """A number for each place that a layer can have in a network, the same for all runs."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[object, ...], int] = {}

    def of(self, network: Network) -> dict[str, int]:
        """Of each layer, by its path, in the order of the network."""
        classes = dict(network)
        ranks = _ranks(classes)
        found: dict[str, int] = {}
        # A model stands before what is inside of it.
        for path in sorted(classes, key=len):
            parent, _, name = path.rpartition("/")
            around = found.get(parent, parent) if parent else ""
            key = (around, classes[path], ranks[path]) if path in ranks else (around, name)
            found[path] = self._numbers.setdefault(key, len(self._numbers))
        return {path: found[path] for path in classes}


def _ranks(classes: Mapping[str, str]) -> dict[str, int]:
    """Which of the unnamed layers of its class in its model a layer is; none that the user named."""
    families: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for path, kind in classes.items():
        parent, _, name = path.rpartition("/")
        number = _automatic_number(name, snake_case(kind))
        if number is not None:
            families[parent, kind].append((number, path))
    return {path: rank for family in families.values() for rank, (_, path) in enumerate(sorted(family))}


def _automatic_number(name: str, stem: str) -> int | None:
    """The number in a name that Keras gave, 0 for the first; None for a name that the user chose."""
    if not stem or not name.startswith(stem):
        return None
    found = re.fullmatch(r"(?:_([1-9][0-9]{0,14}))?", name[len(stem) :])
    return found and int(found[1] or 0)


class _Names:
    """Names that no two places share: the one a layer has where it is free, else that numbered on."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, path: str) -> str:
        name = self._numbered_on(path) if path in self._taken else path
        self._taken.add(name)
        return name

    def _numbered_on(self, path: str) -> str:
        found = re.search(r"_([0-9]{1,15})\Z", path)
        stem, number = (path[: found.start()], int(found[1])) if found else (path, 0)
        number = max(number + 1, self._next.get(stem, 1))
        while f"{stem}_{number}" in self._taken:
            number += 1
        self._next[stem] = number + 1
        return f"{stem}_{number}"
