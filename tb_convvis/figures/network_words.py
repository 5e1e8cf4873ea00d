"""A layer's shape, arguments, parameters and receptive field in words."""

from __future__ import annotations

from collections.abc import Sequence

from tb_convvis.figures.network import Field, Layer, Network, Shape
from tb_convvis.figures.network_scene import Node
from tb_convvis.figures.words import one_line, plural

TIMES = "\N{MULTIPLICATION SIGN}"


def shape_words(shape: Shape | None) -> str:
    """Return the sides of a shape without the axis of the pictures; one that is open is a question mark."""
    return f" {TIMES} ".join("?" if side is None else str(side) for side in (shape or ())[1:])


def class_words(node: Node) -> str:
    """Return the class, its kernel and its stride where that is not 1: what one looks for first."""
    kind = one_line(node.kind, 60)
    if node.inside:
        return f"{kind} \N{MIDDLE DOT} {plural(node.inside, 'layer')}"
    if node.facts is None:
        return kind
    kernel = f" {TIMES.join(map(str, node.facts.kernel))}" if node.facts.kernel else ""
    strided = any(stride != 1 for stride in node.facts.strides)
    return f"{kind}{kernel}{f' / {_sides(node.facts.strides, TIMES)}' if strided else ''}"


def parameter_words(facts: Layer | None) -> str:
    """Return "1,792 parameters, not trained"; nothing where there are none."""
    if facts is None or facts.parameters == 0:
        return ""
    words = plural(facts.parameters, "parameter")
    if facts.trainable in (None, facts.parameters):
        return words
    return f"{words}, {f'{facts.trainable:,}' if facts.trainable else 'not'} trained"


def field_words(field: Field | None) -> str:
    """Return what a unit sees and how far units lie apart; nothing where the record does not tell of it."""
    if field is None:
        return ""
    if field.reason is not None or not field.size:
        return "receptive field not known"
    if "whole image" in field.note:
        return "sees the whole picture"
    note = field.note.replace("ignoring gate", "without the gates, which see the whole picture")
    note = note.replace("structural", "without the normalisation over the whole map")
    every = (
        f", one every {_sides(field.stride, f' {TIMES} ')} px"
        if None not in field.stride
        else ", varying steps"
    )
    return f"sees {f' {TIMES} '.join(map(str, field.size))} px{every}{f', {one_line(note)}' if note else ''}"


def network_words(network: Network) -> str:
    """Return "600 parameters, 500 of them trained, in 7 layers"."""
    outermost = [one for name, one in network.layers.items() if name.rpartition("/")[0] not in network.layers]
    words = plural(network.parameters, "parameter")
    trained = [one.trainable for one in outermost]
    known = [one for one in trained if one is not None]
    if known and len(known) == len(trained) and sum(known) < network.parameters:
        words += f", {sum(known):,} of them trained,"
    return f"{words} in {plural(len(network.layers), 'layer')}"


def _sides(values: Sequence[object], joint: str) -> str:
    return str(values[0]) if len(set(values)) == 1 else joint.join(map(str, values))
