"""What another process needs to build a model of the same architecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras


@dataclass(frozen=True)
class ModelRecipe:
    """A model without its weights, which are those of the checkpoints.

    `config`: as Keras serialises it; `custom`: what was registered with Keras beside its own.
    """

    config: dict[str, Any]
    custom: dict[str, Any]

    @classmethod
    def of(cls, model: keras.Model) -> ModelRecipe:
        """Take down how a model is built.

        Raises:
            ValueError: a model that Keras cannot serialise.
        """
        try:
            config = keras.saving.serialize_keras_object(model)
        except (NotImplementedError, TypeError, ValueError) as error:
            raise ValueError(
                f"other processes have to build the model anew. Received: {model.name!r}, which Keras cannot "
                f"serialise. {error}"
            ) from error
        # The loss and the optimizer may be anybody's, and no search needs them.
        config.pop("compile_config", None)
        own = {
            name: item
            for name, item in keras.saving.get_custom_objects().items()
            if not getattr(item, "__module__", "").startswith(("keras.", "tb_convvis."))
        }
        return cls(config, own)

    def build(self) -> keras.Model:
        """Build the model, with weights that are still to be loaded."""
        # It was a model of this very user a moment ago: lambdas in it are safe.
        return keras.saving.deserialize_keras_object(self.config, self.custom, safe_mode=False)
