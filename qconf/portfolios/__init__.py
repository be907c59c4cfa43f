"""Portfolios of rows without outcomes: which model to use for each, and how sure its sum is."""
