"""Pictures of signals, value by value in plain Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tb_convvis.images import DRAWN_AT_ONCE, draw_signed, shrink


def grey_of(value: float, scale: float) -> int:
    if math.isnan(value):
        return 0
    return math.floor(min(max(0.5 + value / (2 * scale), 0), 1) * 255 + 0.5)


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_a_signed_signal_is_drawn_around_mid_grey_on_its_own_scale(order: str) -> None:
    values = [-2.0, -0.5, 0.0, 0.25, 1.0, 2.0]
    signals = np.zeros((3, 2, 1, 3), np.float32)
    signals[0] = np.reshape(values, (2, 1, 3))
    signals[2] = signals[0] * 100
    drawn, scale = draw_signed(signals, order)
    assert scale.tolist() == [2, 0, 200]
    expected = np.reshape([grey_of(value, 2) for value in values], (2, 1, 3))
    if order == "BGR":
        expected = expected[..., ::-1]
    assert drawn.tolist() == [expected.tolist(), [[[128] * 3]] * 2, expected.tolist()]


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_other_than_three_channels_are_grey(channels: int) -> None:
    signal = np.ones((1, 1, 2, channels), np.float32)
    signal[0, 0, 1] = 0
    assert draw_signed(signal)[0].tolist() == [[[[255] * 3, [128] * 3]]]


def test_what_is_not_finite_is_drawn_and_harms_no_other_signal() -> None:
    signals = np.array([[1, -1, 0], [np.nan, 1, -1], [np.inf, 1, -1]], np.float32).reshape(3, 1, 1, 3)
    with np.errstate(invalid="ignore"):
        drawn, scale = draw_signed(signals)
    assert drawn[0].ravel().tolist() == [255, 0, 128]
    assert drawn[1].ravel().tolist() == [0, 255, 0]
    assert drawn[2].ravel().tolist() == [0, 128, 128]
    assert scale[0] == 1
    assert math.isnan(scale[1])
    assert scale[2] == np.inf


def test_many_signals_are_each_drawn_as_one_is() -> None:
    side = 40
    count = 3 * DRAWN_AT_ONCE // (side * side * 3) + 1
    signals = np.random.default_rng(0).normal(size=(count, side, side, 3)).astype(np.float32)
    drawn, scale = draw_signed(signals)
    for number in (0, count // 2, count - 1):
        alone, own = draw_signed(signals[number : number + 1])
        assert np.array_equal(drawn[number], alone[0])
        assert scale[number] == own[0] == np.abs(signals[number]).max()


def test_shrinking_averages_over_blocks_and_takes_what_is_beyond_the_edge_as_zero() -> None:
    signals = np.random.default_rng(0).normal(size=(2, 7, 5, 3)).astype(np.float32)
    small = shrink(signals, 3)
    assert small.shape == (2, 3, 2, 3)
    for number, row, col, channel in np.ndindex(small.shape):
        block = signals[number, 3 * row : 3 * row + 3, 3 * col : 3 * col + 3, channel]
        assert small[number, row, col, channel] == pytest.approx(block.sum(dtype=np.float64) / 9, abs=1e-6)
    assert shrink(signals, 7) is signals
