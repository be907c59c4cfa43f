"""Columns are taken by the same checks at every door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.core.error_scale import error_scale
from qconf.errors import TableError
from qconf.tables.roles import (
    as_names,
    as_table,
    check_target_values,
    groups_of,
    moments_of,
    role_column,
)

TABLE = pd.DataFrame({"a": [1, 2, 3], "when": ["2020-01-02", None, "2020-01-01"]}, index=[7, 8, 9])


def test_tables_get_names() -> None:
    """Arrays are numbered, names become text, a list of records is a table."""
    records: Any = [{"a": 1}, {"a": 2}]
    assert list(as_table(np.ones((2, 2)))) == ["x0", "x1"]
    assert list(as_table(pd.DataFrame([[1, 2]], columns=[0, "b"]))) == ["0", "b"]
    assert list(as_table(records)) == ["a"]


@pytest.mark.parametrize("bad", [5, "rows", np.ones(3), np.ones((2, 2, 2)), None])
def test_what_is_no_table_is_told(bad: Any) -> None:
    """One line says what is needed and what was got."""
    with pytest.raises(TableError, match=r"must have rows and columns: .* got a"):
        as_table(bad)


def test_one_name_or_several() -> None:
    """A string is one name and not its letters."""
    assert as_names("zipcode") == ["zipcode"]
    assert as_names(pd.Index(["a", "b"])) == ["a", "b"]
    assert as_names([2]) == ["2"]


def test_a_role_is_a_name_or_values() -> None:
    """Rows are counted from 0 either way."""
    for given in ("a", [1, 2, 3], TABLE["a"]):
        column = role_column(TABLE, "group", given)
        assert column is not None
        assert column.tolist() == [1, 2, 3]
        assert list(column.index) == [0, 1, 2]
    by_number = role_column(pd.DataFrame({1: [5.0]}), "group", 1)
    assert by_number is not None
    assert by_number.tolist() == [5.0]
    assert role_column(TABLE, "group", None) is None


@pytest.mark.parametrize(
    ("table", "given", "words"),
    [
        (TABLE, "A!", "no column 'A!'. Did you mean 'a'"),
        (TABLE, [1], "The time has 1 values, the table 3 rows."),
        (np.ones((3, 1)), "a", "an array has no names; pass the time as values"),
    ],
)
def test_role_errors(table: Any, given: Any, words: str) -> None:
    """The role, the rule and what was found."""
    with pytest.raises(TableError, match=words):
        role_column(table, "time", given)


def test_times_may_be_missing_and_are_told() -> None:
    """Text is read as dates; a gap stays one, and is counted."""
    moments, known = moments_of(TABLE["when"].reset_index(drop=True))
    assert known is not None
    assert known.tolist() == [True, False, True]
    assert moments[0] == np.datetime64("2020-01-02")
    assert np.isnat(moments[1])
    numbers, _ = moments_of(pd.Series([3.0, np.nan]))
    np.testing.assert_array_equal(numbers, [3.0, np.nan])


@pytest.mark.parametrize(
    "dtype",
    [
        "Int64",
        "UInt64",
        "int64[pyarrow]",
        "str",
        "object",
        pytest.param(
            pd.CategoricalDtype([2**53, 2**53 + 1]),
            marks=pytest.mark.skipif(pd.__version__ < "3", reason="pandas 2 warns of itself"),
        ),
    ],
)
def test_long_ids_are_different_groups(dtype: Any) -> None:
    """Also where a row has none, which a float would take for a reason to be one."""
    ids: list[Any] = [2**53 + 1, 2**53, None, 2**53]
    if dtype == "str":
        ids = [None if one is None else str(one) for one in ids]
    values = pd.Series(ids, dtype=object).astype(dtype)
    assert list(groups_of(values)) == [0, 1, 2, 1]


def test_groups_of_anything() -> None:
    """A missing group is one of its own; lists are alike if they are written alike."""
    for values in (["x", "x", None, None], [["x"], ["x"], None, None]):
        codes = groups_of(pd.Series(values))
        assert codes is not None
        assert codes.tolist() == [0, 0, 1, 2]
    assert groups_of(None) is None


def test_targets_that_cannot_be_judged() -> None:
    """Nothing to predict, or nothing to measure."""
    with pytest.raises(TableError, match="constant"):
        check_target_values(np.ones(3), "target", error_scale("relative"))
    with pytest.raises(TableError, match="log error needs a positive target; 1 of 2"):
        check_target_values(np.array([-1.0, 1.0]), "target", error_scale("log"))
