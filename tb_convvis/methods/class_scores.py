"""Class probabilities from what a model returns: a softmax, sigmoids, or scores before either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import tensorflow as tf

from tb_convvis.methods.rule_error import NestedFunctionError

Scores = Literal["probabilities", "logits"]
PASSED = ("Identity", "Cast", "Reshape", "Squeeze", "ExpandDims", "StopGradient")
FUNCTION_CALLS = ("PartitionedCall", "StatefulPartitionedCall")


@dataclass(frozen=True)
class ClassScores:
    """How probabilities of classes are read from the output of a model.

    Args:
        units: Units of the output.
        scores: What the output is: "probabilities" or "logits".
        note: What was found at the end of the model and what was done about it, in words.
        certain: Whether the end of the model left no doubt, or the caller said what it is.
    """

    units: int
    scores: Scores
    note: str
    certain: bool

    @property
    def classes(self) -> int:
        """Number of classes: one unit decides between two."""
        return max(2, self.units)

    def probabilities(self, output: Any) -> Any:
        """Probability of each class, float32 [images, classes], from ``output`` [images, units]."""
        output = tf.cast(output, tf.float32)
        if self.units > 1:
            return output if self.scores == "probabilities" else tf.nn.softmax(output)
        second = output if self.scores == "probabilities" else tf.sigmoid(output)
        return tf.concat([1 - second, second], axis=1)

    def check(self, output: Any) -> None:
        """Refuse an ``output`` [images, units] that was taken for logits and looks like probabilities.

        Raises:
            ValueError: If every row is a distribution.
        """
        if self.certain or self.units == 1:
            return
        if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-4):
            raise ValueError(
                "The model's outputs add up to 1 but it does not end in a softmax: pass "
                "scores='probabilities', or scores='logits' if they are not."
            )


def read_class_scores(
    model: Any, output: Any, scores: Scores | None, inline: bool
) -> tuple[Any, ClassScores]:
    """The one output tensor of a traced ``model`` and how to read it.

    Args:
        model: The model, for its names.
        output: What it returned: tensors in a structure.
        scores: What the output is, where the caller knows better than the graph.
        inline: Whether tf.functions of the model were traced into.

    Raises:
        ValueError: If there are several outputs, or it is not [images, classes].
        NestedFunctionError: If the end of the model is hidden in a tf.function.
    """
    tensors = tf.nest.flatten(output)
    name = getattr(model, "name", type(model).__name__)
    if len(tensors) != 1:
        names = list(getattr(model, "output_names", None) or range(len(tensors)))
        raise ValueError(
            f"Model {name!r} has {len(tensors)} outputs: {names}. Expected one, with a unit per class: pass "
            "keras.Model(model.inputs, model.outputs[i])."
        )
    tensor = tensors[0]
    if tensor.shape.rank != 2:
        raise ValueError(
            f"Model {name!r} returns a tensor of shape {tuple(tensor.shape)}: expected [images, classes]."
        )
    if scores not in (None, "probabilities", "logits"):
        raise ValueError(f"Expected scores of 'probabilities', 'logits' or None. Received: {scores!r}.")
    units = int(tensor.shape[1])
    if scores is not None:
        return tensor, ClassScores(units, scores, f"taken as {scores}, as told", True)
    final = tensor
    while final.op.type in PASSED:
        final = final.op.inputs[0]
    kind = final.op.type
    if kind in FUNCTION_CALLS and not inline:
        raise NestedFunctionError("", name, "the end of the model is in a tf.function of its own")
    if kind == "Softmax" and units == 1:
        raise ValueError(f"Model {name!r} ends in a softmax over one unit, which is always 1.")
    if kind in ("Softmax", "Sigmoid"):
        two = "; one unit: its value is the probability of class 1" if units == 1 else ""
        return tensor, ClassScores(units, "probabilities", f"the model's own {kind.lower()}{two}", True)
    applied = "sigmoid applied to its one unit" if units == 1 else "softmax applied"
    return tensor, ClassScores(units, "logits", f"the model ends in logits: {applied}", False)
