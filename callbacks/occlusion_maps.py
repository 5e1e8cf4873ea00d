"""What covering part of a picture does to the class and to the strongest map, epoch by epoch."""

from __future__ import annotations

from typing import Any, Literal

import keras
import numpy as np
import tensorflow as tf

from tb_convvis.callbacks.class_names import missing_names
from tb_convvis.callbacks.duration_notice import DurationNotice
from tb_convvis.callbacks.guard import OUT_OF_MEMORY
from tb_convvis.callbacks.map_examples import MapExamples
from tb_convvis.callbacks.occluded_pictures import OccludedPictures
from tb_convvis.callbacks.picture_input import check_fit, picture_input
from tb_convvis.callbacks.probe import Probe, draw_probe
from tb_convvis.callbacks.probe_record import probe_record
from tb_convvis.callbacks.view_callback import ViewCallback
from tb_convvis.callbacks.whole_numbers import count_of, pixels
from tb_convvis.images import Display, draw_input, input_display
from tb_convvis.methods import Colour, Occlusion, OcclusionProbe, Pair, Rule, mean_colour, occluder_grid
from tb_convvis.schema import Blob

MOST_VALUES = 1 << 26
"""Values of the pictures that are searched, in all: 256 MiB as floating numbers."""
UNCHANGING = (TypeError, ValueError, NotImplementedError, *OUT_OF_MEMORY)
"""Failures that the next epoch would only meet again."""


