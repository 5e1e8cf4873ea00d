"""Generated manifests, metadata, tags and blobs: read or refused in words, and what is written is read."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tb_convvis import schema
from tb_convvis.blobs import DTYPES
from tests.forged import PNG, described, signed
from tests.reliability.figure import Figure

TRIALS = 10_000
SHORT_TRIALS = 100
MAX_SECONDS = 1.0
"""Of a processor: nothing here waits for anything."""
MAX_MIB = 64
MAX_LETTERS = 500

integers = st.integers() | st.sampled_from([-1, 0, 2**31, 2**63, 10**400, -(10**4000)])
anything = st.recursive(
    st.none() | st.booleans() | integers | st.floats() | st.text(max_size=9) | st.just("x" * 10**5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
shapes = st.lists(st.integers(0, 9) | integers, max_size=5) | anything | st.just([1] * 10**5)
words = st.sampled_from(
    [*DTYPES, "object", "float64", "image/png", "image/jpeg", "image/svg+xml", "text/html"]
)
blob_data = st.binary(max_size=200) | st.just(PNG)


@st.composite
def payloads(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A manifest whose checksum is right and of which one thing may be anything, and its blobs."""
    blobs = draw(st.lists(blob_data, max_size=3))
    infos: list[Any] = [_info(blob) for blob in blobs]
    if draw(st.booleans()) and infos:
        changed = draw(st.sampled_from(["shape", "dtype", "media", "size", "crc32"]))
        infos[0][changed] = draw(st.one_of(shapes if changed == "shape" else words, anything))
    manifest: dict[str, Any] = {"kind": "filters", "version": 1, "logged": 3, "blobs": infos, "facts": {}}
    field = draw(st.sampled_from(["", "", *manifest]))
    if field:
        manifest[field] = draw(st.dictionaries(st.text(max_size=5), anything, max_size=4) | anything)
    text = json.dumps({"crc32": "0" * 8, **manifest}, separators=(",", ":"))
    cut = draw(st.sampled_from([0, 0, 0, 1, 7]))
    return signed(text[: len(text) - cut]), blobs


def _info(blob: bytes) -> dict[str, Any]:
    if blob == PNG:
        return described(blob, media="image/png", shape=[4, 6])
    return described(blob, dtype="uint8", shape=[len(blob)])


def parse_payload(payload: tuple[bytes, list[bytes]]) -> None:
    """Read all of a payload."""
    manifest = schema.parse_manifest(payload[0])
    for info, blob in zip(manifest.blobs, payload[1], strict=False):
        decoded = schema.decode(info, blob)
        assert isinstance(decoded, schema.Picture) or decoded.nbytes == len(blob)


def parse_names(text: str) -> None:
    """A tag is ours or not; one of ours is made of the same parts."""
    parsed = schema.parse_tag(text)
    if parsed and parsed[0] in schema.KINDS:
        assert schema.make_tag(*parsed) == text


def round_trip(written: tuple[list[Any], dict[str, Any], int]) -> None:
    """What was encoded is decoded to the same."""
    blobs, facts, logged = written
    manifest_data, *data = schema.encode("filters", facts, blobs, logged)
    manifest = schema.parse_manifest(manifest_data)
    assert (manifest.kind, manifest.logged, manifest.facts) == ("filters", logged, facts)
    for info, encoded, blob in zip(manifest.blobs, data, blobs, strict=True):
        decoded = schema.decode(info, encoded)
        if isinstance(decoded, schema.Picture) or isinstance(blob, schema.Picture):
            assert decoded == blob
        else:
            assert decoded.shape == blob.shape
            assert decoded.dtype.name == blob.dtype.name
            assert decoded.tobytes() == np.ascontiguousarray(blob).tobytes()


whole_arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, min_side=0, max_side=5))
)
pictures = st.builds(
    schema.Picture, st.just(PNG), st.just("image/png"), st.integers(1, 4096), st.integers(1, 4096)
)
facts = st.fixed_dictionaries(
    {},
    optional={
        "layer": st.text(max_size=9),
        "rms": st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), max_size=5),
        "nonfinite": st.integers(),
    },
)
tags = st.text(max_size=40) | st.text(max_size=40).map(lambda text: f"convvis/filters/{text}")

TRIED: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], object]]] = {
    "payloads with right checksums": (payloads(), parse_payload),
    "manifests of any bytes": (
        st.binary(max_size=300).map(lambda data: signed(b'{"crc32":"00000000"' + data)),
        schema.parse_manifest,
    ),
    "metadata of any bytes": (
        st.binary(max_size=300) | anything.map(lambda value: json.dumps(value).encode()),
        schema.parse_metadata_content,
    ),
    "tags": (tags, parse_names),
    "payloads written and read": (
        st.tuples(st.lists(whole_arrays | pictures, max_size=3), facts, st.integers(0, 2**53)),
        round_trip,
    ),
}


def figures(short: bool) -> Iterator[Figure]:
    """A figure for each reader of bytes."""
    count = SHORT_TRIALS if short else TRIALS
    for what, (strategy, call) in TRIED.items():
        yield _figure(what, strategy, call, count, timed=not short)


def _figure(
    what: str, strategy: st.SearchStrategy[Any], call: Callable[[Any], object], count: int, *, timed: bool
) -> Figure:
    tried = refused = 0
    slowest = 0.0
    faults: list[str] = []
    largest = 0

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(value: Any) -> None:
        nonlocal tried, refused, slowest, largest
        tried += 1
        tracemalloc.start()
        began = time.thread_time()
        try:
            call(value)
        except schema.SchemaError as error:
            refused += 1
            if len(str(error)) > MAX_LETTERS:
                faults.append(f"an error of {len(str(error))} letters: {str(error)[:80]}")
        except Exception as error:  # noqa: BLE001 (whatever it is, is a fault)
            faults.append(f"{type(error).__name__}: {str(error)[:80]} of {value!r:.200}")
        slowest = max(slowest, time.thread_time() - began)
        largest = max(largest, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    run()
    mib = largest / 2**20
    reached = not faults and mib <= MAX_MIB and not (timed and slowest > MAX_SECONDS) and tried >= count
    return Figure(
        f"{tried:,} {what}",
        f"SchemaError or right, at most {MAX_MIB} MiB allocated"
        + (f", none over {MAX_SECONDS:g} s" if timed else ""),
        f"{len(faults)} faults, {refused:,} refused, at most {mib:.1f} MiB allocated"
        + (f", the slowest {slowest:.2f} s" if timed else "")
        + "".join(f"; {fault}" for fault in faults[:5]),
        reached,
    )
