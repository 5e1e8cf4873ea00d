from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_convvis import schema

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
KERNEL = np.random.default_rng(0).normal(size=(3, 5, 2, 4)).astype(np.float32)


def example() -> list[bytes]:
    return schema.encode("filters", {"layer": "a/b", "rms": [0.5, 1.5]}, [KERNEL], logged=7)


def test_round_trip_of_arrays_pictures_and_facts() -> None:
    picture = schema.Picture(PNG, "image/png", height=4, width=6)
    manifest_bytes, *blobs = schema.encode(
        "filters", {"layer": "a/b", "max_abs": np.float32(2)}, [KERNEL, picture], 7
    )
    manifest = schema.parse_manifest(manifest_bytes)
    assert (manifest.kind, manifest.version, manifest.logged) == ("filters", 1, 7)
    assert manifest.facts == {"layer": "a/b", "max_abs": 2.0}
    np.testing.assert_array_equal(schema.decode(manifest.blobs[0], blobs[0]), KERNEL)
    assert schema.decode(manifest.blobs[1], blobs[1]) == picture


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8", "int8", "uint16", "int16", "int32"])
def test_arrays_are_little_endian_whatever_they_were(dtype: str) -> None:
    array = np.arange(6, dtype=dtype).reshape(2, 3)
    for stored in (array, array.astype(array.dtype.newbyteorder(">")), np.asfortranarray(array)):
        _, data = schema.encode("filters", {}, [stored])
        assert data == array.astype(array.dtype.newbyteorder("<")).tobytes()


def test_every_flipped_bit_is_detected() -> None:
    payload = example()
    info = schema.parse_manifest(payload[0]).blobs[0]
    for position in range(len(payload[0]) * 8):
        with pytest.raises(schema.SchemaError):
            schema.parse_manifest(flip(payload[0], position))
    for position in range(len(payload[1]) * 8):
        with pytest.raises(schema.SchemaError):
            schema.check_blob(info, flip(payload[1], position))


def test_not_finite_facts_become_null() -> None:
    payload = schema.encode("filters", {"rms": [float("nan"), np.inf, 1.0], "max_abs": np.float32("nan")})
    assert schema.parse_manifest(payload[0]).facts == {"rms": [None, None, 1.0], "max_abs": None}


def test_a_newer_version_is_refused_in_words() -> None:
    newer = resigned(example()[0], b'"version":1', b'"version":2')
    with pytest.raises(schema.SchemaError, match=r"newer tb_convvis.*version 2.*up to 1"):
        schema.parse_manifest(newer)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"dtype":"float32"', b'"dtype":"object"'),
        (b'"shape":[3,5,2,4]', b'"shape":[99999,99999,1,1]'),
        (b'"shape":[3,5,2,4]', b'"shape":[-3,-5,2,4]'),
        (b'"shape":[3,5,2,4]', b'"shape":[3.0,5,2,4]'),
        (b'"shape":[3,5,2,4]', b'"shape":"3524"'),
        (b'"logged":7', b'"logged":true'),
        (b'"kind":"filters"', b'"kind":["filters"]'),
        (b'"facts":{', b'"other":{'),
    ],
)
def test_a_manifest_that_breaks_the_contract_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(schema.SchemaError):
        schema.parse_manifest(resigned(example()[0], old, new))


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    with pytest.raises(schema.SchemaError):
        schema.parse_manifest(data)
    with pytest.raises(schema.SchemaError):
        schema.parse_metadata_content(data)


@given(
    st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))
)
def test_any_json_with_a_right_checksum_is_refused_or_parsed(value: object) -> None:
    text = json.dumps(
        {"crc32": "0" * 8, "kind": value, "version": 1, "logged": 1, "blobs": value, "facts": {}},
        separators=(",", ":"),
    )
    with pytest.raises(schema.SchemaError):
        schema.parse_manifest(resigned(text.encode(), b"", b""))


def test_a_picture_must_be_what_it_says() -> None:
    svg = schema.Picture(b"<svg onload=alert(1)>", "image/png", 1, 1)
    with pytest.raises(schema.SchemaError, match="not a picture"):
        schema.encode("filters", {}, [svg])


def test_unknown_kind_fact_or_dtype_is_refused() -> None:
    with pytest.raises(schema.SchemaError, match=r"unknown kind.*'filter'"):
        schema.encode("filter", {})
    with pytest.raises(schema.SchemaError, match=r"unknown facts.*\['colour'\]"):
        schema.encode("filters", {"colour": 1})
    with pytest.raises(schema.SchemaError, match="complex64"):
        schema.encode("filters", {}, [np.zeros(3, np.complex64)])


@pytest.mark.parametrize(
    "subject", ["conv1", "a/b/c", "__proto__", "<img onerror=alert(1)>", "line\nbreak", "x" * 300]
)
def test_tags_round_trip(subject: str) -> None:
    assert schema.parse_tag(schema.make_tag("filters", subject)) == ("filters", subject)


@pytest.mark.parametrize(
    "tag", ["", "convvis", "convvis/", "convvis/filters/", "other/filters/conv1", "convvis/A/b"]
)
def test_other_tags_are_not_ours(tag: str) -> None:
    assert schema.parse_tag(tag) is None


def flip(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << (bit % 8)
    return bytes(damaged)


def resigned(manifest: bytes, old: bytes, new: bytes) -> bytes:
    """The manifest with a replacement and a right checksum: what a hostile writer could log."""
    assert old in manifest
    return schema._with_crc(manifest.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"rms":[0.5,1.5]', b'"rms":[NaN,1.5]'),
        (b'"rms":[0.5,1.5]', b'"rms":[0.5,-Infinity]'),
        (b'"logged":7', b'"logged":-1'),
        (b'"logged":7', b'"logged":' + b"9" * 400),
        (b'"kind":"filters"', b'"kind":"' + b"x" * 10**6 + b'"'),
        (b'"version":1', b'"version":"' + b"x" * 10**6 + b'"'),
        (b'"shape":[3,5,2,4]', b'"shape":[' + b"9999," * 10**6 + b"0]"),
        (b'"shape":[3,5,2,4]', b'"shape":[' + b"1," * 40 + b"120]"),
    ],
)
def test_a_forged_manifest_is_refused_in_few_words(old: bytes, new: bytes) -> None:
    with pytest.raises(schema.SchemaError) as refused:
        schema.parse_manifest(resigned(example()[0], old, new))
    assert len(str(refused.value)) < 300


def test_an_empty_array_of_a_shape_that_no_array_has_is_refused() -> None:
    manifest, _ = schema.encode("filters", {}, [np.zeros((4, 0), np.uint8)])
    with pytest.raises(schema.SchemaError, match="no array has the shape"):
        schema.parse_manifest(resigned(manifest, b"[4,0]", b"[2147483648,2147483648,0]"))
