"""Numerical methods: a built Keras model and images in, frozen dataclasses of NumPy arrays out."""

from tb_convvis.methods.receptive_field import ReceptiveField, receptive_fields

__all__ = ["ReceptiveField", "receptive_fields"]
