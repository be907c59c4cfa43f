"""Judge more rows than fit in memory: by counts that can be merged, in a few passes."""
