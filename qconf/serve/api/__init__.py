"""What the service answers programs: JSON."""
