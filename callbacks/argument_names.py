"""Which arguments a callback takes, for saying so where another name was given."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def argument_names(kind: type) -> set[str]:
    """Names of the arguments that a class and those it derives from take.

    Example:
        >>> sorted(argument_names(keras.callbacks.BackupAndRestore) & {"save_freq", "logs"})
        ['save_freq']

    """
    inits = [vars(one)["__init__"] for one in kind.__mro__ if "__init__" in vars(one)]
    parameters = [parameter for init in inits for parameter in inspect.signature(init).parameters.values()]
    return {parameter.name for parameter in parameters if parameter.kind in _NAMED} - {"self"}


def refuse_unknown(called: type, unknown: Iterable[str], known: Iterable[str]) -> None:
    """Name the class that the user called: arguments are handed on to others, which Python would name.

    Args:
        called: the user's class.
        unknown: names that were given and that nothing takes.
        known: names that it takes.

    Raises:
        TypeError: there are unknown names.
    """
    wrong = sorted(unknown)
    if wrong:
        raise TypeError(
            f"{called.__name__} has no such argument. Received: {', '.join(wrong)}. "
            f"Expected of these only {', '.join(sorted(set(known).difference(wrong)))}."
        )
