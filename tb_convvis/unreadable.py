"""Why something that TensorBoard lists cannot be read, in words for the user."""

from __future__ import annotations

import grpc
from tensorboard import errors


class UnreadableError(Exception):
    """One run and tag that cannot be read; the text is for the user."""


class NotAtHandError(Exception):
    """What was asked for would have to be fetched from TensorBoard's data server."""


def unreadable(error: Exception) -> Exception:
    """What to raise for a failed read: the log may hold anything, so any failure is this tag's own."""
    if isinstance(error, KeyError):
        return UnreadableError("TensorBoard lists this tag and has no data for it.")
    if isinstance(error, grpc.RpcError):
        # Not one tag's fault where the data server is gone: that ends the whole request.
        return (
            error
            if error.code() is grpc.StatusCode.UNAVAILABLE
            else UnreadableError(f"TensorBoard cannot read this tag: {error.details()}")
        )
    if isinstance(error, errors.InvalidArgumentError):
        # Its blob keys are JSON, and it cannot parse a name in them that needs an escape.
        return UnreadableError(
            "TensorBoard's data server cannot read runs and tags whose names hold quotes, backslashes or "
            "control characters. Start TensorBoard with --load_fast=false."
        )
    if isinstance(error, errors.NotFoundError):
        return UnreadableError("no longer there: it was overwritten or sampled away.")
    return UnreadableError(f"TensorBoard cannot read this tag: {type(error).__name__}: {error}")
