"""Histograms of weights, epoch by epoch."""

from __future__ import annotations

import keras
from keras.layers import Layer

from tb_convvis import schema
from tb_convvis.callbacks.layers import choose_layers, layers_by_path
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.methods.histogram import weight_histogram


@keras.saving.register_keras_serializable(package="tb_convvis")
class WeightHistograms(ViewCallback):
    """Log a histogram of every weight of the chosen layers.

    They are written in TensorBoard's own format under `convvis/weights/<layer>/<weight>`, so that its
    Histograms tab shows them as well. NaN and infinite values are not part of a histogram: they are
    counted and reported beside it.

    Args:
        log_dir: as in `ViewCallback`, like `tensorboard`, `freq`, `keep`, `class_names`, `on_error`, `data`.
        layers: None for all layers with a kernel, "all" for all with weights, or a list.

    Raises:
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = WeightHistograms("logs/run1", layers=["conv1"])
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    view = "weights"

    def log_step(self, step: int) -> None:
        """Write one histogram per weight."""
        with_kernel = [path for path, layer in layers_by_path(self.model).items() if _has_kernel(layer)]
        chosen = choose_layers(self.model, self.layers, default=with_kernel)
        if not chosen:
            raise ValueError("the model has no layer with a kernel.")
        for path, layer in chosen.items():
            with self.isolated(path):
                for name, weight in _own_weights(layer).items():
                    histogram = weight_histogram(weight.value)
                    self.write_histogram(
                        step, f"{schema.HISTOGRAMS_TAG_PREFIX}{path}/{name}", histogram.buckets
                    )
                    if histogram.nan or histogram.infinite:
                        self.note(
                            f"{path}/{name}: {histogram.nan} NaN and {histogram.infinite} infinite values "
                            "are counted apart from the histogram."
                        )


def _has_kernel(layer: Layer) -> bool:
    return any(name.endswith("kernel") for name in _own_weights(layer))


def _own_weights(layer: Layer) -> dict[str, keras.Variable]:
    """The weights of a layer by name, less those of layers inside of it, which stand for themselves."""
    inner = {
        id(weight)
        for sublayer in layer._flatten_layers(include_self=False, recursive=False)
        for weight in sublayer.weights
    }
    own: dict[str, keras.Variable] = {}
    for weight in layer.weights:
        if id(weight) in inner:
            continue
        name, number = weight.name, 1
        while name in own:
            number += 1
            name = f"{weight.name} ({number})"
        own[name] = weight
    return own
