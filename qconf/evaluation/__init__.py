"""What a confidence score is worth."""
