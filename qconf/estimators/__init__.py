"""The built-in confidence estimators, one family a file."""
