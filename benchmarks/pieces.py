"""Pieces of a benchmark that are kept as they are made, so that a run that was stopped goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

__all__ = ["CACHE", "kept"]

CACHE = Path(__file__).parent / ".cache"


def kept(path: Path, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Read a piece, or make it and keep it.

    Parameters
    ----------
    path : Path
        Of a Parquet file, in a folder of its own for each benchmark.
    make : callable
        Returns the piece.

    Returns
    -------
    DataFrame
        As the file has it, whether it was there or not.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        make().to_parquet(part, index=False)
        part.replace(path)
    return pd.read_parquet(path)
