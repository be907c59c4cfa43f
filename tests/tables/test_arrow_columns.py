"""Types that only Arrow has become what pandas has."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qconf.errors import TableError
from qconf.tables.arrow_columns import frame_of

#: What pandas calls a column of text.
TEXT = str(pd.Series(["a"]).dtype)


def read(column: Any) -> tuple[list[Any], list[str]]:
    frame, warnings = frame_of(pa.table({"x": column}), "t.parquet")
    return [None if pd.isna(value) else value for value in frame["x"]], warnings


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([Decimal("1.50"), None]), [1.5, None]),
        (pa.array([Decimal("1.50"), None]).dictionary_encode(), [1.5, None]),
        (pa.array(np.array([1.5, 2], np.float16)), [1.5, 2.0]),
        (pa.array([time(1, 0, 1), None]), [3601.0, None]),
        (pa.array([1500], pa.time32("ms")), [1.5]),
        (pa.nulls(2), [None, None]),
        (pa.array([date(1500, 1, 1), None]), [pd.Timestamp(1500, 1, 1), None]),
        (pa.array([datetime(9999, 12, 31)]), [pd.Timestamp(9999, 12, 31)]),
        (pa.array([b"abc", None]), ["abc", None]),
        (pa.array([b"ab"], pa.binary(2)), ["ab"]),
        (pa.array(["a", None], pa.string_view()), ["a", None]),
    ],
)
def test_values(column: Any, values: list[Any]) -> None:
    """Decimals are numbers, times of day seconds, bytes text; gaps stay."""
    assert read(column) == (values, [])


@pytest.mark.parametrize(
    ("column", "dtype", "values"),
    [
        (pa.array([2**53 + 1, 2**53]), "int64", [2**53 + 1, 2**53]),
        (pa.array([2**53 + 1, None, 2**53]), "Int64", [2**53 + 1, None, 2**53]),
        (pa.array([-(2**63), None]), "Int64", [-(2**63), None]),
        (pa.array([2**64 - 1, None], pa.uint64()), "UInt64", [2**64 - 1, None]),
        (pa.array([2**53, None]), "float64", [2.0**53, None]),
        (pa.array([None, None], pa.int64()), "float64", [None, None]),
        (pa.array([Decimal(2**53 + 1), None]), TEXT, [str(2**53 + 1), None]),
        (pa.array([Decimal(5), None]), "float64", [5.0, None]),
    ],
)
def test_whole_numbers_that_floats_do_not_keep(column: Any, dtype: str, values: list[Any]) -> None:
    """Two ids stay two, also where some row has none."""
    assert read(column) == (values, [])
    assert str(frame_of(pa.table({"x": column}), "t.parquet")[0]["x"].dtype) == dtype


def test_structs_are_columns() -> None:
    """Each field is a column, however deep."""
    kind = pa.struct({"city": pa.string(), "at": pa.struct({"lat": pa.float64()})})
    column = pa.array([{"city": "Ulm", "at": {"lat": 48.4}}, None], kind)
    frame, _ = frame_of(pa.table({"place": column}), "t.parquet")
    assert list(frame) == ["place.city", "place.at.lat"]
    assert frame["place.at.lat"].tolist()[0] == 48.4


def test_lists_are_text_aloud() -> None:
    """A list can be grouped by, and a line says that it was one."""
    values, warnings = read(pa.array([[1, 2], None, [1, 2]]))
    assert values == ["[1, 2]", None, "[1, 2]"]
    assert "holds lists" in warnings[0]


@pytest.mark.parametrize("kind", [pa.string(), pa.binary()])
def test_text_that_is_not_utf8(kind: pa.DataType) -> None:
    """Bytes of another encoding are read aloud, or as they are said to be."""
    raw = pa.array([b"K\xf6ln", None, b"Ulm"])
    column = pa.Array.from_buffers(kind, 3, raw.buffers())
    values, warnings = read(column)
    assert values == ["Köln", None, "Ulm"]
    assert "'x' is not UTF-8 and was read as cp1252 ('Köln')" in warnings[0]
    frame, warnings = frame_of(pa.table({"x": column}), "t.parquet", "cp437")
    assert frame["x"][0] == "K÷ln"
    assert warnings == []


def test_an_index_without_a_name_goes() -> None:
    """What pandas wrote for itself is no column."""
    table = pa.table({"a": [1], "__index_level_0__": [7]})
    assert list(frame_of(table, "t.parquet")[0]) == ["a"]


def test_two_columns_of_one_name() -> None:
    """Names must differ."""
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(TableError, match="two columns named 'a'"):
        frame_of(table, "t.parquet")
