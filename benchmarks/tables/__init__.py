"""Public tables that packages of PyPI bring: no download, the same rows wherever they are read."""
