"""Score new rows with a model that was kept: batches, files, folders, clusters."""
