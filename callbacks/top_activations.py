"""The strongest activations of every map with their projections into the picture, epoch by epoch."""

from __future__ import annotations

from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from tb_convvis.callbacks.layer_features import LayerFeatures, Tiles, make_tiles
from tb_convvis.callbacks.layers import layers_by_path
from tb_convvis.callbacks.probe import Probe, draw_probe
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.images import Media, draw_input, encode_picture, input_display
from tb_convvis.methods import (
    Deconvnet,
    Projections,
    Rule,
    RuleError,
    TopActivationSearch,
    convolution_kernel,
    feature_layers,
)
from tb_convvis.methods import TopActivations as Found

PROJECTED_BYTES = 128 * 2**20
"""Projections held at once, at the most."""
LOSSLESS_PROBE_PIXELS = 2_500_000
"""Probe sets up to this many pixels are logged lossless, about 5 MB; larger ones as JPEG."""


@keras.saving.register_keras_serializable(package="tb_convvis")
class TopActivations(ViewCallback):
    """Log, for the maps of chosen layers, the strongest pictures and what in them excites the map.

    From a probe set, drawn once and the same for the whole run, each map keeps the `k` pictures that
    excite it most, one position each. Every such activation is projected back to the pixels by the
    deconvnet (Zeiler & Fergus 2013, Section 2.1, Fig. 2 and 4).

    Args:
        log_dir: as in `ViewCallback`, like `tensorboard`, `freq`, `class_names`, `on_error`.
        data: pictures to search, see `ViewCallback`; validation pictures suit best. Do not give the
            tf.data.Dataset that you train on: iterating it would change its shuffling.
        layers: None for the last convolution of each spatial resolution, or a list.
        images: size of the probe set, default 500.
        maps: how many maps of a layer are drawn, or "all"; default 64, one seeded draw for the run. The
            strength of all maps is logged.
        k: activations per map, default 9.
        rule: "deconvnet" (default), "guided" (guided backpropagation) or "gradient".
        channel_order: "RGB" (default) or "BGR", the order of the network's input channels.
        seed: of the draws.

    Raises:
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = TopActivations("logs/run1", data=np.zeros((20, 8, 8, 3)), freq="log")
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    view = "features"

    def __init__(
        self,
        log_dir: Any = None,
        *,
        images: int = 500,
        maps: int | Literal["all"] = 64,
        k: int = 9,
        rule: Rule = "deconvnet",
        channel_order: Literal["RGB", "BGR"] = "RGB",
        seed: int = 0,
        **common: Any,
    ) -> None:
        super().__init__(log_dir, **common)
        for name, value in (("images", images), ("k", k), ("maps", 1 if maps == "all" else maps)):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"Received: {name}={value!r}. Expected a whole number of at least 1.")
        if rule not in ("deconvnet", "guided", "gradient"):
            raise ValueError(f'Received: rule={rule!r}. Expected "deconvnet", "guided" or "gradient".')
        if channel_order not in ("RGB", "BGR"):
            raise ValueError(f'Received: channel_order={channel_order!r}. Expected "RGB" or "BGR".')
        self.images, self.maps, self.k, self.rule = images, maps, k, rule
        self.channel_order, self.seed = channel_order, seed
        self._probe: Probe | None = None
        self._search: TopActivationSearch | None = None
        self._projectors: dict[str, Deconvnet | RuleError] = {}
        self._features: dict[str, LayerFeatures] = {}

    def settings(self) -> dict[str, Any]:
        """The arguments that shape what is logged."""
        own = {name: getattr(self, name) for name in ("images", "maps", "k", "rule", "channel_order", "seed")}
        return {**super().settings(), **own}

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes along: nothing that was compiled for a model."""
        state = super().__getstate__()
        return {**state, "_probe": None, "_search": None, "_projectors": {}, "_features": {}}

    def on_train_begin(self, logs: Any = None) -> None:
        """Forget the fit before, even one that was interrupted: its model may be another."""
        self._forget()
        super().on_train_begin(logs)

    def _forget(self) -> None:
        super()._forget()
        self._probe, self._search, self._projectors, self._features = None, None, {}, {}

    def log_step(self, step: int) -> None:
        """Write the records of every chosen layer, and at the first step of a fit the probe pictures."""
        if self._probe is None:
            if self.data is None:
                raise ValueError("there are no pictures to search. Received: data=None. Expected pictures.")
            self._probe = draw_probe(self.data, self.images, self.seed)
            self._write_probe(step, self._probe)
        if self._search is None:
            layers = self.layers
            if layers is None or isinstance(layers, str):
                layers = feature_layers(self.model, self._probe.images)
            self._search = TopActivationSearch(self.model, layers, self.k)
        found = self._search(self._probe.images)
        for path in found:
            self._features.setdefault(path, LayerFeatures(path, self.maps, self.seed))
        tiles = self._project(self._probe, found)
        for path, top in found.items():
            with self.isolated(path):
                self._write_layer(step, path, top, tiles.get(path))

    def _write_layer(self, step: int, path: str, found: Found, tiles: Tiles | None) -> None:
        features = self._features[path]
        strength = features.strength(found, tiles, self._kernel(path))
        top = features.top(found, tiles, self.channel_order)
        projector = self._projectors[path]
        refused = str(projector) if isinstance(projector, RuleError) else None
        extended = [] if isinstance(projector, RuleError) else self._extended(projector, path)
        self.write(step, "strength", path, strength.facts, strength.blobs)
        facts = {**top.facts, "rule": self.rule, "refused": refused, "extended": extended}
        self.write(step, "top", path, facts, top.blobs)

    def _extended(self, projector: Deconvnet, path: str) -> list[str]:
        """The activations up to a layer that are not ReLU and got the rule of ReLU."""
        order = {name: number for number, name in enumerate(layers_by_path(self.model))}
        last = order.get(path.partition(":")[0], len(order))
        return sorted(
            {
                f"{use.layer}: {use.operation}"
                for use in projector.rules_applied
                if use.treatment == "extended" and order.get(use.layer.partition(":")[0], 0) <= last
            }
        )

    def _project(self, probe: Probe, found: dict[str, Found]) -> dict[str, Tiles]:
        """The projections of every layer's drawn maps; layers that refuse the rule are left out."""
        if not self._projectors:
            self._projectors = self._make_projectors(probe, list(found))
        taken = {}
        for path in found:
            projector = self._projectors[path]
            if isinstance(projector, RuleError):
                with self.isolated(path):
                    raise projector
            else:
                taken[path] = projector
        pixels = max(int(np.prod(array.shape[1:])) for array in tf.nest.flatten(probe.images))
        together = max(1, PROJECTED_BYTES // (4 * pixels * self.k))
        drawn = {path: self._features[path].drawn(len(found[path].value)) for path in taken}
        parts: dict[str, list[Projections]] = {path: [] for path in taken}
        if sum(map(len, drawn.values())) <= together and len(set(map(id, taken.values()))) == 1:
            units = {path: found[path].units(drawn[path]) for path in taken}
            for path, part in next(iter(taken.values()))(probe.images, units).items():
                parts[path].append(part)
        else:
            for path, projector in taken.items():
                for first in range(0, len(drawn[path]), together):
                    units = {path: found[path].units(drawn[path][first : first + together])}
                    parts[path].append(projector(probe.images, units)[path])
        return {
            path: make_tiles(parts[path], (found[path].image[drawn[path]] >= 0).ravel()) for path in taken
        }

    def _make_projectors(self, probe: Probe, paths: list[str]) -> dict[str, Deconvnet | RuleError]:
        """One projector for all layers, which then share a forward pass; or each its own, if some refuse."""
        nothing = np.zeros((0, 4), np.int32)
        together = Deconvnet(self.model, paths, self.rule)
        try:
            together(probe.images, dict.fromkeys(paths, nothing))
        except RuleError:
            projectors: dict[str, Deconvnet | RuleError] = {}
            for path in paths:
                alone = Deconvnet(self.model, [path], self.rule)
                try:
                    alone(probe.images, {path: nothing})
                except RuleError as refusal:
                    projectors[path] = refusal
                else:
                    projectors[path] = alone
            return projectors
        return dict.fromkeys(paths, together)

    def _kernel(self, path: str) -> NDArray[np.float32] | None:
        layer = layers_by_path(self.model).get(path.partition(":")[0])
        try:
            return None if layer is None else convolution_kernel(layer).values
        except ValueError:
            # An activation or normalisation stands for its convolution: it has no kernel of its own.
            return None

    def _write_probe(self, step: int, probe: Probe) -> None:
        arrays = [array for array in tf.nest.flatten(probe.images) if array.ndim == 4]
        if not arrays:
            raise ValueError("data holds no pictures [n, H, W, C] among the network's inputs.")
        pictures = arrays[0]
        display = input_display(pictures)
        count, height, width = pictures.shape[:3]
        media: Media = "image/png" if count * height * width <= LOSSLESS_PROBE_PIXELS else "image/jpeg"
        drawn = draw_input(pictures, display, self.channel_order)
        facts = {
            "count": count,
            "drawn_from": probe.drawn_from,
            "seed": self.seed,
            "labels": [None] * count if probe.labels is None else probe.labels,
            "class_names": self.class_names,
            "display": display.words,
            "size": (height, width),
        }
        self.write(step, "probe", "pictures", facts, [encode_picture(picture, media) for picture in drawn])
