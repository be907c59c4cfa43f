"""Maps that combine and calibrate."""
