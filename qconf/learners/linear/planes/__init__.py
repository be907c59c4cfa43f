"""Exact linear quantile regression: what `LinearQuantileRegressor` stands on."""
