"""Benchmarks of qconf: scenarios with permanent ids, and committed results."""
