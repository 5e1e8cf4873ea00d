"""Records whose framing is right and whose content no callback of ours would write."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_shape_pb2, types_pb2

from tb_convvis import schema
from tests.forged import KERNEL, described, forged, payload, signed
from tests.logs import START, LogFile

MARKUP = b"<svg xmlns='http://www.w3.org/2000/svg'><script>globalThis.ran = 'svg'</script></svg>"
PAGE = b"<!doctype html><script>globalThis.ran = 'html'</script>"
DEEP = 100_000

Write = Callable[[Path], None]


def png(width: int, height: int) -> bytes:
    """The beginning of a picture whose header claims this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


def numbers(tag: str, plugin: str, shape: Sequence[int], content: bytes = b"") -> event_pb2.Event:
    """A tensor of one number, or of raw bytes, that claims a shape."""
    metadata = summary_pb2.SummaryMetadata(data_class=summary_pb2.DATA_CLASS_TENSOR)
    metadata.plugin_data.plugin_name = plugin
    value = summary_pb2.Summary.Value(tag=tag, metadata=metadata)
    value.tensor.dtype = types_pb2.DT_FLOAT
    if content:
        value.tensor.tensor_content = content
    else:
        value.tensor.float_val.append(1.0)
    value.tensor.tensor_shape.dim.extend(tensor_shape_pb2.TensorShapeProto.Dim(size=side) for side in shape)
    return event_pb2.Event(wall_time=START, summary=summary_pb2.Summary(value=[value]))


def strings(tag: str, shape: Sequence[int], *texts: bytes) -> event_pb2.Event:
    """A blob sequence of ours that claims a shape."""
    event = numbers(tag, schema.PLUGIN_NAME, shape)
    (value,) = event.summary.value
    value.metadata.data_class = summary_pb2.DATA_CLASS_BLOB_SEQUENCE
    value.metadata.plugin_data.content = schema.metadata_content("filters")
    value.tensor.ClearField("float_val")
    value.tensor.dtype = types_pb2.DT_STRING
    value.tensor.string_val.extend(texts)
    return event


def without_data(tag: str, plugin: str, data_class: Any) -> event_pb2.Event:
    """A tag's metadata, and no value."""
    metadata = summary_pb2.SummaryMetadata(data_class=data_class)
    metadata.plugin_data.plugin_name = plugin
    metadata.plugin_data.content = schema.metadata_content("filters")
    value = summary_pb2.Summary.Value(tag=tag, metadata=metadata)
    return event_pb2.Event(wall_time=START, summary=summary_pb2.Summary(value=[value]))


def _payload(*blobs: bytes, content: bytes | None = None, tag: str = "convvis/filters/forged") -> Write:
    """One forged payload, then a valid one under a tag of its own."""

    def write(run: Path) -> None:
        with LogFile(run) as log:
            log.payload(tag, 0, blobs, content=content)
            log.payload("convvis/filters/valid", 0, payload())

    return write


def _events(*events: event_pb2.Event) -> Write:
    def write(run: Path) -> None:
        with LogFile(run) as log:
            for event in events:
                log.event(event)
            log.payload("convvis/filters/valid", 0, payload())

    return write


def _text(**parts: str) -> bytes:
    """A manifest written by hand: JSON that `json.dumps` cannot be had to write."""
    fields = {
        "kind": '"filters"',
        "version": "1",
        "logged": "1",
        "blobs": "[]",
        "facts": '{"layer":"conv1"}',
        **parts,
    }
    body = ",".join(f'"{name}":{value}' for name, value in fields.items())
    return signed(f'{{"crc32":"00000000",{body}}}')


def _array(shape: list[Any], data: bytes, **more: Any) -> bytes:
    return forged(blobs=[{**described(data, dtype="float32", shape=shape), **more}])


def _picture(data: bytes, media: str = "image/png", side: int = 10) -> Write:
    return _payload(forged(blobs=[described(data, media=media, shape=[side, side])]), data)


BLOB = KERNEL.tobytes()
BOMB = np.zeros(0, np.float32).tobytes()

