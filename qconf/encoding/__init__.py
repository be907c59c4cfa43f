"""From a table to numbers."""
