"""Pictures: they need matplotlib, which only those who ask for pictures install."""
