"""What is measured: one statistic an object."""
