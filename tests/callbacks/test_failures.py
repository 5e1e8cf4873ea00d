"""Where a warning says it comes from, and how often it is said."""

from __future__ import annotations

import warnings
from pathlib import Path

import keras
import numpy as np

from tb_convvis.callbacks import FilterImages


def train(log_dir: Path) -> None:
    """A fit that cannot be logged: there is no convolution."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.zeros((2, 4)), np.zeros(2), epochs=2, verbose=0, callbacks=[FilterImages(log_dir)])


def test_each_fit_warns_once_at_the_line_that_trains(tmp_path: Path) -> None:
    """Python's own filter silences a text that was said at the same line before: in a notebook for good."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        for number in range(2):
            train(tmp_path / str(number))
    ours = [warning for warning in said if "ConvVis" in str(warning.message)]
    assert [warning.filename for warning in ours] == [__file__, __file__]
    line = Path(__file__).read_text().splitlines()[ours[0].lineno - 1]
    assert "model.fit(" in line


def test_a_filter_of_the_user_silences_them(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", message="ConvVis")
        train(tmp_path)
    assert not [warning for warning in said if "ConvVis" in str(warning.message)]
