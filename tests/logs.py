"""Write log directories for tests, and a plausible one to try the page on.

    python -m tests.logs DIR --runs 2 --steps 60

writes runs whose first layer grows from noise to oriented gratings, each with a sibling `train` run that
holds Keras's histograms; each has occlusion maps of pictures with a planted object. Needs no TensorFlow:
records are written by TensorBoard's own Python writer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from tb_convvis import schema

if TYPE_CHECKING:
    from tests.occlusion_logs import Planted

END_PLUGIN = "test_end"
"""Each file ends with a record under this plugin name: a reader that lists it has read the whole file."""

START = 1_700_000_000.0
SECONDS_PER_STEP = 7.5

Array = NDArray[Any]


class LogFile:
    """One event file of one run.

    Args:
        directory: the run's directory, made where missing.
        number: goes into the file's name, so that a directory can hold several files in order.
        pace: seconds from one step to the next, where a record is written without a wall time.
    """

    def __init__(self, directory: Path, number: int = 0, pace: float = SECONDS_PER_STEP) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / f"events.out.tfevents.{int(START) + number}.test.{number}.v2"
        self._file = self.path.open("wb")
        self._records = RecordWriter(self._file)
        self._number = number
        self._pace = pace
        self._last_step = 0
        self.event(event_pb2.Event(wall_time=START, file_version="brain.Event:2"))

    def __enter__(self) -> LogFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        metadata = summary_pb2.SummaryMetadata(
            plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=END_PLUGIN),
            data_class=summary_pb2.DATA_CLASS_TENSOR,
        )
        tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_INT32, int_val=[0])
        value = summary_pb2.Summary.Value(tag=f"end/{self._number}", metadata=metadata, tensor=tensor)
        self._summary(summary_pb2.Summary(value=[value]), self._last_step, None)
        self._file.close()

    def event(self, event: Any) -> None:
        self._records.write(event.SerializeToString())
        self._last_step = max(self._last_step, event.step)

    def start(self, step: int = 0, wall_time: float = START) -> None:
        """The mark of a new fit."""
        session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self.event(event_pb2.Event(wall_time=wall_time, step=step, session_log=session))

    def payload(
        self,
        tag: str,
        step: int,
        payload: Sequence[bytes],
        wall_time: float | None = None,
        content: bytes | None = None,
        *,
        plugin: str = schema.PLUGIN_NAME,
    ) -> None:
        """A blob sequence as it is, valid or not; the metadata's content follows from the tag."""
        if content is None:
            kind, _ = schema.parse_tag(tag) or ("filters", "")
            content = schema.metadata_content(kind)
        plugin_data = summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
        metadata = summary_pb2.SummaryMetadata(
            plugin_data=plugin_data, data_class=summary_pb2.DATA_CLASS_BLOB_SEQUENCE
        )
        shape = tensor_shape_pb2.TensorShapeProto(
            dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=len(payload))]
        )
        tensor = tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING, tensor_shape=shape, string_val=list(payload)
        )
        value = summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)
        self._summary(summary_pb2.Summary(value=[value]), step, wall_time)

    def record(
        self,
        kind: str,
        subject: str,
        step: int,
        facts: Mapping[str, Any] | None = None,
        *,
        blobs: Sequence[schema.Blob] = (),
        logged: int | None = None,
        wall_time: float | None = None,
    ) -> None:
        """A valid record; by default every step up to this one was logged."""
        payload = schema.encode(kind, facts or {}, blobs, logged=step + 1 if logged is None else logged)
        self.payload(schema.make_tag(kind, subject), step, payload, wall_time)

    def filters(self, layer: str, step: int, kernel: Array, **kwargs: Any) -> None:
        """A kernel [height, width, input channels, filters] with its statistics."""
        rms = np.sqrt((kernel.astype(np.float64) ** 2).mean(axis=(0, 1, 2)))
        facts = {
            "layer": layer,
            "weight": "kernel",
            "rms": rms,
            "norm": rms * np.sqrt(kernel[..., 0].size),
            "max_abs": float(np.abs(kernel).max()),
            "nonfinite": 0,
            "sees_image": kernel.shape[2] in (1, 3),
            "channel_order": "RGB",
            "channel_scale": None,
        }
        self.record("filters", layer, step, facts, blobs=[np.asarray(kernel, np.float32)], **kwargs)

    def histogram(self, tag: str, step: int, values: Array, wall_time: float | None = None) -> None:
        """A histogram in TensorBoard's own format, 30 buckets."""
        self._summary(histogram_pb(tag, values), step, wall_time)

    def scalar(self, tag: str, step: int, value: float, wall_time: float | None = None) -> None:
        """A scalar in TensorBoard's own format."""
        self._summary(scalar_pb(tag, value), step, wall_time)

    def _summary(self, summary: Any, step: int, wall_time: float | None) -> None:
        if wall_time is None:
            wall_time = START + self._pace * step
        self.event(event_pb2.Event(wall_time=wall_time, step=step, summary=summary))


