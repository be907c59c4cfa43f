"""A model that was kept, and new rows for it: what the tests of scoring share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from worlds import sales_table

from qconf import ConfidentRegressor
from qconf.saving.writing import save

__all__ = ["features", "files_in", "fitted_model", "kept", "new_rows"]

_FITTED: dict[str, Any] = {}


def features(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what new rows do not have, and what no fit has seen."""
    return table.drop(columns=["price", "id"], errors="ignore")


def fitted_model(error: str = "relative", confidence: str = "residual") -> ConfidentRegressor:
    """Fit a model to 400 sales, once for all tests."""
    key = f"{error} {confidence}"
    if key not in _FITTED:
        table = sales_table(400)
        model = ConfidentRegressor(confidence=confidence, error=error, random_state=0)  # type: ignore[arg-type]
        _FITTED[key] = model.fit(features(table), table["price"], time="sold_on", groups="parcel")
    return _FITTED[key]  # type: ignore[no-any-return]


def new_rows(n_rows: int = 300, seed: int = 7) -> pd.DataFrame:
    """Make rows that the model has not seen, one zone among them that it does not know."""
    table = sales_table(n_rows, seed)
    table.loc[::13, "zone"] = "somewhere else"
    table["id"] = [f"{i:05}" for i in range(n_rows)]
    rng = np.random.default_rng(seed)
    return table.iloc[rng.permutation(n_rows)].reset_index(drop=True)


def kept(folder: Path, n_parts: int, n_rows: int = 200) -> None:
    """Put a model and new rows into a folder, as parts and as one file."""
    save(fitted_model(), folder / "avm.qconf")
    table = new_rows(n_parts * n_rows)
    table.loc[::50, "area"] = np.inf
    table.to_parquet(folder / "new.parquet", index=False)
    (folder / "new").mkdir()
    for i in range(n_parts):
        part = table.iloc[i * n_rows : (i + 1) * n_rows]
        part.to_parquet(folder / "new" / f"{i}.parquet", index=False)


def files_in(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, by their names in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
