"""Tables of other libraries are read, not refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.sparse import csr_array, dok_array

from qconf.core.frames import as_frame_if_table, as_series
from qconf.errors import TableError

polars = pytest.importorskip("polars")

FRAME = pd.DataFrame(
    {"area": [30.5, 41.0], "zone": ["a", "b"], "built": pd.to_datetime(["2001-01-01", "NaT"])}
)


def arrow() -> Any:
    return pa.Table.from_pandas(FRAME)


@pytest.mark.parametrize(
    "made",
    [
        arrow,
        lambda: arrow().to_batches()[0],
        lambda: polars.from_arrow(arrow()),
        lambda: polars.from_arrow(arrow()).lazy(),
        lambda: FRAME.to_dict("list"),
    ],
    ids=["arrow", "batch", "polars", "lazy", "dict"],
)
def test_tables_become_frames(made: Any) -> None:
    """Names, numbers, text and dates are those of the table."""
    frame = as_frame_if_table(made())
    assert list(frame) == list(FRAME)
    assert frame["area"].tolist() == [30.5, 41.0]
    assert frame["zone"].tolist() == ["a", "b"]
    assert pd.api.types.is_datetime64_any_dtype(frame["built"].dtype)
    assert frame["built"].isna().tolist() == [False, True]


def test_an_index_without_a_name_is_no_column() -> None:
    """pandas writes it down as a column of its own."""
    table = pa.Table.from_pandas(FRAME.iloc[[1]], preserve_index=True)
    assert list(as_frame_if_table(table)) == list(FRAME)


@pytest.mark.parametrize("matrix", [np.eye(2), csr_array(np.eye(2)), dok_array((2, 2)), [[1]]])
def test_what_has_no_names_is_left_alone(matrix: Any) -> None:
    """Arrays, lists and sparse matrices go to scikit-learn's own checks."""
    assert as_frame_if_table(matrix) is matrix


def test_names_must_be_one_and_differ() -> None:
    """Two levels of names, or two columns whose names are written alike, are told."""
    with pytest.raises(TableError, match=r"2 levels of names; one is needed: table.columns = "):
        as_frame_if_table(pd.DataFrame({("size", "m2"): [1], ("price", "eur"): [2]}))
    with pytest.raises(TableError, match="two columns named '1'"):
        as_frame_if_table(pd.DataFrame([[1, 2]], columns=[1, "1"]))


@pytest.mark.parametrize(
    "values",
    [
        [3, 1],
        (3, 1),
        np.array([3, 1]),
        np.array([[3], [1]]),
        pd.Series([3, 1], index=[9, 9]),
        pd.Index([3, 1]),
        pd.array([3, 1], dtype="Int64"),
        pa.array([3, 1]),
        pa.chunked_array([[3], [1]]),
        polars.Series([3, 1]),
        polars.DataFrame({"a": [3, 1]}),
        pd.DataFrame({"a": [3, 1]}),
    ],
    ids=lambda values: type(values).__module__ + "." + type(values).__name__,
)
def test_columns_of_any_kind_are_series(values: Any) -> None:
    """Rows are counted from 0, whatever the index was."""
    series = as_series(values, "group", 2)
    assert series.tolist() == [3, 1]
    assert list(series.index) == [0, 1]


def test_dates_stay_dates() -> None:
    """A column of polars or Arrow dates is no column of objects."""
    for dates in (polars.Series([dt.date(2020, 1, 1)]), pa.array([dt.date(2020, 1, 1)])):
        assert pd.api.types.is_datetime64_any_dtype(as_series(dates, "time").dtype)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 3], "The group has 3 values, the table 2 rows."),
        (5, r"The group must be one column, one value a row; got shape \(\)"),
        ("parcel", r"got shape \(\)"),
        ([[1, 2], [3, 4]], r"got shape \(2, 2\)"),
    ],
)
def test_errors_name_the_role(values: Any, words: str) -> None:
    """What is not one value a row is refused in one line."""
    with pytest.raises(TableError, match=words):
        as_series(values, "group", 2)
