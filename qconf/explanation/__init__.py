"""Why this estimate: comparables, contributions and reasons."""
