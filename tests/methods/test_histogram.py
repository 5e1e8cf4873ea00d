from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tb_convvis.methods import histogram
from tb_convvis.methods.histogram import weight_histogram

# TensorFlow computes with subnormal numbers as with zero.
FLOATS = st.floats(width=32, allow_nan=True, allow_infinity=True, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=200))
def test_equals_numpy_and_counts_everything(values: list[float]) -> None:
    array = np.array(values, np.float32)
    result = weight_histogram(tf.constant(array))
    finite = array[np.isfinite(array)].astype(np.float64)
    assert result.buckets[:, 2].sum() + result.nan + result.infinite == array.size
    assert (result.nan, result.infinite) == (np.isnan(array).sum(), np.isinf(array).sum())
    if finite.size and finite.min() < finite.max():
        counts, edges = np.histogram(finite, 30)
        np.testing.assert_array_equal(result.buckets[:, 2], counts)
        np.testing.assert_array_equal(result.buckets[:, 0], edges[:-1])
        np.testing.assert_array_equal(result.buckets[:, 1], edges[1:])


def test_values_on_the_edges_are_where_numpy_puts_them() -> None:
    values = np.linspace(-1.5, 1.5, 31)
    result = weight_histogram(tf.constant(values, tf.float64))
    np.testing.assert_array_equal(result.buckets[:, 2], np.histogram(values, 30)[0])


@pytest.mark.parametrize("size", [1, 9, 10, 11, 100])
def test_parts_make_no_difference(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    values = np.random.default_rng(1).normal(size=(10, 10)).astype(np.float32)
    whole = weight_histogram(tf.Variable(values)).buckets
    monkeypatch.setattr(histogram, "_CHUNK", size)
    np.testing.assert_array_equal(weight_histogram(tf.Variable(values)).buckets, whole)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int8", "int32"])
def test_any_real_dtype(dtype: str) -> None:
    values = tf.cast(tf.constant([-2, 0, 0, 3]), dtype)
    buckets = weight_histogram(values, buckets=5).buckets
    np.testing.assert_array_equal(buckets, [[-2, -1, 1], [-1, 0, 0], [0, 1, 2], [1, 2, 0], [2, 3, 1]])


def test_equal_values_share_one_bucket_and_nothing_has_none() -> None:
    np.testing.assert_array_equal(weight_histogram(tf.fill([7], 2.5)).buckets, [[2.5, 2.5, 7]])
    assert weight_histogram(tf.zeros([0])).buckets.shape == (0, 3)
    assert weight_histogram(tf.fill([4], float("nan"))).buckets.shape == (0, 3)


def test_one_trace_whatever_the_shapes() -> None:
    before = histogram._counts.experimental_get_tracing_count()
    for shape in ((3,), (4, 5), (2, 3, 4), (1000,)):
        weight_histogram(tf.random.stateless_normal(shape, (1, 2)))
    assert histogram._counts.experimental_get_tracing_count() <= max(before, 1)
