"""A model in a file that can be sent to people who need not trust the sender."""
