"""One blob of a payload: an array as raw bytes or a picture file, described and checked by its manifest."""

from __future__ import annotations

import math
import sys
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PICTURE_BYTES = 16 * 2**20
MAX_PICTURE_SIDE = 4096
MAX_SIDES = 32
"""As many as an array of every version of NumPy can have."""
MAX_SIDE = 2**31
"""As many bytes as an event, a protobuf message, can hold."""
DTYPES = ("float32", "float16", "uint8", "int8", "uint16", "int16", "int32")
PICTURE_FORMATS = ("image/png", "image/jpeg")


class SchemaError(ValueError):
    """A tag, manifest or blob that does not keep the contract."""


@dataclass(frozen=True)
class Picture:
    """An encoded picture: a PNG or JPEG file with its size in pixels."""

    data: bytes
    media: str
    height: int
    width: int


Blob = NDArray[Any] | Picture


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What the manifest says of a blob: an array (dtype) or a picture (media; shape is height, width)."""

    size: int
    crc32: int
    shape: tuple[int, ...]
    dtype: str | None = None
    media: str | None = None


def check_blob(info: BlobInfo, data: bytes) -> None:
    """Check a blob's bytes against what its manifest says.

    Raises:
        SchemaError: wrong length or checksum, or a picture whose header is not of its format.

    Example:
        >>> data, described = encode_blob(np.zeros((3, 3, 3, 8), np.float32))
        >>> check_blob(parse_blob_info(described), data)
    """
    if len(data) != info.size or zlib.crc32(data) != info.crc32:
        raise SchemaError("damaged blob: its checksum does not match.")
    if info.media is not None and sniff_media(data) != info.media:
        raise SchemaError(f"blob is not the picture it says. Expected: {info.media}.")


def decode(info: BlobInfo, data: bytes) -> Blob:
    """Return the array or picture in a blob, after `check_blob`.

    Example:
        >>> data, described = encode_blob(np.ones((1, 1, 1, 2), np.float32))
        >>> decode(parse_blob_info(described), data).shape
        (1, 1, 1, 2)
    """
    check_blob(info, data)
    if info.media is not None:
        return Picture(data, info.media, info.shape[0], info.shape[1])
    dtype = np.dtype(str(info.dtype)).newbyteorder("<")
    return np.frombuffer(data, dtype).reshape(info.shape)


def sniff_media(data: bytes) -> str | None:
    """Return the picture format that the first bytes show: image/png, image/jpeg, or None.

    Example:
        >>> sniff_media(b"<svg xmlns=...") is None
        True
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return None


def encode_blob(blob: Blob) -> tuple[bytes, dict[str, Any]]:
    """Return a blob's bytes and what the manifest says of them."""
    if isinstance(blob, Picture):
        data = blob.data
        description: dict[str, Any] = {"media": blob.media, "shape": [blob.height, blob.width]}
        if blob.media not in PICTURE_FORMATS or sniff_media(data) != blob.media:
            raise SchemaError(f"not a picture of {PICTURE_FORMATS}. Received: media={blob.media!r}.")
    else:
        if blob.dtype.name not in DTYPES:
            raise SchemaError(f"unknown dtype. Received: {blob.dtype.name}. Expected one of {DTYPES}.")
        data = np.ascontiguousarray(blob, blob.dtype.newbyteorder("<")).tobytes()
        description = {"dtype": blob.dtype.name, "shape": list(blob.shape)}
    return data, {**description, "size": len(data), "crc32": zlib.crc32(data)}


def parse_blob_info(fields: object) -> BlobInfo:
    """Return the checked description of one blob from its JSON."""
    if not isinstance(fields, dict):
        raise SchemaError("malformed manifest: a blob's description is not an object.")
    size, crc32, shape = fields.get("size"), fields.get("crc32"), fields.get("shape")
    dtype, media = fields.get("dtype"), fields.get("media")
    if type(size) is not int or type(crc32) is not int or not isinstance(shape, list):
        raise SchemaError("malformed manifest: a blob without size, crc32 or shape.")
    # Checked before anything is computed with them: the product of very many would take for ever.
    if len(shape) > MAX_SIDES or not all(type(side) is int and 0 <= side <= MAX_SIDE for side in shape):
        raise SchemaError(
            f"malformed manifest: a shape must be at most {MAX_SIDES} whole numbers from 0 to {MAX_SIDE}. "
            f"Received: {str(shape[: MAX_SIDES + 1])[:80]}."
        )
    if media is None:
        if dtype not in DTYPES:
            raise SchemaError(
                f"malformed manifest: unknown dtype {str(dtype)[:80]!r}. Expected one of {DTYPES}."
            )
        if math.prod(shape) * np.dtype(str(dtype)).itemsize != size:
            raise SchemaError(f"malformed manifest: {str(shape)[:80]} of {dtype} is not {size} bytes.")
        # A side of none makes any array empty, however long the others claim to be.
        claimed = math.prod(side or 1 for side in shape) * np.dtype(str(dtype)).itemsize
        if claimed > MAX_SIDE:
            raise SchemaError(f"malformed manifest: no array has the shape {str(shape)[:80]}.")
        return BlobInfo(size, crc32, tuple(shape), dtype=str(dtype))
    if media not in PICTURE_FORMATS or len(shape) != 2:
        raise SchemaError(f"malformed manifest: unknown picture format. Received: {str(media)[:80]!r}.")
    if size > MAX_PICTURE_BYTES or max(shape) > MAX_PICTURE_SIDE:
        raise SchemaError(f"picture too large. Received: {str(size)[:80]} bytes, {shape} pixels.")
    # One string for all, not one for each: a server holds many thousand of these.
    return BlobInfo(size, crc32, tuple(shape), media=sys.intern(str(media)))
