"""Statistics of values and truths: one an object."""
