"""Which of several training processes writes."""

from __future__ import annotations

import json
import os
from typing import Any


def is_chief(model: Any) -> bool:
    """Whether this process is the one that writes: the chief of its cluster, or the only process.

    The cluster is that of the model's distribution strategy, where this has one, else of TF_CONFIG.
    """
    resolver = getattr(getattr(model, "distribute_strategy", None), "cluster_resolver", None)
    if resolver is not None and getattr(resolver, "task_type", None):
        jobs = set(resolver.cluster_spec().jobs)
        return _leads(resolver.task_type, int(resolver.task_id or 0), jobs)
    try:
        config = json.loads(os.environ.get("TF_CONFIG") or "{}")
        task, cluster = config.get("task", {}), config.get("cluster", {})
        kind, index = task.get("type"), int(task.get("index", 0))
    except (ValueError, TypeError, AttributeError):
        # Keras and TensorFlow report a malformed TF_CONFIG themselves where they use it.
        return True
    return kind is None or _leads(kind, index, set(cluster))


def _leads(kind: str, index: int, jobs: set[str]) -> bool:
    if kind in ("chief", "master"):
        return True
    return kind == "worker" and index == 0 and not {"chief", "master"} & jobs
