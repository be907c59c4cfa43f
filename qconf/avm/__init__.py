"""What an AVM committee asks of values whose truth is known: accuracy, confidence, ratios."""
