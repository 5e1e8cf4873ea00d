"""A process as on a machine that only views logs."""

from __future__ import annotations

import sys


def forbid_tensorflow() -> None:
    """Let importing TensorFlow or Keras fail from here on in this process."""
    absent = ("tensorflow", "keras")
    loaded = set(absent) & set(sys.modules)
    assert not loaded, f"imported before they could be forbidden: {loaded}"
    for name in absent:
        # None makes the import fail, as the documents of sys.modules have it; its type knows modules only.
        vars(sys)["modules"][name] = None
