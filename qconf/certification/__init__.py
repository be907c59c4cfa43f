"""Which rows can be acted on: a cut-off with a guarantee, or with the highest value."""
