"""The refusal to project through something for which a rule is not defined."""

from __future__ import annotations


class RuleError(ValueError):
    """A backward rule cannot be applied to an operation of a layer.

    Raised instead of falling back on the plain gradient, which would look alike and mean something else.

    Args:
        rule: The rule that was asked for.
        layer: Path of the layer that holds the operation; empty where it stands between layers.
        reason: What cannot be done and why.
    """

    def __init__(self, rule: str, layer: str, reason: str) -> None:
        self.rule = rule
        self.layer = layer
        self.reason = reason
        where = f"layer {layer!r}" if layer else "an operation outside any layer"
        super().__init__(f"Rule {rule!r} cannot be applied at {where}: {reason}.")


class NestedFunctionError(RuleError):
    """The operation stands inside a tf.function of its own, where no rule reaches it unless it is inlined."""
