"""Residuals that their model has not seen, and who may see what."""
