"""Every view at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import keras

from tb_convvis.callbacks.announcement import announce
from tb_convvis.callbacks.argument_names import argument_names, refuse_unknown
from tb_convvis.callbacks.budget import Budget
from tb_convvis.callbacks.filter_images import FilterImages
from tb_convvis.callbacks.guard import for_every_view
from tb_convvis.callbacks.layers import LayerChoice, layer_names, listed
from tb_convvis.callbacks.occlusion_maps import OcclusionMaps
from tb_convvis.callbacks.top_activations import TopActivations
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.callbacks.weight_histograms import WeightHistograms

VIEWS = (FilterImages, WeightHistograms, TopActivations, OcclusionMaps)


@keras.saving.register_keras_serializable(package="tb_convvis")
class ConvVis(keras.callbacks.Callback):
    """Log everything that the ConvVis tab of TensorBoard shows, with defaults that suit most trainings.

    Holds one callback per view; attach those by themselves for other settings.

    Args:
        log_dir: directory to log into; the records go to its sub-directory `convvis`.
        data: pictures for the views that run some through the network, see `ViewCallback`. Without them
            those views are left out, which is said as training begins.
        layers: layers whose features are shown; None for the last convolution of each spatial
            resolution. Filters are those of the first convolution, histograms those of every kernel,
            occlusion watches the last convolution.
        channel_order: "RGB" (default) or "BGR", the order of the network's input channels.
        images: how many pictures are searched for what excites a map most, default 500.
        budget: largest share of the training's time that logging may take, default 0.1: where all that
            `freq` names would take more, epochs between the first and the last are left out, evenly, and the
            page says which. What is compiled at the start is not counted; a list in `freq` is logged as
            it stands. None for no bound.
        **common: `tensorboard`, `freq`, `keep`, `class_names` and `on_error`, as in `ViewCallback`.

    Raises:
        TypeError: an argument of another name.
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = ConvVis("logs/run1", data=np.zeros((20, 8, 8, 3)), freq="log")
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    def __init__(
        self,
        log_dir: Any = None,
        *,
        data: Any = None,
        layers: LayerChoice = None,
        channel_order: Literal["RGB", "BGR"] = "RGB",
        images: int = 500,
        budget: float | None = 0.1,
        **common: Any,
    ) -> None:
        super().__init__()
        handed_on = argument_names(ViewCallback)
        refuse_unknown(type(self), common.keys() - handed_on, argument_names(type(self)) | handed_on)
        self.layers, self.channel_order = listed(layers), channel_order
        self.images, self.budget = images, budget
        self._budget = None if budget is None else Budget(budget)
        self.views: list[ViewCallback] = [
            FilterImages(log_dir, channel_order=channel_order, **common),
            WeightHistograms(log_dir, **common),
        ]
        if data is not None:
            pictures = {"data": data, "channel_order": channel_order, **common}
            self.views += [
                TopActivations(log_dir, layers=self.layers, images=images, **pictures),
                OcclusionMaps(log_dir, **pictures),
            ]
        for view in self.views:
            view.keep_to(self._budget)

    def get_config(self) -> dict[str, Any]:
        """The arguments, less `data` and `tensorboard`, which have no JSON form."""
        config = self.views[0].get_config()
        config.pop("channel_scale")
        own = {"layers": layer_names(self.layers), "images": self.images, "budget": self.budget}
        return {**config, **own}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ConvVis:
        """Make a callback from what `get_config` returned."""
        return cls(**config)

    @for_every_view
    def set_params(self, params: Mapping[str, Any]) -> None:
        """Hand the fit's parameters to every view."""
        super().set_params(params)

    @for_every_view
    def set_model(self, model: keras.Model) -> None:
        """Hand the model to every view."""
        super().set_model(model)

    @for_every_view
    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Say what is left out, and pass on to every view."""
        if len(self.views) < len(VIEWS):
            announce(
                "data=... was not given, so neither features nor occlusion maps are logged.", self.params
            )
        if self._budget is not None:
            self._budget.forget()

    @for_every_view
    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
        if self._budget is not None:
            self._budget.begin()

    @for_every_view
    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""

    @for_every_view
    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
