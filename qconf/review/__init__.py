"""The estimates that were really off: which to look at, what people say of them, and back."""
