"""What can be wrong with one record whose frame holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from google.protobuf.message import DecodeError
from tensorboard.compat.proto import event_pb2, summary_pb2, types_pb2

from tb_convvis import schema
from tb_convvis.doctor.framing import MAX_RECORD_BYTES
from tb_convvis.tensors import tensor_problem

NULL_PLUGIN = "hparams"
"""Older versions of this plugin log metadata alone; TensorBoard knows, and fills in an empty tensor."""

Finding = tuple[str, str]
"""One of CAUSES in `tb_convvis.doctor.causes`, and what was found."""


def check_event(data: bytes) -> Iterator[Finding]:
    """What is wrong with a record's data; nothing where it is sound.

    Example:
        >>> list(check_event(event_pb2.Event(wall_time=math.nan, step=3).SerializeToString()))
        [('wall time', 'it is nan, at step 3.')]
    """
    try:
        event = event_pb2.Event.FromString(data)
    except DecodeError:
        yield "no event", f"its {len(data)} bytes are no Event."
        return
    if not math.isfinite(event.wall_time):
        yield (
            "wall time" if math.isnan(event.wall_time) else "infinite",
            f"it is {event.wall_time}, at step {event.step}.",
        )
    for value in event.summary.value:
        where = f"tag {value.tag!r}, step {event.step}: "
        for cause, detail in _check_value(value):
            yield cause, where + detail


def _check_value(value: summary_pb2.Summary.Value) -> Iterator[Finding]:
    plugin = value.metadata.plugin_data
    if value.WhichOneof("value") is None:
        if value.HasField("metadata") and plugin.plugin_name != NULL_PLUGIN:
            yield "no value", "there is metadata and no value."
        return
    problem = tensor_problem(value.tensor, MAX_RECORD_BYTES) if value.HasField("tensor") else None
    if problem:
        yield "tensor", f"{problem}."
    elif plugin.plugin_name == schema.PLUGIN_NAME:
        yield from _check_ours(value)
    elif schema.parse_tag(value.tag) and not value.tag.startswith(schema.HISTOGRAMS_TAG_PREFIX):
        yield "foreign", f"logged for the plugin {plugin.plugin_name!r}."


def _check_ours(value: summary_pb2.Summary.Value) -> Iterator[Finding]:
    kind, _ = schema.parse_tag(value.tag) or (None, "")
    try:
        version, declared = schema.parse_metadata_content(value.metadata.plugin_data.content)
    except schema.SchemaError as error:
        yield "foreign", str(error)
        return
    if version > schema.VERSION:
        yield "newer", f"version {str(version)[:80]}; this one reads up to {schema.VERSION}."
    elif kind is None or kind != declared or value.tensor.dtype != types_pb2.DT_STRING:
        yield "foreign", f"it says that it is of the kind {declared!r}."
    else:
        yield from _check_payload(kind, value.tensor.string_val)


def _check_payload(kind: str, payload: Sequence[bytes]) -> Iterator[Finding]:
    if not payload:
        yield "manifest", "there is none."
        return
    try:
        manifest = schema.parse_manifest(payload[0])
    except schema.NewerVersionError as error:
        yield "newer", str(error)
        return
    except schema.SchemaError as error:
        yield "manifest", str(error)
        return
    if manifest.kind != kind:
        yield "manifest", f"it says that it is of the kind {manifest.kind!r}."
    if len(manifest.blobs) != len(payload) - 1:
        yield "manifest", f"it describes {len(manifest.blobs)} blobs where {len(payload) - 1} are."
    for number, (info, blob) in enumerate(zip(manifest.blobs, payload[1:], strict=False), start=1):
        try:
            schema.check_blob(info, blob)
        except schema.SchemaError as error:
            yield "blob", f"blob {number}: {error}"