@keras.saving.register_keras_serializable(package="tb_convvis")
class OcclusionMaps(ViewCallback):
    """Log, for a few pictures, what happens to the class as a square moves over them and covers a part.

    The same pictures are taken for the whole run, spread over the classes. At every position of the square
    are logged: the probability of the picture's class, the most probable class, and the total activation of
    the map of the last convolution that is strongest in the picture as a whole (Zeiler & Fergus 2013,
    Section 4.2, Fig. 7). That map is also projected into the picture and into those that excite it most.

    Args:
        log_dir: as in `ViewCallback`, like `tensorboard`, `freq`, `keep`, `class_names`, `on_error`.
        data: pictures and classes, see `ViewCallback`; validation pictures suit best. Without classes, or
            with labels that are none, the class that the network predicts is followed. Do not give the
            tf.data.Dataset that you train on: iterating it would change its shuffling; nor a PyDataset that
            draws from TensorFlow's global generator, which cannot be set back as Python's and NumPy's are.
        layers: the layer whose strongest map is watched: a list of one, a path, name or layer; None for the
            last convolution whose maps are larger than one unit.
        images: how many pictures are occluded, default 8.
        search: among how many pictures those are looked for that excite the map most, default 100; fewer
            where these would hold more than 2^26 values.
        size: side of the square in pixels, or (rows, columns); default a seventh of the picture.
        stride: distance of positions in pixels, or (rows, columns); default half the square, four times
            coarser per axis than `occlusion_sensitivity`: every position costs a forward pass per picture.
        value: what the square is filled with, a number or one per channel, in the range of the network's
            input; default the mean of the pictures.
        batch_size: positions per step, which bounds the memory; default as many as an ordinary machine's
            memory takes. Should they not fit after all, half of them is tried once.
        scores: "probabilities" or "logits", what the network returns; default read off its last operation.
        rule: "deconvnet" (default), "guided" (guided backpropagation) or "gradient", for the projections.
        channel_order: "RGB" (default) or "BGR", the order of the network's input channels.
        seed: of the draw.

    Raises:
        ValueError: an argument that cannot be used.

    Example:
        >>> callback = OcclusionMaps("logs/run1", data=(np.zeros((20, 8, 8, 3)), np.arange(20) % 2))
        >>> # model.fit(x, y, epochs=20, callbacks=[callback])

    """

    view = "occlusion"

    def __init__(
        self,
        log_dir: Any = None,
        *,
        images: int = 8,
        search: int = 100,
        size: Pair | None = None,
        stride: Pair | None = None,
        value: Colour | None = None,
        batch_size: int | None = None,
        scores: Literal["probabilities", "logits"] | None = None,
        rule: Rule = "deconvnet",
        channel_order: Literal["RGB", "BGR"] = "RGB",
        seed: int = 0,
        **common: Any,
    ) -> None:
        super().__init__(log_dir, **common)
        self.images, self.search = count_of("images", images), count_of("search", search)
        self.batch_size = None if batch_size is None else count_of("batch_size", batch_size)
        self.size, self.stride = pixels("size", size), pixels("stride", stride)
        if self.size is not None and (np.broadcast_to(self.stride or 1, 2) > self.size).any():
            raise ValueError(
                f"Received: stride={stride!r} with size={size!r}. Expected a stride of at most the size: "
                "a larger one would leave pixels uncovered."
            )
        if rule not in ("deconvnet", "guided", "gradient"):
            raise ValueError(f'Received: rule={rule!r}. Expected "deconvnet", "guided" or "gradient".')
        if scores not in (None, "probabilities", "logits"):
            raise ValueError(f'Received: scores={scores!r}. Expected "probabilities", "logits" or None.')
        if channel_order not in ("RGB", "BGR"):
            raise ValueError(f'Received: channel_order={channel_order!r}. Expected "RGB" or "BGR".')
        if self.layers == "all" or (self.layers is not None and len(self.layers) != 1):
            raise ValueError(
                f"one layer is watched. Received: layers={self.layers!r}. Expected None or a list of one."
            )
        self.rule, self.seed = rule, seed
        self.value = None if value is None else np.asarray(value, np.float64).tolist()
        self.channel_order, self.scores = channel_order, scores
        self._forget()

    def settings(self) -> dict[str, Any]:
        """The arguments that shape what is logged."""
        geometry = ("images", "search", "size", "stride", "value", "batch_size", "scores")
        names = (*geometry, "rule", "channel_order", "seed")
        return {**super().settings(), **{name: getattr(self, name) for name in names}}

    def __getstate__(self) -> dict[str, Any]:
        """What a copy takes along: nothing that was compiled for a model."""
        nothing = {"_probe": None, "_chosen": None, "_occlude": None, "_examples": None, "_display": None}
        return {**super().__getstate__(), **nothing, "_impossible": None, "_recorded": False}

    def _forget(self) -> None:
        super()._forget()
        self._probe: Probe | None = None
        self._chosen: OccludedPictures | None = None
        self._occlude: OcclusionProbe | None = None
        self._examples: MapExamples | None = None
        self._display: Display | None = None
        self._impossible: Exception | None = None
        self._recorded = False

    def log_step(self, step: int) -> None:
        """Write the grids of every picture, and at the first step of a fit the probe pictures."""
        if self._impossible is not None:
            # Without its traceback, which would hold on to what the frames hold.
            raise self._impossible.with_traceback(None)
        try:
            probe, chosen, occlusion = self._look()
        except UNCHANGING as reason:
            self._impossible = reason
            raise
        for sentence in (*chosen.notes, *self._left_out(probe)):
            self.note(sentence)
        if self._missing or not self._recorded:
            record = probe_record(probe, self.seed, self.class_names, self.channel_order)
            for sentence in missing_names(self.class_names, probe.labels, self.model):
                self.note(sentence)
                self.say("class_names", sentence)
            self.write(step, "probe", "occlusion", record.facts, record.blobs)
            self._recorded = True
        if self._examples is None:
            self._examples = MapExamples(self.model, probe, chosen.numbers, occlusion.layer, self.rule)
        self._write(step, occlusion, probe, chosen, self._examples)

    def _look(self) -> tuple[Probe, OccludedPictures, Occlusion]:
        """Occlude the pictures, which are drawn at the first step of a fit."""
        notice = None
        if self._probe is None:
            if self.data is None:
                raise ValueError("there are no pictures to occlude. Received: data=None. Expected pictures.")
            count, room = max(self.images, self.search), (MOST_VALUES, self.images)
            self._probe = draw_probe(self.data, count, self.seed, spread=True, room=room)
        if self._occlude is None or self._chosen is None:
            notice = DurationNotice(self._say_duration)
            self._occlude = self._make_probe(self._probe)
            classes = self._occlude.classes(self._probe.take(np.array([0]))[0])
            self._chosen = OccludedPictures.choose(self._probe, self.images, classes, self.seed)
        images, _ = self._probe.take(self._chosen.numbers)
        return self._probe, self._chosen, self._occlude(images, self._chosen.labels, notice)

    def _left_out(self, probe: Probe) -> list[str]:
        """What is to be said of pictures that are not searched for want of room."""
        asked = min(max(self.images, self.search), probe.drawn_from)
        if probe.count >= asked:
            return []
        return [
            f"{probe.count} of {asked} pictures are searched: more would hold over {MOST_VALUES:,} values."
        ]

    def _make_probe(self, probe: Probe) -> OcclusionProbe:
        check_fit(self.model, probe.images)
        pictures = tf.nest.flatten(probe.images)[picture_input(probe.images)]
        grid = occluder_grid(pictures.shape[1], pictures.shape[2], self.size)
        stride = self.stride or (max(1, grid.size[0] // 2), max(1, grid.size[1] // 2))
        value = mean_colour(pictures).tolist() if self.value is None else self.value
        layer = None if self.layers is None else self.layers[0]
        self._display = input_display(pictures)
        return OcclusionProbe(
            self.model, layer, grid.size, stride, value, batch_size=self.batch_size, scores=self.scores
        )

    def _say_duration(self, start: float, epoch: float) -> None:
        self.say(
            "occlusion",
            f"occlusion maps will take about {start:.0f} s at the start and {epoch:.0f} s per logged epoch; "
            "a larger stride, fewer images or a larger freq make it less.",
        )

    def _write(
        self, step: int, occlusion: Occlusion, probe: Probe, chosen: OccludedPictures, examples: MapExamples
    ) -> None:
        shown, failure = examples.find(occlusion.strongest_map, self.channel_order)
        pictures = tf.nest.flatten(probe.images)[picture_input(probe.images)]
        square = occlusion.value.reshape(1, 1, 1, -1)
        display = self._display or input_display(pictures)
        facts = {
            "layer": occlusion.layer,
            "images": chosen.numbers,
            "labels": occlusion.labels,
            "labelled": chosen.labels is not None,
            "classes": occlusion.classes,
            "rows": occlusion.rows,
            "cols": occlusion.cols,
            "size": occlusion.size,
            "stride": occlusion.stride,
            "value": occlusion.value,
            "colour": draw_input(square, display, self.channel_order)[0, 0, 0],
            "unoccluded_probability": occlusion.unoccluded_probability,
            "unoccluded_class": occlusion.unoccluded_class,
            "unoccluded_activation": occlusion.unoccluded_activation,
            "strongest_map": occlusion.strongest_map,
            "scores": occlusion.scores,
            "way": occlusion.way,
            "reason": occlusion.reason,
            "rule": self.rule,
            **shown.facts,
        }
        grids: list[Blob] = [occlusion.probability, occlusion.top_class, occlusion.activation]
        self.write(step, "occlusion", occlusion.layer, facts, [*grids, *shown.blobs])
        if failure is not None:
            with self.isolated(occlusion.layer):
                raise failure
