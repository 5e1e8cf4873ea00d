from __future__ import annotations

from collections.abc import Iterator

import pytest
import tensorflow as tf
from tensorflow.python.framework import config  # the only way back


@pytest.fixture
def deterministic() -> Iterator[None]:
    """Operations that give the same bits every time, for this test alone."""
    tf.config.experimental.enable_op_determinism()
    yield
    config.disable_op_determinism()
