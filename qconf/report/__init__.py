"""What pictures and pages share."""
