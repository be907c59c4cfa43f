"""What all stations agree on, and what holds the machine."""
