"""A valuation model with its confidence."""
