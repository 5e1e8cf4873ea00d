"""Numerical methods: a built Keras model and images in, frozen dataclasses of NumPy arrays out."""

from tb_convvis.methods.backward_rule import Rule, RuleUse
from tb_convvis.methods.deconvnet import Deconvnet, deconvnet
from tb_convvis.methods.feature_layers import FOLLOWERS, feature_layers, resolve_layers
from tb_convvis.methods.histogram import Histogram, weight_histogram
from tb_convvis.methods.kernels import Kernel, NoKernelError, convolution_kernel, is_convolution
from tb_convvis.methods.merged_top import merge_top_activations, number_from
from tb_convvis.methods.occlusion import occlusion_sensitivity
from tb_convvis.methods.occlusion_arguments import Colour, mean_colour
from tb_convvis.methods.occlusion_grid import OccluderGrid, Pair, occluder_grid
from tb_convvis.methods.occlusion_probe import OcclusionProbe
from tb_convvis.methods.occlusion_result import Occlusion
from tb_convvis.methods.projection import Projections
from tb_convvis.methods.receptive_field import ReceptiveField, receptive_fields
from tb_convvis.methods.rule_error import RuleError
from tb_convvis.methods.stateful_error import StatefulLayerError
from tb_convvis.methods.top_activations import TopActivations, TopActivationSearch, top_activations

__all__ = [
    "FOLLOWERS",
    "Colour",
    "Deconvnet",
    "Histogram",
    "Kernel",
    "NoKernelError",
    "OccluderGrid",
    "Occlusion",
    "OcclusionProbe",
    "Pair",
    "Projections",
    "ReceptiveField",
    "Rule",
    "RuleError",
    "RuleUse",
    "StatefulLayerError",
    "TopActivationSearch",
    "TopActivations",
    "convolution_kernel",
    "deconvnet",
    "feature_layers",
    "is_convolution",
    "mean_colour",
    "merge_top_activations",
    "number_from",
    "occluder_grid",
    "occlusion_sensitivity",
    "receptive_fields",
    "resolve_layers",
    "top_activations",
    "weight_histogram",
]
