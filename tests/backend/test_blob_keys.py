"""Keys of blobs: kept in little, none mixed up with another."""

from __future__ import annotations

import base64
import json
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_convvis.blob_keys import BlobKeys


def key_of(run: str, tag: str, step: int, index: int) -> str:
    """As TensorBoard makes them."""
    return base64.urlsafe_b64encode(json.dumps(["", run, tag, step, index]).encode()).decode().rstrip("=")


@settings(deadline=None)
@given(st.lists(st.text("ab-_=", max_size=9)))
def test_every_key_comes_back_as_it_was(keys: list[str]) -> None:
    kept = BlobKeys(iter(keys))
    assert [kept[index] for index in range(len(kept))] == keys
    for beyond in (-1, len(keys)):
        with pytest.raises(IndexError, match=f"no blob {beyond}"):
            kept[beyond]


def test_a_key_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        BlobKeys(["a", "b\nc"])


def test_the_keys_of_a_record_take_less_than_a_fifth_of_so_many_strings() -> None:
    keys = [key_of("run7/convvis", "convvis/top/conv1", 150, index) for index in range(54)]
    assert 5 * BlobKeys(keys).cost < sum(map(sys.getsizeof, keys))
