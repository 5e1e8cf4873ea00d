"""ConvVis: see what each layer of a convolutional network learns, while it learns it."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_ELSEWHERE = {
    "CheckpointLog": "callbacks.checkpoint_log",
    "PictureDirectory": "callbacks.picture_directory",
    "figure": "figures",
    "find_checkpoints": "callbacks.checkpoint_files",
    "load_checkpoint": "callbacks.checkpoint_files",
    "log_checkpoint": "callbacks.checkpoint_log",
    "replay": "callbacks.replay",
}
"""Where each name is. They are imported when first used: `callbacks` needs TensorFlow, viewers lack it."""


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        return getattr(import_module(f"tb_convvis.{_ELSEWHERE[name]}"), name)
    raise AttributeError(f"module 'tb_convvis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ELSEWHERE})
