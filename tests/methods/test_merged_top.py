"""Searches over parts of the images, put together, against one search over all of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tb_convvis.methods import TopActivations, TopActivationSearch, merge_top_activations, number_from

K = 4
PEAKS = st.lists(
    # Few values, so that ties abound; None for an image without a finite activation.
    st.lists(st.sampled_from([None, -1.5, -0.0, 0.0, 0.25, 3.0]), min_size=2, max_size=2),
    min_size=1,
    max_size=30,
)


def ranked(peaks: list[list[float | None]], numbers: list[int]) -> TopActivations:
    """By a plain sort: of some images, the K strongest of each map; row and column tell the image."""
    rows = []
    for channel in range(2):
        entries = sorted((-peak, n) for n in numbers if (peak := peaks[n][channel]) is not None)[:K]
        filled = [(-negative, n, n % 5, n % 7) for negative, n in entries]
        rows.append(filled + [(-np.inf, -1, 0, 0)] * (K - len(filled)))
    value, image, row, col = np.array(rows).transpose(2, 0, 1)
    active = np.array([sum((peaks[n][channel] or 0) > 0 for n in numbers) for channel in range(2)])
    image, row, col = (part.astype(np.int32) for part in (image, row, col))
    silent = (1 - active / len(numbers)).astype(np.float32)
    return TopActivations(value.astype(np.float32), image, row, col, silent)


def assert_equal(found: TopActivations, expected: TopActivations) -> None:
    for name in ("value", "image", "row", "col", "dead_share"):
        array, other = getattr(found, name), getattr(expected, name)
        assert array.dtype == other.dtype, name
        np.testing.assert_array_equal(array, other, name)


@given(PEAKS, st.data())
def test_any_parts_in_any_order_give_what_a_sort_of_all_gives(
    peaks: list[list[float | None]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(peaks))))
    cuts = data.draw(st.sets(st.integers(1, len(peaks) - 1))) if len(peaks) > 1 else set()
    edges = [0, *sorted(cuts), len(peaks)]
    parts = [order[first:last] for first, last in itertools.pairwise(edges)]
    tops = [ranked(peaks, part) for part in parts]
    expected = ranked(peaks, list(range(len(peaks))))
    assert_equal(merge_top_activations(tops, [len(part) for part in parts]), expected)
    one_by_one, count = tops[0], len(parts[0])
    for top, part in zip(tops[1:], parts[1:], strict=True):
        one_by_one = merge_top_activations([one_by_one, top], [count, len(part)])
        count += len(part)
    assert_equal(one_by_one, expected)


def test_equals_one_search_over_all() -> None:
    inputs = keras.Input((3, 5, 4))
    model = keras.Model(inputs, keras.layers.Identity(name="same")(inputs))
    random = np.random.default_rng(0)
    images = random.integers(-2, 3, size=(45, 3, 5, 4)).astype(np.float32)
    images[30:] = images[:15]
    images[12, ..., 1] = np.nan
    search = TopActivationSearch(model, ["same"], k=9, batch_size=8)
    # The last part has fewer images than places.
    edges = [0, 16, 40, 45]
    parts = [
        number_from(search(images[first:last])["same"], first) for first, last in itertools.pairwise(edges)
    ]
    assert_equal(merge_top_activations(parts[::-1], [5, 24, 16]), search(images)["same"])


def test_millions_of_images_are_counted_exactly() -> None:
    count = 1 << 22
    empty = np.full((1, 1), -1, np.int32)
    for active in (0, 1, count - 1, 1_234_567):
        share = np.array([1 - active / count], np.float32)
        top = TopActivations(np.full((1, 1), -np.inf, np.float32), empty, empty * 0, empty * 0, share)
        merged = merge_top_activations([top, top], [count, count])
        assert merged.dead_share == np.float32(1 - 2 * active / (2 * count))


def test_parts_that_cannot_be_merged_are_refused() -> None:
    two, one = ranked([[1.0, 2.0]] * 2, [0, 1]), ranked([[1.0, 2.0]], [0])
    with pytest.raises(ValueError, match="Expected parts of one shape"):
        merge_top_activations([two, replace(two, value=two.value[:1])], [2, 2])
    with pytest.raises(ValueError, match=r"counts \[2\]"):
        merge_top_activations([two, one], [2])
    with pytest.raises(ValueError, match=r"at most 8,388,608 images. Received: 16,000,000"):
        merge_top_activations([two, one], [8_000_000, 8_000_000])
