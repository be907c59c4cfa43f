"""A view is a sample of rows, as numbers and levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from suspicious_tables import houses

from qconf.suspicions.view import away_from_mode, codes_of, make_view, sampled_rows


def test_small_tables_are_seen_whole_and_large_ones_in_part() -> None:
    """The sample is sorted, without repeats, and always the same."""
    assert list(sampled_rows(3)) == [0, 1, 2]
    rows = sampled_rows(100_000)
    assert len(rows) == 20_000
    assert (np.diff(rows) > 0).all()
    assert (rows == sampled_rows(100_000)).all()


def test_numbers_and_levels() -> None:
    """Few whole numbers are both; text is levels only; dates are days."""
    table, price, _ = houses(200)
    table["sold"] = pd.Timestamp("1970-01-02")
    table.loc[0, "sold"] = pd.Timestamp("1970-01-03")
    table["same"] = 5.0
    view = make_view(table, price, "price", ("avm", price), ("when", table["sold"].to_numpy()))
    assert set(view.numbers) == set(table) - {"zone", "heating", "same"}
    assert set(view.levels) == {"rooms", "zone", "heating", "sold"}
    assert view.numbers["sold"][:2].tolist() == [2.0, 1.0]
    assert set(view.beside) == {"avm", "when"}


@pytest.mark.parametrize("values", [[[1], [2], [1]], [{"a": 1}, None, {"a": 1}]])
def test_what_cannot_be_hashed_has_codes_too(values: list[object]) -> None:
    """Lists and dictionaries are told apart by how they are written."""
    codes = codes_of(pd.Series(values))
    assert codes[0] == codes[2] != codes[1]


def test_common_targets_are_set_aside() -> None:
    """Zeros of which there are many say nothing about a match."""
    assert away_from_mode(np.array([0.0, 0.0, 0.0, 1.0, 2.0]), 0.2).tolist() == [
        False,
        False,
        False,
        True,
        True,
    ]
