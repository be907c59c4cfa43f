"""From a file or a table to features, target and residual scale, with clear errors."""
