"""Roles of the rows of a fit, and of rows that come after them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.tables.fit_roles import fit_roles, warn_beyond


def table(n_rows: int = 50) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "area": rng.uniform(size=n_rows),
            "year": np.arange(n_rows),
            "parcel": np.arange(n_rows) // 2,
        }
    )


def test_rows_without_a_time_are_left_out_and_told() -> None:
    """They would otherwise count as the newest, and decide a blend's weights."""
    X = table().astype({"year": float})
    X.loc[[3, 4], "year"] = np.nan
    with pytest.warns(UserWarning, match="2 of 50 rows have no time and are left out"):
        roles = fit_roles(X, "year", "parcel", keep_copies=False)
    assert len(roles.rows) == len(roles.time) == 48
    assert not {3, 4} & set(roles.rows)
    assert roles.groups is not None
    assert len(roles.groups) == 48


def test_copies_are_joined_to_groups_unless_they_are_kept() -> None:
    """A copy in another parcel ties both parcels together."""
    X = table().drop(columns="year")
    X = pd.concat([X, X.head(1).assign(parcel=9)], ignore_index=True)
    roles = fit_roles(X, None, "parcel", keep_copies=False)
    kept = fit_roles(X, None, "parcel", keep_copies=True)
    assert roles.groups is not None
    assert kept.groups is not None
    assert roles.groups[0] == roles.groups[18] == roles.groups[-1]
    assert kept.groups[0] != kept.groups[18]
    assert fit_roles(table(), None, None, keep_copies=False).groups is None


def test_far_beyond_the_last_time_is_warned_of() -> None:
    """With the days, or numbers, of both; a quarter of the history is still near."""
    days = pd.to_datetime(pd.Series(["2010-01-01", "2020-01-01"])).to_numpy()
    span = days[0], days[1]
    with pytest.warns(UserWarning, match=r"of 2025-01-01, long .* of 2010-01-01 to 2020-01-01:"):
        warn_beyond(np.array(["2025-01-01", "NaT"], "M8[s]"), span)
    with pytest.warns(UserWarning, match=r"newest row is of 130, long .* of 0 to 100:"):
        warn_beyond(np.array([130.0]), (0.0, 100.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_beyond(np.array(["2022-06-01"], "M8[D]"), span)
        warn_beyond(np.array(["NaT"], "M8[D]"), span)
        warn_beyond(np.array([5.0]), (3.0, 3.0))
        warn_beyond(np.array([5.0]), None)


def test_no_time_at_all_is_told() -> None:
    """There is no row to learn from."""
    X = table().astype({"year": float}).assign(year=np.nan)
    with pytest.raises(TableError, match="No row has a time: all 50 are missing"):
        fit_roles(X, "year", None, keep_copies=False)


def test_groups_are_of_the_rows_that_have_a_time() -> None:
    """A row that is left out takes its own group with it, and nobody else's."""
    time = np.where(np.arange(50) < 10, np.nan, np.arange(50.0))
    groups = np.where(np.arange(50) < 30, "old", "new")
    with pytest.warns(UserWarning, match="10 of 50 rows have no time"):
        roles = fit_roles(table(), time, groups, keep_copies=True)
    assert roles.groups is not None
    assert np.bincount(roles.groups).tolist() == [20, 20]
