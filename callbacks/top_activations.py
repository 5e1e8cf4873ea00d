"""The strongest activations of every map with their projections into the picture, epoch by epoch."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from tb_convvis.callbacks.class_names import missing_names
from tb_convvis.callbacks.guard import OUT_OF_MEMORY
from tb_convvis.callbacks.layer_features import LayerFeatures
from tb_convvis.callbacks.layers import layers_by_path, path_of_call, searched_layers, source_of
from tb_convvis.callbacks.picture_input import check_fit
from tb_convvis.callbacks.probe import Probe, draw_probe
from tb_convvis.callbacks.probe_record import probe_record
from tb_convvis.callbacks.projector import Projector
from tb_convvis.callbacks.unit_slots import Tiles, UnitSlots
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.methods import (
    FOLLOWERS,
    NoKernelError,
    Rule,
    TopActivationSearch,
    convolution_kernel,
)
from tb_convvis.methods import TopActivations as Found


class Beforehand(Protocol):
    """A search that was done before the first log, by `replay`."""

    images: int | Literal["all"]
    unknown: dict[str, ValueError]

    @property
    def probe(self) -> Probe:
        """The pictures that records refer to."""

    def found(self, step: int) -> dict[str, Found]:
        """The top activations of every layer at a step, images numbered as in `probe`."""


@keras.saving.register_keras_serializable(package="tb_convvis")
class TopActivations(ViewCallback):
    """Log, for the maps of chosen layers, the strongest pictures and what in them excites the map.

    From a probe set, drawn once and the same for the whole run, each map keeps the `k` pictures that
    excite it most, one position each. Every such activation is projected back to the pixels by the
    deconvnet (Zeiler & Fergus 2013, Section 2.1, Fig. 2 and 4).

    Args:
        log_dir: as in `ViewCallback`, like `tensorboard`, `freq`, `keep`, `class_names`, `on_error`.
        data: pictures to search, see `ViewCallback`; validation pictures suit best. Do not give the
            tf.data.Dataset that you train on: iterating it would change its shuffling; nor a PyDataset that
            draws from TensorFlow's global generator, which cannot be set back as Python's and NumPy's are.
        layers: None for the last convolution of each spatial resolution, "all" for every convolution, or a
            list.
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
        self.beforehand: Beforehand | None = None
        self._probe: Probe | None = None
        self._search: TopActivationSearch | None = None
        self._project: Projector | None = None
        self._features: dict[str, LayerFeatures] = {}
        self._unknown: dict[str, ValueError] = {}
        self._impossible: Exception | None = None
        self._no_room: Exception | None = None
        self._recorded = False

    def settings(self) -> dict[str, Any]:
        """The arguments that shape what is logged."""
        own = {name: getattr(self, name) for name in ("images", "maps", "k", "rule", "channel_order", "seed")}
        if self.beforehand is not None:
            own["images"] = self.beforehand.images
        return {**super().settings(), **own}

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes along: nothing that was compiled for a model."""
        return {**super().__getstate__(), "_probe": None, "_search": None, "_project": None, "_features": {}}

    def _forget(self) -> None:
        super()._forget()
        self._probe, self._search, self._project, self._features = None, None, None, {}
        self._unknown, self._impossible, self._no_room, self._recorded = {}, None, None, False

    def log_step(self, step: int) -> None:
        """Write the records of every chosen layer, and at the first step of a fit the probe pictures."""
        if self._probe is None:
            self._probe = self._draw()
        if self._missing or not self._recorded:
            record = probe_record(self._probe, self.seed, self.class_names, self.channel_order)
            for sentence in missing_names(self.class_names, self._probe.labels, self.model):
                self.note(sentence)
                self.say("class_names", sentence)
            self.write(step, "probe", "pictures", record.facts, record.blobs)
            self._recorded = True
        pictures = self._probe.images
        found = self._find(pictures) if self.beforehand is None else self.beforehand.found(step)
        for name, problem in self._unknown.items():
            with self.isolated(name):
                raise problem
        if self._project is None:
            self._features = {path: LayerFeatures(path, self.maps, self.seed) for path in found}
            self._project = Projector(self.model, pictures, list(found), self.rule)
        slots = {
            path: UnitSlots.of_maps(top, self._features[path].drawn(len(top.value)))
            for path, top in found.items()
        }
        tiles: dict[str, Tiles] = {}
        try:
            if self._no_room is not None:
                raise self._no_room.with_traceback(None)
            tiles = self._project(pictures, slots)
        except Exception as failure:  # noqa: BLE001 (what was found is logged all the same)
            self._no_room = failure if isinstance(failure, OUT_OF_MEMORY) else None
            self._failures.add(None, failure)
        for path, top in found.items():
            with self.isolated(path):
                self._write_layer(step, top, slots[path], tiles.get(path), path)
            refusal = self._project.refused.get(path)
            if refusal is not None:
                with self.isolated(path):
                    raise refusal

    def record_pictures(self) -> None:
        """Write the probe pictures with the next step, though the log has some of them."""
        self._recorded = False

    def _draw(self) -> Probe:
        if self.beforehand is not None:
            self._unknown = self.beforehand.unknown
            return self.beforehand.probe
        if self.data is None:
            raise ValueError("there are no pictures to search. Received: data=None. Expected pictures.")
        return draw_probe(self.data, self.images, self.seed)

    def _find(self, pictures: Any) -> dict[str, Found]:
        """The top activations of every layer; a reason that will not change is not looked for again."""
        if self._impossible is not None:
            # Without its traceback, which would hold on to what the frames hold.
            raise self._impossible.with_traceback(None)
        unchanging = OUT_OF_MEMORY if self._search else (ValueError, *OUT_OF_MEMORY)
        try:
            self._search = self._search or self._make_search(pictures)
            return self._search(pictures)
        except unchanging as reason:
            self._impossible, self._search = reason, None
            raise

    def _make_search(self, pictures: Any) -> TopActivationSearch:
        check_fit(self.model, pictures)
        paths, self._unknown = searched_layers(self.model, pictures, self.layers)
        return TopActivationSearch(self.model, paths, self.k)

    def _write_layer(self, step: int, found: Found, slots: UnitSlots, tiles: Tiles | None, path: str) -> None:
        assert self._project is not None  # noqa: S101 (log_step has made it)
        features = self._features[path]
        convolution, kernel = self._convolution(path)
        strength = features.strength(found, tiles, kernel)
        top = features.top(slots, len(found.value), tiles, self.channel_order)
        refused = None
        if tiles is None:
            why = "the projections failed at this epoch."
            if not slots.filled.any():
                why = "no activation of the drawn maps is a finite number at this epoch."
            refused = str(self._project.refused.get(path, why))
        extended = self._project.extended(path)
        self.write(step, "strength", path, strength.facts, strength.blobs)
        told = {"convolution": convolution, "rule": self.rule, "refused": refused, "extended": extended}
        facts = {**top.facts, **told}
        self.write(step, "top", path, facts, top.blobs)

    def _convolution(self, path: str) -> tuple[str | None, NDArray[np.float32] | None]:
        """Path and kernel of what makes the maps: the layer, or the convolution that it follows."""
        layers = layers_by_path(self.model)
        layer = layers.get(path_of_call(path))
        while isinstance(layer, FOLLOWERS):
            layer = source_of(layer)
        name = next((name for name, one in layers.items() if one is layer), None)
        try:
            return (None, None) if name is None else (name, convolution_kernel(layer).values)
        except NoKernelError:
            return None, None
