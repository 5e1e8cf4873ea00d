"""Every view at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from tb_convvis.callbacks.filter_images import FilterImages
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.callbacks.weight_histograms import WeightHistograms


@keras.saving.register_keras_serializable(package="tb_convvis")
class ConvVis(keras.callbacks.Callback):
    """Log everything that the ConvVis tab of TensorBoard shows, with defaults that suit most trainings.

    Holds one callback per view; attach those by themselves for other settings.

    Args:
        log_dir: directory to log into; the records go to its sub-directory `convvis`.
        **common: the arguments of `ViewCallback`, handed to every view. `layers` is not: which layers
            a view shows differs by view, and each takes its own default.

    Raises:
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = ConvVis("logs/run1", freq="log")
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    def __init__(self, log_dir: Any = None, **common: Any) -> None:
        super().__init__()
        self.views: list[ViewCallback] = [
            FilterImages(log_dir, **common),
            WeightHistograms(log_dir, **common),
        ]

    def get_config(self) -> dict[str, Any]:
        """The arguments, less `data` and `tensorboard`, which have no JSON form."""
        first = self.views[0]
        return {
            "log_dir": first.log_dir,
            "freq": first.freq,
            "class_names": first.class_names,
            "on_error": first.on_error,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> ConvVis:
        """Make a callback from what `get_config` returned."""
        return cls(**config)

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Hand the fit's parameters to every view."""
        super().set_params(params)
        for view in self.views:
            view.set_params(params)

    def set_model(self, model: keras.Model) -> None:
        """Hand the model to every view."""
        super().set_model(model)
        for view in self.views:
            view.set_model(model)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
        for view in self.views:
            view.on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
        for view in self.views:
            view.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
        for view in self.views:
            view.on_epoch_end(epoch, logs)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Pass on to every view."""
        for view in self.views:
            view.on_train_end(logs)
