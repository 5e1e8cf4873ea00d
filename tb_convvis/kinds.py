"""The kinds of record there are: what each holds, and which view of the page draws it.

A new view starts with an entry here; tests and docs enumerate the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of record: what its manifest and blobs hold, and which view of the page draws it."""

    name: str
    summary: str
    subject: str
    facts: Mapping[str, str]
    blobs: str
    view: str | None


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="run",
            summary="What the page must know about a run, and how each logged epoch went.",
            subject="`model`, once per fit; or the name of a view, once per logged epoch",
            facts={
                "layers": "`model` only: [{name, class, output, parameters}] in the order of the network",
                "class_names": "`model` only: list of names, or null",
                "versions": "`model` only: {tb_convvis, keras, tensorflow, python}",
                "settings": "`model` only: {view: {argument: value}}",
                "parameters": "`model` only: number of parameters",
                "view": "status only: the view that ran",
                "seconds": "status only: what the view cost at this epoch",
                "bytes": "status only: what the view wrote at this epoch",
                "failures": "status only: [{view, layer, reason}]; empty when all went well",
                "notes": "status only: what was sampled, capped or counted apart, as sentences",
            },
            blobs="none",
            view=None,
        ),
        Kind(
            name="filters",
            summary="The kernel of a convolution.",
            subject="layer",
            facts={
                "layer": "path of the layer, nested models joined by `/`",
                "weight": "name of the weight: kernel or depthwise_kernel",
                "rms": "per filter: root mean square over height, width and input channels",
                "norm": "per filter: Euclidean norm",
                "max_abs": "largest finite magnitude in the kernel",
                "nonfinite": "number of NaN and infinite values",
                "sees_image": "true when the kernel is applied to the picture itself: colour is meaningful",
                "channel_order": "RGB or BGR: the order of the picture's channels as the network gets them",
                "channel_scale": "per channel, what the network's input was divided by, or null",
            },
            blobs="one: float32 [height, width, input channels, filters]",
            view="filters",
        ),
    )
}
