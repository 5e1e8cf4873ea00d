"""The contract between the callbacks that write and the plugin that reads.

Everything ConvVis logs is a blob sequence: a rank-1 string tensor
``[manifest, blob, blob, ...]`` under a tag ``convvis/<kind>/<subject>`` at
``step`` = number of completed epochs (0 = before training).

* The manifest is UTF-8 JSON. It opens with its own CRC-32, names its kind and
  version, lists dtype and shape (or picture format and size) and CRC-32 of
  every blob, and carries the small facts of the kind.
* An array blob is raw little-endian bytes in C order; a picture blob is a PNG
  or JPEG file.
* The summary metadata's content is ``{"version": 1, "kind": ...}`` and rides on
  every record, so a lost first record loses one step and not the tag.

Why bytes with a shape beside them and not tensors: one step can be read
without reading all of them, a hostile shape cannot make the server allocate,
and damage is detected blob by blob.

Weight histograms are the one exception: they are written in TensorBoard's own
histogram format, so that its Histograms tab shows them as well.

Needs the standard library and NumPy only: writers and readers both import it,
and readers have no TensorFlow.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from tb_convvis.blobs import (
    Blob,
    BlobInfo,
    Picture,
    SchemaError,
    check_blob,
    decode,
    encode_blob,
    parse_blob_info,
)
from tb_convvis.kinds import KINDS, Kind

__all__ = [
    "HISTOGRAMS_TAG_PREFIX",
    "KINDS",
    "PLUGIN_NAME",
    "RUN_DIRECTORY",
    "VERSION",
    "Blob",
    "BlobInfo",
    "Kind",
    "Manifest",
    "NewerVersionError",
    "Picture",
    "SchemaError",
    "check_blob",
    "decode",
    "encode",
    "make_tag",
    "metadata_content",
    "parse_manifest",
    "parse_metadata_content",
    "parse_tag",
]

PLUGIN_NAME = "convvis"
VERSION = 1
RUN_DIRECTORY = "convvis"
"""Callbacks write into ``<log_dir>/convvis``; a later training in the same directory into ``convvis-2``."""

MAX_MANIFEST_BYTES = 16 * 2**20
MAX_BLOBS = 65_536
MAX_KIND_LETTERS = 80
MAX_LOGGED = 2**53
"""Beyond it a JSON number loses digits in a browser."""

_CRC_OPENING = b'{"crc32":"'
_CRC_DIGITS = slice(len(_CRC_OPENING), len(_CRC_OPENING) + 8)

HISTOGRAMS_TAG_PREFIX = "convvis/weights/"
"""Histograms are logged under TensorBoard's `histograms` plugin as ``convvis/weights/<layer>/<weight>``."""

_TAG = re.compile(r"convvis/(?P<kind>[a-z_]+)/(?P<subject>.+)", re.DOTALL)


def make_tag(kind: str, subject: str) -> str:
    """Return the tag of a kind and subject, such as ``convvis/filters/conv1``.

    Args:
        kind: a key of `KINDS`.
        subject: layer path or other subject; not empty.

    Raises:
        SchemaError: unknown kind or empty subject.

    Example:
        >>> make_tag("filters", "backbone/conv1")
        'convvis/filters/backbone/conv1'
    """
    if kind not in KINDS:
        raise SchemaError(f"unknown kind. Received: kind={kind!r}. Expected one of {sorted(KINDS)}.")
    if not subject:
        raise SchemaError("a tag needs a subject. Received: subject=''.")
    return f"{PLUGIN_NAME}/{kind}/{subject}"


def parse_tag(tag: str) -> tuple[str, str] | None:
    """Return (kind, subject) of a tag, or None where the tag is not one of ours.

    Example:
        >>> parse_tag("convvis/filters/backbone/conv1")
        ('filters', 'backbone/conv1')
    """
    match = _TAG.fullmatch(tag)
    return (match["kind"], match["subject"]) if match else None


def metadata_content(kind: str) -> bytes:
    """Return the summary metadata's content for a kind.

    Example:
        >>> metadata_content("filters")
        b'{"version":1,"kind":"filters"}'
    """
    return json.dumps({"version": VERSION, "kind": kind}, separators=(",", ":")).encode()


def parse_metadata_content(content: bytes) -> tuple[int, str]:
    """Return (version, kind) from a summary metadata's content.

    Raises:
        SchemaError: not the JSON that `metadata_content` writes.

    Example:
        >>> parse_metadata_content(b'{"version":1,"kind":"filters"}')
        (1, 'filters')
    """
    data = _json_object(content, "summary metadata")
    version, kind = data.get("version"), data.get("kind")
    if type(version) is not int or not _is_kind(kind):
        raise SchemaError(
            f"summary metadata needs an int version and a kind, a short str. Received: {content[:80]!r}."
        )
    return version, kind


