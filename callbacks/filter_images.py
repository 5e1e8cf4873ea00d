"""The kernels of convolutions, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import keras
import numpy as np

from tb_convvis.callbacks.image_input import sees_image
from tb_convvis.callbacks.layers import choose_layers, layers_by_path
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.methods.kernels import convolution_kernel, is_convolution


@keras.saving.register_keras_serializable(package="tb_convvis")
class FilterImages(ViewCallback):
    """Log the filters of the first convolution, raw, with the RMS and norm of each.

    The page draws them (Zeiler & Fergus 2013, Fig. 6): a zero weight is mid-grey, colour stands for
    colour where the kernel is applied to the picture itself.

    Args:
        log_dir: as in `ViewCallback`, like `tensorboard`, `freq`, `keep`, `class_names`, `on_error`, `data`.
        layers: convolutions to log: None for the first one, "all" for every 2-D convolution, or a list.
        channel_order: order of the picture's channels as the network gets them: "RGB" (default), or
            "BGR" as after `keras.applications.vgg16.preprocess_input`.
        channel_scale: what each channel of the network's input, in its order, was divided by; None
            (default) when all were scaled alike. Colours are then shown as the picture has them.
        **common: the arguments of `ViewCallback`.

    Raises:
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = FilterImages("logs/run1", freq="log")
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    view = "filters"

    def __init__(
        self,
        log_dir: Any = None,
        *,
        channel_order: Literal["RGB", "BGR"] = "RGB",
        channel_scale: Sequence[float] | None = None,
        **common: Any,
    ) -> None:
        super().__init__(log_dir, **common)
        if channel_order not in ("RGB", "BGR"):
            raise ValueError(f'Received: channel_order={channel_order!r}. Expected "RGB" or "BGR".')
        scales = [] if channel_scale is None else np.asarray(channel_scale, np.float64).ravel().tolist()
        if channel_scale is not None and (len(scales) != 3 or not all(scale > 0 for scale in scales)):
            raise ValueError(f"Received: channel_scale={channel_scale!r}. Expected three positive numbers.")
        self.channel_order = channel_order
        self.channel_scale = scales or None

    def settings(self) -> dict[str, Any]:
        """The arguments of `ViewCallback.settings`, and how the picture's channels are to be read."""
        own = {"channel_order": self.channel_order, "channel_scale": self.channel_scale}
        return {**super().settings(), **own}

    def log_step(self, step: int) -> None:
        """Write one record per chosen convolution."""
        convolutions = [path for path, layer in layers_by_path(self.model).items() if is_convolution(layer)]
        if self.layers == "all":
            chosen = choose_layers(self.model, None, default=convolutions)
        else:
            chosen = choose_layers(self.model, self.layers, default=convolutions[:1])
        if not chosen:
            raise ValueError("the model has no 2-D convolution whose filters could be shown.")
        for path, layer in chosen.items():
            with self.isolated(path):
                kernel = convolution_kernel(layer)
                # A filter of a grouped convolution sees a part of the channels only.
                three_channels = kernel.values.shape[2] == 3 and getattr(layer, "groups", 1) == 1
                facts = {
                    "layer": path,
                    "weight": kernel.weight,
                    "rms": kernel.rms,
                    "norm": kernel.norm,
                    "max_abs": kernel.max_abs,
                    "nonfinite": kernel.nonfinite,
                    "sees_image": three_channels and sees_image(self.model, path),
                    "channel_order": self.channel_order,
                    "channel_scale": self.channel_scale,
                }
                self.write(step, "filters", path, facts, [kernel.values])
