"""Results as pages for those who decide: which sections each has, and what they say."""
