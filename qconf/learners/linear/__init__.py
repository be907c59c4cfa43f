"""Linear models, solved exactly."""
