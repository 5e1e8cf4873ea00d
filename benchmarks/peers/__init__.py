"""Other implementations at the benchmarks' tasks: each script runs in an environment of its own."""
