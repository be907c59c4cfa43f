"""Whether what was promised of a model still holds: monitors, drift, forecasts of a batch."""