FORGED_RECORDS: dict[str, Write] = {
    "kind-unknown": _payload(forged(kind="miracles"), BLOB, tag="convvis/miracles/forged"),
    "kinds-disagree": _payload(forged(kind="top"), *payload()[1:]),
    "version-newer": _payload(forged(version=2), *payload()[1:]),
    "version-in-metadata-newer": _payload(*payload(), content=b'{"version":99,"kind":"filters"}'),
    "metadata-no-json": _payload(*payload(), content=b"\xff{[" * 99),
    "manifest-checksum-wrong": _payload(payload()[0].replace(b"conv1", b"conv2"), *payload()[1:]),
    "blob-checksum-wrong": _payload(payload()[0], BLOB[:-1] + b"?", payload()[2]),
    "blobs-swapped": _payload(payload()[0], payload()[2], payload()[1]),
    "blobs-missing": _payload(payload()[0]),
    "manifest-missing": _payload(),
    "blobs-a-hundred-thousand": _payload(forged(blobs=[described(b"", dtype="int8", shape=[0])] * 100_000)),
    "shape-of-an-array-huge": _payload(_array([10**5, 10**5], BOMB), BOMB),
    "shape-negative": _payload(_array([-2, -12], BLOB), BLOB),
    "shape-with-400-digits": _payload(_array([10**400, 0], b""), b""),
    "shape-of-a-thousand-sides": _payload(_array([1] * 1000, BLOB[:4]), BLOB[:4]),
    "size-with-400-digits": _payload(_array([24], BLOB, size=10**400), BLOB),
    "logged-with-400-digits": _payload(_text(logged="1" * 400)),
    "facts-with-5000-digits": _payload(_text(facts=f'{{"rms":[{"9" * 5000}]}}')),
    "facts-nan": _payload(_text(facts='{"rms":[NaN,Infinity,-Infinity],"max_abs":NaN}')),
    "facts-too-large-for-a-float": _payload(_text(facts='{"max_abs":1e999}')),
    "facts-deep": _payload(_text(facts='{"rms":' + "[" * DEEP + "]" * DEEP + "}")),
    "facts-of-a-million": _payload(_text(facts='{"rms":[' + "0," * 10**6 + "0]}")),
    "facts-of-wrong-types": _payload(_text(facts='{"layer":[{}],"rms":"<img>","max_abs":{"a":[]}}'), BLOB),
    "keys-twice": _payload(_text(version='1,"version":2,"version":1', kind='"run","kind":"filters"')),
    "keys-of-prototypes": _payload(_text(facts='{"__proto__":{"polluted":true},"constructor":1}')),
    "lone-surrogates": _payload(_text(facts='{"layer":"\\ud800\\udfff\\ud800"}')),
    "manifest-too-large": _payload(signed(b'{"crc32":"00000000","x":"' + b"x" * 2**24 + b'"}')),
    "picture-bomb": _picture(png(10**5, 10**5)),
    "picture-size-too-large": _picture(png(10, 10), side=10**5),
    "picture-svg": _picture(MARKUP, "image/svg+xml"),
    "picture-svg-called-png": _picture(MARKUP),
    "picture-html": _picture(PAGE, "text/html"),
    "picture-png-called-jpeg": _picture(png(10, 10), "image/jpeg"),
    "tensor-of-billions-of-strings": _events(strings("convvis/filters/forged", [10**5, 10**5], b"x")),
    "tensor-of-strings-negative": _events(strings("convvis/filters/forged", [-1], b"x")),
    "tensor-for-blobs": _events(numbers("convvis/filters/forged", "convvis", [2], BLOB[:8])),
    "histogram-of-37-gib": _events(numbers("convvis/weights/forged/kernel", "histograms", [10**5, 10**5])),
    "histogram-shape-wrong": _events(
        numbers("convvis/weights/forged/kernel", "histograms", [7, 3], bytes(8))
    ),
    "histogram-overflowing": _events(numbers("convvis/weights/forged/kernel", "histograms", [2**62, 8])),
    "metadata-without-data": _events(
        without_data("convvis/filters/forged", "convvis", summary_pb2.DATA_CLASS_BLOB_SEQUENCE),
        without_data("convvis/weights/forged/kernel", "histograms", summary_pb2.DATA_CLASS_TENSOR),
    ),
    "tag-of-two-plugins": _events(
        numbers("convvis/filters/forged", "scalars", [], b""),
        strings("convvis/filters/forged", [3], *payload()),
    ),
    "foreign-tags": _events(
        strings("theirs", [1], b"theirs"),
        numbers("convvis/filters/forged", "their_plugin", [2], bytes(8)),
        strings("convvis/run/model", [1], json.dumps({"layers": []}).encode()),
    ),
}
"""What writes each directory's forged run, by the name of the forgery."""
