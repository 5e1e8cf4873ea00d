"""Which of several training processes writes."""

from __future__ import annotations

import json
import os


def is_chief() -> bool:
    """Whether this process is the one that writes: the chief of TF_CONFIG, or the only process."""
    try:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task, cluster = config.get("task", {}), config.get("cluster", {})
        kind, index = task.get("type"), int(task.get("index", 0))
    except (ValueError, TypeError, AttributeError):
        # Keras and TensorFlow report a malformed TF_CONFIG themselves where they use it.
        return True
    if kind is None or kind in ("chief", "master"):
        return True
    return kind == "worker" and index == 0 and not {"chief", "master"} & set(cluster)
