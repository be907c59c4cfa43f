"""Slices: where errors are worse than expected, and what the data can say of it."""