def write_run(
    directory: Path,
    steps: Iterable[int] = range(3),
    shapes: Mapping[str, tuple[int, int, int, int]] | None = None,
    seed: int = 0,
    *,
    keras: bool = True,
    also: Callable[[LogFile, int, int], None] | None = None,
    pace: float = SECONDS_PER_STEP,
) -> None:
    """Write a training: `directory/convvis`, and `directory/train` as Keras's callback would.

    Args:
        directory: what the user passed as log_dir.
        steps: numbers of completed epochs, ascending.
        shapes: kernel shape by layer; by default two small convolutions.
        seed: of the noise the filters begin with and the gratings they become.
        keras: whether to write the `train` run.
        also: writes more at each step; called with the file, the step and how many steps were logged.
        pace: seconds from one step to the next.
    """
    steps = list(steps)
    shapes = shapes or {"conv1": (3, 3, 3, 4), "backbone/conv2": (3, 3, 4, 4)}
    layers = {name: _Layer(shape, seed + number) for number, (name, shape) in enumerate(shapes.items())}
    with LogFile(directory / schema.RUN_DIRECTORY, pace=pace) as log:
        log.start(steps[0])
        log.record("run", "model", steps[0], _model_facts(shapes), logged=1)
        for logged, step in enumerate(steps, start=1):
            progress = step / max(steps[-1], 1)
            for name, layer in layers.items():
                log.filters(name, step, layer.kernel(progress), logged=logged)
                for weight, values in layer.weights(progress).items():
                    log.histogram(f"{schema.HISTOGRAMS_TAG_PREFIX}{name}/{weight}", step, values)
            for view in ("filters", "weights"):
                cost = {"view": view, "seconds": 0.02, "bytes": 31104}
                log.record("run", view, step, {**cost, "failures": [], "notes": []}, logged=logged)
            if also:
                also(log, step, logged)
    if keras:
        with LogFile(directory / "train", pace=pace) as log:
            for step in steps[1:]:
                for name, layer in layers.items():
                    for weight, values in layer.weights(step / steps[-1]).items():
                        # Keras's step is the epoch's index: one less than the completed epochs.
                        log.histogram(f"{name}/{weight}/histogram", step - 1, values)


class _Layer:
    """A kernel on its way from noise to oriented gratings, and a bias that drifts."""

    def __init__(self, shape: tuple[int, int, int, int], seed: int) -> None:
        random = np.random.default_rng(seed)
        height, width, channels, filters = shape
        y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
        angle, phase = random.uniform(0, np.pi, filters), random.uniform(0, 2 * np.pi, filters)
        frequency = random.uniform(1, 1 + height / 2.5, filters)
        along = x[..., None] * np.cos(angle) + y[..., None] * np.sin(angle)
        grating = np.cos(frequency * along + phase) * np.exp(-(x**2 + y**2))[..., None]
        colour = 1 + random.uniform(0, 1.2, (channels, filters)) * random.choice(
            [-1, 0, 0], (channels, filters)
        )
        self._noise = 0.05 * random.standard_normal(shape)
        self._goal = 0.3 * grating[:, :, None, :] * colour
        self._delay = random.uniform(0, 0.5, filters)
        self._bias = 0.1 * random.standard_normal(filters)

    def kernel(self, progress: float) -> Array:
        share = np.clip((progress - self._delay) / 0.5, 0, 1)
        share = share * share * (3 - 2 * share)
        kernel = (1 - 0.8 * share) * self._noise + share * self._goal
        return np.asarray(kernel, np.float32)

    def weights(self, progress: float) -> dict[str, Array]:
        return {"kernel": self.kernel(progress), "bias": progress * self._bias - 0.05 * progress}


def _model_facts(shapes: Mapping[str, tuple[int, int, int, int]]) -> dict[str, Any]:
    layers = [
        {
            "name": name,
            "class": "Conv2D",
            "output": [None, 28, 28, shape[3]],
            "parameters": int(np.prod(shape)) + shape[3],
        }
        for name, shape in shapes.items()
    ]
    return {
        "layers": layers,
        "class_names": ["astronaut", "cat", "coffee"],
        "versions": {"tb_convvis": "0.1.0", "keras": "3.15.1", "tensorflow": "2.21.0", "python": "3.12.3"},
        "settings": {"filters": {"layers": None, "freq": 1}, "weights": {"layers": None, "freq": 1}},
        "parameters": sum(layer["parameters"] for layer in layers),
        **_chain(layers),
    }


def _chain(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The graph of a network whose layers read each other in turn; those with a `/` are in a nested model."""
    graphs: dict[str, Any] = {}
    for layer in layers:
        model, _, name = layer["name"].rpartition("/")
        if model and model not in graphs:
            _append(graphs, "", model, "Functional", layer["output"])
        _append(graphs, model, name, layer["class"], layer["output"])
    return {"graphs": graphs, "fields": {}, "graph_problem": None}


def _append(graphs: dict[str, Any], model: str, name: str, kind: str, output: Any) -> None:
    empty = {"inputs": [[None, 28, 28, 3]], "calls": [], "outputs": [["", 0]]}
    graph = graphs.setdefault(model, empty)
    path = f"{model}/{name}" if model else name
    call = {"name": name, "layer": path, "class": kind, "inputs": graph["outputs"], "outputs": [output]}
    graph["calls"].append(call)
    graph["outputs"] = [[name, 0]]


def main() -> None:
    """Write a log directory from the command line."""
    # Here, since that module is built on this one.
    from tests.occlusion_logs import MANY, ONE, write_epoch, write_probe

    parser = argparse.ArgumentParser(description="Write a log directory to try the ConvVis tab on.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--steps", type=int, default=60, help="logged steps of each run, from 0")
    arguments = parser.parse_args()
    for run in range(arguments.runs):
        shapes = {"conv1": (9, 9, 3, 32), "backbone/conv2": (5, 5, 32, 16)}
        planted = ONE if run % 2 else MANY

        def also(log: LogFile, step: int, logged: int, planted: Planted = planted) -> None:
            if step == 0:
                write_probe(log, step, planted)
            write_epoch(log, step, step / max(arguments.steps - 1, 1), planted, logged=logged)

        steps = range(arguments.steps)
        write_run(arguments.directory / f"run{run + 1}", steps, shapes, seed=100 * run, also=also)


if __name__ == "__main__":
    main()
