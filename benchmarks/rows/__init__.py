"""The tasks of the table, one subject a file; each has a function `rows`."""
