"""A process as on a machine that only views logs."""

from __future__ import annotations

import sys


def forbid_tensorflow() -> None:
    """Let importing TensorFlow or Keras fail from here on in this process."""
    absent = ("tensorflow", "keras")
    loaded = set(absent) & set(sys.modules)
    assert not loaded, f"imported before they could be forbidden: {loaded}"
    for name in absent:
        # As the documents of sys.modules have it; its type knows modules only.
        # None makes the import fail; the type of sys.modules knows nothing of that.
        vars(sys)["modules"][name] = None
