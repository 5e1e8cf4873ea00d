"""The tensor in which a layer's activations are read and seeded."""

from __future__ import annotations

from typing import Any


def before_softmax(tensor: Any) -> Any:
    """The logits, where ``tensor`` is a softmax of them, else ``tensor``.

    The softmax of a class mixes in all others: its projection would show what lowers them as well.
    """
    source = tensor
    while source.op.type in ("Identity", "Cast"):
        source = source.op.inputs[0]
    return source.op.inputs[0] if source.op.type == "Softmax" else tensor
