"""Every measurement in its short form: the goals hold for few trials, too."""

from __future__ import annotations

import pytest

from tests.reliability.measurements import measurements

MEASUREMENTS = measurements()


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_the_goal_is_reached(name: str) -> None:
    for figure in MEASUREMENTS[name](True):
        assert figure.reached, str(figure)
