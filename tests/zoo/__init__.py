"""Small models of every kind that the package handles. Add one here and every method is tested on it."""

from tests.zoo import activations, applications, networks
from tests.zoo.networks import Subclassed, conv
from tests.zoo.registry import ZOO, build

__all__ = ["ZOO", "Subclassed", "activations", "applications", "build", "conv", "networks"]