class NewerVersionError(SchemaError):
    """A record that is right and was logged by a newer tb_convvis."""


@dataclass(frozen=True)
class Manifest:
    """A parsed manifest.

    `logged` counts the steps of this tag up to and including this one that the callbacks' schedule
    asked for, so that a reader can say "10 of 60" where TensorBoard kept only some of them.
    """

    kind: str
    version: int
    logged: int
    facts: Mapping[str, Any]
    blobs: tuple[BlobInfo, ...]


def encode(kind: str, facts: Mapping[str, Any], blobs: Sequence[Blob] = (), logged: int = 1) -> list[bytes]:
    """Return the payload ``[manifest, blob, ...]`` of one record.

    Args:
        kind: a key of `KINDS`.
        facts: small JSON values, keyed as the kind says; NaN and infinities become null.
        blobs: arrays (stored little-endian, C order) and pictures.
        logged: ordinal of this step among those the schedule asked for, from 1.

    Raises:
        SchemaError: unknown kind, unknown fact, or a dtype outside `DTYPES`.

    Example:
        >>> payload = encode("run", {"view": "filters", "seconds": 0.1})
        >>> parse_manifest(payload[0]).facts["view"]
        'filters'
    """
    if kind not in KINDS:
        raise SchemaError(f"unknown kind. Received: kind={kind!r}. Expected one of {sorted(KINDS)}.")
    unknown = sorted(set(facts) - set(KINDS[kind].facts))
    if unknown:
        raise SchemaError(
            f"unknown facts for kind {kind!r}. Received: {unknown}. Expected: {sorted(KINDS[kind].facts)}."
        )
    encoded: list[bytes] = []
    described: list[dict[str, Any]] = []
    for blob in blobs:
        data, description = encode_blob(blob)
        encoded.append(data)
        described.append(description)
    body = {"kind": kind, "version": VERSION, "logged": logged, "blobs": described, "facts": _plain(facts)}
    text = json.dumps({"crc32": "0" * 8, **body}, separators=(",", ":"), allow_nan=False).encode()
    return [_with_crc(text), *encoded]


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest in the first blob of a payload.

    Raises:
        SchemaError: damaged (its checksum does not match), of a newer version, or malformed.

    Example:
        >>> parse_manifest(encode("run", {"view": "filters"})[0]).kind
        'run'
    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise SchemaError(
            f"manifest too large. Received: {len(data)} bytes. Expected at most {MAX_MANIFEST_BYTES}."
        )
    if not data.startswith(_CRC_OPENING) or _with_crc(data) != data:
        raise SchemaError("damaged manifest: its checksum does not match.")
    fields = _json_object(data, "manifest")
    version, kind = fields.get("version"), fields.get("kind")
    if type(version) is not int or version < 1:
        raise SchemaError(f"manifest has no version. Received: version={repr(version)[:80]}.")
    if version > VERSION:
        raise NewerVersionError(
            f"logged by a newer tb_convvis: payload version {str(version)[:80]}, "
            f"this one reads up to {VERSION}. Upgrade tb-convvis on the machine that runs TensorBoard."
        )
    logged, facts, blobs = fields.get("logged"), fields.get("facts"), fields.get("blobs")
    if (
        not _is_kind(kind)
        or type(logged) is not int
        or not 0 <= logged <= MAX_LOGGED
        or not isinstance(facts, dict)
        or not isinstance(blobs, list)
    ):
        raise SchemaError(
            "malformed manifest: kind, logged, facts or blobs are missing, of the wrong type or out of range."
        )
    if len(blobs) > MAX_BLOBS:
        raise SchemaError(f"too many blobs. Received: {len(blobs)}. Expected at most {MAX_BLOBS}.")
    return Manifest(kind, version, logged, facts, tuple(parse_blob_info(blob) for blob in blobs))


def _is_kind(value: object) -> TypeGuard[str]:
    # Names of kinds stand in error messages.
    return isinstance(value, str) and len(value) <= MAX_KIND_LETTERS


def _with_crc(text: bytes) -> bytes:
    """The manifest with its own CRC-32 in place: computed with the eight digits set to zero."""
    blank = bytearray(text)
    blank[_CRC_DIGITS] = b"0" * 8
    blank[_CRC_DIGITS] = f"{zlib.crc32(blank):08x}".encode()
    return bytes(blank)


def _json_object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"{what} is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise SchemaError(f"{what} is not a JSON object.")
    return value


def _refuse_constant(name: str) -> None:
    # Python's parser takes NaN and infinities, which are no JSON: no browser can parse them.
    raise ValueError(f"{name} is no value of JSON")


def _plain(value: Any) -> Any:
    """Facts as JSON values: NumPy scalars and arrays become Python ones, NaN and infinities null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
