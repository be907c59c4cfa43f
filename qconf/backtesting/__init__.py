"""Several valuation models and several confidence estimators on the same rows: every pair."""
