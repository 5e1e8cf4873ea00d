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


PROJECTION_FACTS = {
    "rule": "deconvnet, guided or gradient",
    "extended": "activations other than ReLU that the rule was extended to: [layer: operation]",
    "refused": "why there are no projections, or null",
    "window": "[height, width] in pixels of the input that one projection covers",
    "block": "pixels of the input, per side, that were averaged into one of a projection",
    "tile": "[height, width] of one projection in a picture",
    "display": "how a projection is drawn, in words",
}
"""What every kind says of the projections it holds."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="run",
            summary="What the page must know about a run, and how each logged epoch went.",
            subject="`model`, once per fit; or the name of a view, once per logged epoch",
            facts={
                "layers": "`model` only: [{name, class, output, parameters, own, trainable}] in the order of "
                "the network; `own` leaves out those of layers inside, `trainable` those not trained; where "
                "the layer has them also activation, kernel, strides, padding, dilation and groups",
                "graphs": "`model` only: by the path of a model, the network's own being empty: {inputs: "
                "shapes, calls: [{name, layer, class, inputs, outputs: shapes}], outputs}. What is read is "
                "[name of a call, number of its output]; an empty name stands for the model's own inputs. "
                "`layer` is a path, or null for an operation. Models without a graph are left out",
                "fields": "`model` only: by the path of a call its receptive field {size, stride, start, "
                "note}, each [rows, columns] in pixels, or {reason}: why the graph does not tell it",
                "graph_problem": "`model` only: why graphs and fields could not be made, or null",
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
        Kind(
            name="probe",
            summary="The pictures that other kinds refer to by number, logged once per fit.",
            subject="`pictures` for features, `occlusion` for occlusion maps",
            facts={
                "count": "number of pictures",
                "drawn_from": "how many pictures of the user's data were looked at for the draw",
                "searched": "how many pictures were searched: these, or more, of which these are the "
                "strongest that records refer to",
                "seed": "of the draw",
                "labels": "per picture: index of its class, or null",
                "class_names": "list of names, or null",
                "display": "how the network's input was drawn, in words",
                "size": "[height, width] of the network's input in pixels",
            },
            blobs="one picture per picture of the probe set",
            view=None,
        ),
        Kind(
            name="strength",
            summary="How strongly the probe set excites every map of a layer, drawn or not.",
            subject="layer",
            facts={
                "layer": "path of the layer",
                "jumps": "how many maps that are alive, here and at the previous log, have another strongest "
                "picture than there, or null",
                "alive": "how many maps some picture excites, here and at the previous log: those that "
                "`jumps` looks at; or null",
                "weight_change": "1 - cosine of the kernel with that of the previous log, or null",
                "projection_change": "median of the fourth blob where it is known, or null",
                "comparable": "over how many maps that median was taken",
            },
            blobs="float32 [maps] strongest activation; float32 [maps] share of pictures without response; "
            "int32 [maps] strongest picture; float32 [maps] 1 - cosine of a picture's projection with that "
            "of the previous log, NaN where not known",
            view="convergence",
        ),
        Kind(
            name="top",
            summary="The strongest activations of the drawn maps of a layer, and their projections.",
            subject="layer",
            facts={
                "layer": "path of the layer",
                "maps": "indices of the drawn maps",
                "of": "number of maps of the layer",
                "k": "activations per map",
                "columns": "names of the last axis of the first blob",
                "convolution": "path of the convolution that makes the maps: the layer, or the one whose "
                "normalisation or activation it is; or null",
                **PROJECTION_FACTS,
                "tiles_across": "projections side by side in the picture of a map",
                "overview_tile": "[height, width] of one projection in the overview",
                "overview_across": "maps side by side in the overview",
            },
            blobs="float32 [maps, k, columns]; unless refused also the overview picture and one per map",
            view="features",
        ),
        Kind(
            name="occlusion",
            summary="What covering part of a picture does to the class and to the strongest map of a layer.",
            subject="layer whose strongest map is watched",
            facts={
                "layer": "path of the layer",
                "images": "per occluded picture: its number in the probe set `occlusion`",
                "labels": "per occluded picture: index of the class whose probability is mapped",
                "labelled": "true: that class is the true one; false: the one predicted at this epoch",
                "classes": "number of classes",
                "rows": "top edge of each row of positions, in pixels of the input, ascending",
                "cols": "left edge of each column of positions",
                "size": "[height, width] of the occluder",
                "stride": "[down, across] between positions; the last is flush with the edge",
                "value": "per channel: the occluder's value in the range of the input",
                "colour": "[red, green, blue], 0 to 255: the occluder as the probe pictures are drawn",
                "unoccluded_probability": "per occluded picture: the probability without an occluder",
                "unoccluded_class": "per occluded picture: the most probable class without an occluder",
                "unoccluded_activation": "per occluded picture: the total activation without an occluder",
                "strongest_map": "per occluded picture: the map of the layer that is watched",
                "scores": "how probabilities were read from the model's output, in words",
                "way": "incremental: only what the occluder can change was computed again; or plain",
                "reason": "why so, in words",
                "k": "projections per picture: of the map in it, then in its strongest other pictures",
                "columns": "names of the last axis of the fourth blob, as in `top`",
                **PROJECTION_FACTS,
            },
            blobs="float32 [pictures, rows, cols] probability; int32 [pictures, rows, cols] most probable "
            "class; float32 [pictures, rows, cols] total activation; float32 [pictures, k, columns]; unless "
            "refused also one picture per occluded picture, its k projections side by side",
            view="occlusion",
        ),
    )
}
