"""The choice between computing only the windows that an occluder changes and the whole model."""

from __future__ import annotations

from typing import Literal

import numpy as np
import tensorflow as tf

from tb_convvis.methods.occluded_model import Columns, OccludedModel, Way
from tb_convvis.methods.occluder_steps import OccludedImage, OccluderSteps


def choose_way(
    asked: Literal["auto"] | Way, model: OccludedModel, steps: OccluderSteps, image: OccludedImage
) -> tuple[Way, str]:
    """The way to take, and why: as asked, or the faster of the two if they agree.

    Args:
        asked: "incremental", "plain", or "auto".
        model: What is run.
        steps: What runs it.
        image: An image to try both on.

    Raises:
        MemoryError: If memory runs out both ways.
    """
    if asked != "auto":
        return asked, "as asked"
    windows, whole = model.work
    if not model.windows:
        return "plain", f"windows would save {1 - windows / max(whole, 1):.0%} of the multiplications"
    try:
        fast, small = steps.time("incremental", image)
    except Exception as error:  # noqa: BLE001 (whatever fails in windows, the whole model is computed)
        steps.forget("incremental")
        return "plain", f"windows cannot be computed: {error}"
    try:
        slow, full = steps.time("plain", image)
    except MemoryError as error:
        return "incremental", f"the whole model cannot be computed: {error}"
    count = min(len(small[0]), len(full[0]))
    reduced = _reduced_precision()
    if not _agree([c[:count] for c in small], [c[:count] for c in full], reduced):
        steps.forget("incremental")
        return "plain", "windows gave other values"
    chosen: Way = "incremental" if fast < slow else "plain"
    steps.forget("plain" if chosen == "incremental" else "incremental")
    rounding = ", equal to within TensorFloat-32 rounding" if reduced else ""
    times = f"{fast * 1e3:.3g} ms per position in windows, {slow * 1e3:.3g} ms plain"
    return chosen, f"measured: {times}{rounding}"


def _reduced_precision() -> bool:
    """Whether convolutions may round their factors to ten bits: a GPU does unless it is told not to."""
    return bool(
        tf.config.list_logical_devices("GPU") and tf.config.experimental.tensor_float_32_execution_enabled()
    )


def _agree(left: Columns, right: Columns, reduced: bool) -> bool:
    """Whether probabilities and activations are the same to the tolerance of the arithmetic."""
    scale = float(np.abs(right[2]).max(initial=0)) + 1e-6
    share, part = (2e-3, 1e-2) if reduced else (1e-4, 1e-3)
    return np.allclose(left[0], right[0], atol=share, equal_nan=True) and np.allclose(
        left[2], right[2], rtol=part, atol=part * scale, equal_nan=True
    )
