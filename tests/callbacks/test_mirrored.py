"""A training that is spread over several devices."""

from __future__ import annotations

import pytest

from tests.reliability.training_bits import MIRRORED, changed_elsewhere


@pytest.mark.slow
def test_mirrored_devices_are_left_as_without_it_and_logged() -> None:
    assert changed_elsewhere(MIRRORED, ["ConvVis"]) == []
