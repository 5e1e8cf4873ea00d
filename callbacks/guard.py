"""What keeps failures of a callback from the training."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import tensorflow as tf

OUT_OF_MEMORY = (MemoryError, tf.errors.ResourceExhaustedError)
"""Not tried again in a fit: TensorFlow waits ten seconds before it gives up."""

Hook = TypeVar("Hook", bound=Callable[..., None])


def guarded(hook: Hook) -> Hook:
    """Hand whatever happens in a hook to the callback's `report`; KeyboardInterrupt and SystemExit pass.

    Around the whole of it, so that not even its first call can stop training.
    """

    @wraps(hook)
    def harmless(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            hook(self, *arguments, **named)
        except Exception as error:  # noqa: BLE001 (reported, or raised if the user wants it)
            self.report(error)

    return cast("Hook", harmless)


def for_every_view(hook: Hook) -> Hook:
    """Call a hook and then the same of each of a callback's `views`, whatever happens in one of them."""

    @wraps(hook)
    def passed_on(self: Any, *arguments: Any, **named: Any) -> None:
        try:
            hook(self, *arguments, **named)
        except Exception as error:  # noqa: BLE001 (as above)
            self.views[0].report(error)
        for view in self.views:
            try:
                getattr(view, hook.__name__)(*arguments, **named)
            except Exception as error:  # noqa: BLE001 (as above)
                view.report(error)

    return cast("Hook", passed_on)
