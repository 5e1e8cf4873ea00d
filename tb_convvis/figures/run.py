"""One run: its layers in the order of the network, its records at an epoch, and what became of those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tb_convvis.blobs import Picture, decode
from tb_convvis.figures.layer_names import renamed
from tb_convvis.figures.words import enumerate_words, one_line, plural
from tb_convvis.histograms import Series
from tb_convvis.parts import Part, Want
from tb_convvis.reader import Index, Reader, Tag
from tb_convvis.scalars import ScalarSeries
from tb_convvis.schema import Manifest, SchemaError, parse_manifest
from tb_convvis.source import Query
from tb_convvis.unreadable import UnreadableError

AT_ONCE = 1000
"""Manifests that are read in one go: an answer holds 4096 blobs."""


@dataclass(frozen=True)
class Record:
    """What a run logged of one subject at one epoch."""

    step: int
    wall_time: float | None
    manifest: Manifest
    _run: Run = field(repr=False)
    _tag: str

    def blob(self, index: int) -> NDArray[np.generic] | Picture:
        """Return a blob, 1 being the first behind the manifest.

        Raises:
            UnreadableError: it is damaged, or not there.
        """
        (part,) = self._run.read(self._tag, (self.step,), index)
        if part.error is not None:
            raise UnreadableError(f"{self._where()}: {part.error}")
        return decode(self.manifest.blobs[index - 1], part.data)

    def array(self, index: int, axes: int) -> NDArray[np.generic]:
        """Return a blob that has to be an array of so many axes."""
        blob = self.blob(index)
        if isinstance(blob, Picture) or blob.ndim != axes:
            raise self.malformed(f"blob {index} is not an array of {axes} axes")
        return blob

    def malformed(self, problem: object) -> UnreadableError:
        """Return the error for a record that is not what its kind says."""
        return UnreadableError(f"{self._where()}: damaged: {one_line(problem)}")

    def _where(self) -> str:
        return f"{self._run.title}, {one_line(self._tag)}, epoch {self.step}"


@dataclass(frozen=True)
class Run:
    """A run that ConvVis logged."""

    _reader: Reader
    _query: Query
    index: Index
    title: str
    shown: dict[str, str] = field(default_factory=dict)
    """By its own names those by which its layers are shown beside other runs: `index` has them."""

    @property
    def name(self) -> str:
        """As TensorBoard calls it."""
        return self.index.run

    def read(self, tag: str, steps: Sequence[int], index: int) -> list[Part]:
        """Return one blob of each of these steps."""
        return self._reader.blobs(self._query, [Want(self.name, tag, tuple(steps), (index,))])

    def layers(self, kind: str) -> list[str]:
        """Return what this kind was logged of, in the order of the network."""
        found = [tag.subject for tag in self.index.tags if tag.kind == kind]
        order = {name: place for place, name in enumerate(self.network())}
        return sorted(found, key=lambda name: order.get(name, len(order)))

    def record(self, kind: str, layer: str, epoch: int | None) -> Record:
        """Return the record that an epoch is shown with: the last at or before it.

        Args:
            kind: of record.
            layer: or other subject.
            epoch: number of completed epochs; None for the last that was logged.

        Raises:
            ValueError: nothing was logged of the layer, or nothing at or before the epoch.
            UnreadableError: the record is damaged.
        """
        tag = self.tag(kind, layer)
        steps = [record.step for record in tag.records]
        step = step_at(steps, epoch, f"{self.title}, {layer}")
        manifest, wall_time = self._manifest(tag.tag, step)
        return Record(step, wall_time, manifest, self, tag.tag)

    def records(self, kind: str, layer: str) -> Iterator[tuple[int, Record | None]]:
        """Yield all epochs with their records, None where one is damaged."""
        tag = self.tag(kind, layer)
        steps = [record.step for record in tag.records]
        for first in range(0, len(steps), AT_ONCE):
            for part in self.read(tag.tag, steps[first : first + AT_ONCE], 0):
                try:
                    manifest = None if part.error is not None else parse_manifest(part.data)
                except SchemaError:
                    manifest = None
                yield (
                    part.step,
                    (manifest and Record(part.step, part.wall_time, manifest, self, tag.tag)) or None,
                )

    def tag(self, kind: str, layer: str) -> Tag:
        """Return what there is of a layer.

        Raises:
            ValueError: nothing was logged of it.
            UnreadableError: it cannot be read.
        """
        logged = [tag for tag in self.index.tags if tag.kind == kind]
        found = [tag for tag in logged if tag.subject == layer]
        if not found or not (found[0].records or found[0].error):
            raise ValueError(
                f"{self.title} has no such layer in this view. Received: layer={layer!r}. "
                f"Expected one of {[tag.subject for tag in logged]}."
            )
        if found[0].error is not None:
            raise UnreadableError(f"{self.title}, {layer}: {found[0].error}")
        return found[0]

    def failure(self, view: str, layer: str, epoch: int | None, shown: int) -> str | None:
        """Return why an epoch that was asked for is not the one that is shown, if the log says."""
        try:
            status = self.record("run", view, epoch)
        except (ValueError, UnreadableError):
            return None
        if status.step <= shown:
            return None
        for failure in _dictionaries(status.manifest.facts.get("failures")):
            named = failure.get("layer")
            if named is None or (isinstance(named, str) and renamed(self.shown, named) == layer):
                return f"at epoch {status.step}: {one_line(failure.get('reason', 'for an unknown reason'))}"
        return None

    def failures(self, view: str) -> list[str]:
        """Return what failed the last time that a view was to be logged, and why, if the log says."""
        try:
            status = self.record("run", view, None)
        except (ValueError, UnreadableError):
            return []
        found = _dictionaries(status.manifest.facts.get("failures"))
        layers = [f"for {one_line(one['layer'])} " if one.get("layer") is not None else "" for one in found]
        return [
            f"{layer}at epoch {status.step}: {one_line(one.get('reason', 'for an unknown reason'))}"
            for layer, one in zip(layers, found, strict=True)
        ]

    def version_at(self, step: int) -> str:
        """Return the version that logged the training which a step belongs to."""
        try:
            versions = self.record("run", "model", step).manifest.facts.get("versions")
        except (ValueError, UnreadableError):
            versions = None
        version = versions.get("tb_convvis") if isinstance(versions, dict) else None
        return one_line(version, 40) if isinstance(version, str) and version else "of unknown version"

    def histograms(self, run: str, tag: str) -> Series:
        """Return all histograms of a weight."""
        return self._reader.histograms(self._query, [(run, tag)])[0]

    def scalars(self, run: str, tag: str) -> ScalarSeries:
        """Return all values of a metric."""
        return self._reader.scalars(self._query, [(run, tag)])[0]

    def network(self) -> list[str]:
        """Return the names of the layers in the order of the network; empty where the record does not say."""
        return [renamed(self.shown, name) for name, _ in self.classes()]

    def classes(self) -> list[tuple[str, str]]:
        """Return its own names of the layers, each with its class; empty where the record does not say."""
        try:
            layers = self.record("run", "model", None).manifest.facts.get("layers")
        except (ValueError, UnreadableError):
            return []
        return [
            (name, kind if isinstance(kind := one.get("class"), str) else "")
            for one in _dictionaries(layers)
            if isinstance(name := one.get("name"), str)
        ]

    def own_name(self, layer: str) -> str:
        """Return what it calls a layer itself; the same where it has none in that place."""
        return renamed({name: own for own, name in self.shown.items()}, layer)

    def _manifest(self, tag: str, step: int) -> tuple[Manifest, float | None]:
        (part,) = self.read(tag, (step,), 0)
        try:
            if part.error is not None:
                raise SchemaError(part.error)
            return parse_manifest(part.data), part.wall_time
        except SchemaError as error:
            raise UnreadableError(f"{self.title}, {one_line(tag)}, epoch {step}: {error}") from None


def step_at(steps: Sequence[int], epoch: int | None, what: str, name: str = "epoch") -> int:
    """Return the last of the steps at or before an epoch; what was learnt after it never illustrates it.

    Args:
        steps: ascending.
        epoch: number of completed epochs; None for the last.
        what: is looked for, for the error.
        name: of the argument that names the epoch.

    Raises:
        ValueError: there is none.
    """
    before = [step for step in steps if epoch is None or step <= epoch]
    if not before:
        raise ValueError(
            f"{what}: nothing was logged at or before the epoch. Received: {name}={epoch}. Expected one of "
            f"the {plural(len(steps), 'logged epoch')}: {enumerate_words(steps, most=12)}."
        )
    return before[-1]


def _dictionaries(value: object) -> list[dict[str, object]]:
    """The objects of a list that a log holds, whatever else may stand there."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
