"""What one of TensorBoard's two readers holds: the data server (Rust), or the event multiplexer (Python)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tb_convvis.records import Record, State

HISTOGRAMS_PLUGIN = "histograms"
SCALARS_PLUGIN = "scalars"
"""As TensorBoard calls the plugins that show what anybody logs."""


@dataclass(frozen=True)
class Query:
    """What TensorBoard wants to know of every request, and whether its data server must not be asked."""

    context: Any
    experiment: str
    only_at_hand: bool = False


@dataclass(frozen=True)
class Listed:
    """A tag as TensorBoard lists it.

    Args:
        content: the plugin's content in its metadata.
        state: changes with every record that is added or dropped; None where there is no record.
        blobs: most that a record has, as far as the listing tells.
    """

    content: bytes
    state: State | None
    blobs: int = 0


Listing = dict[str, dict[str, Listed]]
"""By run and tag."""


@dataclass(frozen=True)
class Datum:
    """What TensorBoard kept of a histogram or a scalar at a step.

    `value` is whatever was logged, None where it is no sound tensor; `wall_time` is None where it is not a
    number.
    """

    step: int
    wall_time: float | None
    value: Any


class Source(Protocol):
    """One of the two readers. A log may hold anything, and reading it may raise any exception."""

    at_hand: bool
    """Whether everything is in this process: then blobs are not kept a second time."""

    def runs(self, query: Query) -> list[str]:
        """The names of all runs, in TensorBoard's order."""

    def logged_runs(self, query: Query) -> set[str]:
        """The names of the runs that ConvVis logged."""

    def tags(self, query: Query, runs: Sequence[str] | None, tags: Sequence[str] | None) -> Listing:
        """What ConvVis logged; of these runs and these tags, where None means all."""

    def histogram_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of histograms, whoever logged them."""

    def scalar_tags(self, query: Query, runs: Sequence[str]) -> dict[str, set[str]]:
        """By run the tags of scalars, whoever logged them."""

    def records(self, query: Query, run: str, tag: str) -> list[Record]:
        """The records of a tag that is listed."""

    def blob(self, query: Query, run: str, tag: str, record: Record, index: int) -> bytes:
        """Blob `index` of a record."""

    def histograms(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The histograms of a tag; empty where there are none."""

    def scalars(self, query: Query, run: str, tag: str) -> list[Datum]:
        """The scalars of a tag; empty where there are none."""
