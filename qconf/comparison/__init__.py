"""Several estimators on the same rows."""
