"""Which two columns say where a row is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.place_columns import are_degrees, find_place, named_place
from qconf.errors import OptionError


def encoded(table: pd.DataFrame) -> tuple[Encoded, list[str]]:
    encoder = TableEncoder().fit(table)
    return Encoded.of(table, encoder), [str(name) for name in table]


def homes(latitude: str = "lat", longitude: str = "long", **others: Any) -> pd.DataFrame:
    """Make places of the north-west, under these names, and other columns."""
    where = np.random.default_rng(0).uniform([47, -123], [48, -122], size=(200, 2))
    named = {"rooms": np.arange(200.0), latitude: where[:, 0], longitude: where[:, 1]}
    return pd.DataFrame({**named, **others})


def found(table: pd.DataFrame) -> tuple[str, str] | None:
    return find_place(*encoded(table))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("lat", "long"), ("lat", "lon"), ("lat", "lng"), ("latitude", "longitude"),
        ("Latitude", "Longitude"), ("LAT", "LONG"), ("lat", "longitude"), ("geo_lat", "geo_lon"),
        ("site_latitude", "site_longitude"), ("siteLat", "siteLng"), ("lat_wgs84", "lon_wgs84"),
        ("GPS Latitude", "GPS Longitude"), ("home.lat", "home.long"), ("INTPTLAT", "INTPTLONG"),
        ("geolat", "geolong"), ("decimalLatitude", "decimalLongitude"), ("lat2", "long2"),
        ("centroid-lat", "centroid-lng"),
    ],
)  # fmt: skip
def test_names_of_places(latitude: str, longitude: str) -> None:
    """Words for both, in any case, alone or with the same other words, in any order."""
    assert found(homes(latitude, longitude)) == (latitude, longitude)
    assert found(homes(latitude, longitude).iloc[:, ::-1]) == (latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("lat", "length"), ("plate", "along"), ("x", "y"), ("northing", "easting"),
        ("pickup_lat", "dropoff_long"), ("geo_lat", "long"), ("late", "longer"), ("flat", "long"),
        ("lat1", "long2"), ("lat", "rooms2"),
    ],
)  # fmt: skip
def test_names_of_other_things(latitude: str, longitude: str) -> None:
    """Coordinates of a map have to be named by the user; halves of two places are none."""
    assert found(homes(latitude, longitude)) is None


def test_one_of_both_is_none() -> None:
    """Nor is there one in a table without names."""
    assert found(homes().drop(columns="long")) is None
    X, _ = encoded(homes())
    assert find_place(X, []) is None


def test_of_several_places_the_plainest() -> None:
    """With the fewest other words; of those with as many, the first."""
    other = homes()
    table = homes("pickup_lat", "pickup_long", drop_lat=other["lat"], drop_long=other["long"])
    assert found(table) == ("pickup_lat", "pickup_long")
    assert found(table.assign(lat=other["lat"], lng=other["long"])) == ("lat", "lng")


def spoilt(share: float, latitude: float) -> pd.DataFrame:
    table = homes()
    table.loc[: int(share * 200) - 1, "lat"] = latitude
    return table


@pytest.mark.parametrize(
    ("table", "is_place"),
    [
        (spoilt(0.01, 900.0), True),
        (spoilt(0.05, 900.0), False),
        (spoilt(0.7, np.nan), True),
        (homes().assign(lat=np.nan), False),
        (homes().assign(lat=lambda table: table["lat"].astype(str)), False),
        (homes().assign(lat=5e5, long=6e6), False),
        (homes().assign(long=lambda table: table["long"] - 180), False),
        (homes().assign(lat=47.5, long=-122.5), False),
        (homes().assign(lat=lambda t: t["lat"].iloc[np.arange(200) % 9].array, long=1.0), False),
        (homes().assign(lat=lambda t: t["lat"].iloc[np.arange(200) % 10].array, long=1.0), True),
        (homes().assign(lat=pd.Timestamp("2020-01-01")), False),
    ],
)  # fmt: skip
def test_values_bear_names_out(table: pd.DataFrame, is_place: bool) -> None:
    """Numbers inside the degrees there are, but for one in a hundred, and ten places or more."""
    assert (found(table) is not None) == is_place


def test_a_place_that_is_named() -> None:
    """Whatever its columns are called, they are numbers, and two."""
    X, names = encoded(homes("x", "y", zone=["a", "b"] * 100))
    assert named_place(X, names, ["x", "y"]) == ("x", "y")
    for places, words in (
        (("x", "yy"), "no column 'yy' for the places. Did you mean 'y'"),
        (("x", "zone"), "must be columns of numbers; 'zone' is none"),
        (("x", "x"), "names of two columns"),
        (("x",), "names of two columns"),
        ((0, 1), "names of two columns"),
    ):
        with pytest.raises(OptionError, match=words):
            named_place(X, names, places)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="columns have no names"):
        named_place(X, [], ("x", "y"))


@pytest.mark.parametrize(
    ("first", "second", "degrees"),
    [
        ([47.0, 48.0], [-122.0, -121.0], True),
        ([5.2e5], [5.1e6], False),
        ([np.nan, 47.0], [1.0, 2.0], True),
        ([np.nan], [1.0], False),
    ],
)
def test_degrees(first: FloatArray, second: FloatArray, degrees: bool) -> None:
    """Of rows that have both."""
    assert are_degrees(np.array(first), np.array(second)) == degrees
