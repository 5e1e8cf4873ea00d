"""A demonstration: train two small networks on photographs and watch their filters form."""
