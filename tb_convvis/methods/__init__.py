"""Techniques: a built Keras model and arrays in, arrays out. No files, no epochs, no callbacks."""
