"""What a table gives reason to doubt: leaks, ids, units, dates, typos, thresholds."""
