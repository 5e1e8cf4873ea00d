"""Whether two logs say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.callbacks.helpers import Record, records

MEASURED = {"seconds", "bytes", "reason", "way"}
"""What is measured anew: how long it took, and which way to occlude was the faster one."""


def by_name(run: Path) -> dict[tuple[str, int], Record]:
    found = [record for record in records(run) if record.tag != "convvis/run/model"]
    assert len({(record.tag, record.step) for record in found}) == len(found)
    return {(record.tag, record.step): record for record in found}


def blobs(record: Record) -> list[bytes]:
    return list(record.value.tensor.string_val)[1:]


def facts(record: Record) -> dict[str, Any]:
    return {name: fact for name, fact in record.manifest.facts.items() if name not in MEASURED}


def assert_same(expected: Path, found: Path) -> None:
    """Pictures byte for byte, numbers exactly, but for occlusion where another way to it was the faster."""
    ours, theirs = by_name(found), by_name(expected)
    assert ours.keys() == theirs.keys()
    for name, record in theirs.items():
        if name[0].startswith("convvis/weights/"):
            np.testing.assert_array_equal(record.buckets, ours[name].buckets)
            continue
        same_way = record.manifest.facts.get("way") == ours[name].manifest.facts.get("way")
        if same_way:
            assert blobs(record) == blobs(ours[name]), name
            assert facts(record) == facts(ours[name]), name
            continue
        assert name[0].startswith("convvis/occlusion/")
        assert [blob.shape for blob in record.manifest.blobs] == [
            blob.shape for blob in ours[name].manifest.blobs
        ]
