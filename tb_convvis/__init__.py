"""ConvVis: see what each layer of a convolutional network learns, while it learns it."""

__version__ = "0.1.0"
