"""ConvVis: see what each layer of a convolutional network learns, while it learns it."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_TRAINING = {
    "CheckpointLog": "checkpoint_log",
    "find_checkpoints": "checkpoint_files",
    "load_checkpoint": "checkpoint_files",
    "log_checkpoint": "checkpoint_log",
    "replay": "replay",
}
"""What needs TensorFlow, by the module of `tb_convvis.callbacks`: machines that view logs do not have it."""


def __getattr__(name: str) -> Any:
    if name in _TRAINING:
        return getattr(import_module(f"tb_convvis.callbacks.{_TRAINING[name]}"), name)
    raise AttributeError(f"module 'tb_convvis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_TRAINING})
