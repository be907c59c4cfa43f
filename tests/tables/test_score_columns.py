"""Scores are read as they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.tables.score_columns import score_numbers


def test_by_name_and_by_position() -> None:
    """Missing scores are not a number, nullable ones too."""
    table = pd.DataFrame({"fsd": pd.array([1, None], dtype="Int64")})
    for column in ("fsd", 0):
        np.testing.assert_array_equal(score_numbers(table, column), [1.0, np.nan])
    np.testing.assert_array_equal(score_numbers(np.array([[2.0]]), 0), [2.0])


def test_what_is_no_score_is_named() -> None:
    """An unknown column, and one of words."""
    table = pd.DataFrame({"fsd": ["low"]})
    with pytest.raises(TableError, match=r"no score column 'fds'\. Did you mean 'fsd'"):
        score_numbers(table, "fds")
    with pytest.raises(TableError, match="no score column 1: n_features = 1, counted from 0"):
        score_numbers(table, 1)
    with pytest.raises(TableError, match="'fsd' must be numbers"):
        score_numbers(table, "fsd")


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2020-01-01", "NaT"]),
        pd.to_timedelta([1, 2], unit="D"),
        pd.array([True, None], dtype="boolean"),
        [True, False],
        [[1], [2]],
        pd.Categorical(["a", "b"]),
    ],
)
def test_what_can_be_turned_into_numbers_is_none(values: Any) -> None:
    """Dates, durations, truths and lists are refused, by name and by position."""
    table = pd.DataFrame({"fsd": values})
    for column in ("fsd", 0):
        with pytest.raises(TableError, match=rf"The score column {column!r} must be numbers"):
            score_numbers(table, column)
