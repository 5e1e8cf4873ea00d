"""Callbacks for `model.fit` that log what each layer learns, for the ConvVis tab of TensorBoard.

Attach `ConvVis` for everything, or the callbacks of single views.
"""

try:
    import tensorflow as _tensorflow  # noqa: F401 (only asked whether it is there)
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "tb_convvis.callbacks needs TensorFlow, which is not installed here. "
        "Install it with: pip install 'tb-convvis[train]'. Viewing logs in TensorBoard does not need it."
    ) from error

from tb_convvis.callbacks.convvis import ConvVis
from tb_convvis.callbacks.filter_images import FilterImages
from tb_convvis.callbacks.occlusion_maps import OcclusionMaps
from tb_convvis.callbacks.top_activations import TopActivations
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.callbacks.weight_histograms import WeightHistograms

__all__ = ["ConvVis", "FilterImages", "OcclusionMaps", "TopActivations", "ViewCallback", "WeightHistograms"]
