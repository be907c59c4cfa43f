"""Numeric engines that know nothing of confidence."""
