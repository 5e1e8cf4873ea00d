"""Reading many things of which some would have to be fetched from TensorBoard's data server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from tb_convvis.source import Query
from tb_convvis.unreadable import NotAtHandError

Item = TypeVar("Item")
Result = TypeVar("Result")


def read_each(
    threads: Executor, query: Query, read: Callable[[Item, Query], Result], items: Sequence[Item]
) -> list[Result]:
    """Read all, on threads what is not at hand: for the rest a thread would only be waited for.

    Args:
        threads: to fetch on.
        query: the request's.
        read: reads one; raises NotAtHandError where it must not fetch and would have to.
        items: to be read, in the order of the results.
    """
    at_hand = replace(query, only_at_hand=True)
    answers: dict[int, Result] = {}
    for number, item in enumerate(items):
        with suppress(NotAtHandError):
            answers[number] = read(item, at_hand)
    rest = [number for number in range(len(items)) if number not in answers]
    found = threads.map(lambda number: read(items[number], query), rest)
    answers.update(zip(rest, found, strict=True))
    return [answers[number] for number in range(len(items))]
