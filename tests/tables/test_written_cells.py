"""How a column is written is found out once, by the rules of every table that is read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qconf.errors import TableError
from qconf.tables.options import ReadingOptions
from qconf.tables.written_cells import NumberForm, WrittenCells


def values(form: NumberForm, *texts: str | None) -> list[Any]:
    """Return the numbers, and text where there should be one."""
    read, wrong = form.values(pa.array(texts, pa.string()))
    return [
        "wrong" if bad else None if np.isnan(x) else x for x, bad in zip(read, wrong, strict=True)
    ]


def test_numbers_in_a_form() -> None:
    """Gaps are missing, whatever else is no number is told."""
    texts = ["1.5", "+2", "1,234.5", "1.234,5", "true", "-", None, "x", "3 m2", "1e3"]
    point = [1.5, 2.0, 1234.5, "wrong", 1.0, None, None, "wrong", "wrong", 1000.0]
    assert values(NumberForm("."), *texts) == point
    comma = ["wrong", 2.0, "wrong", 1234.5, 1.0, None, None, "wrong", 3.0, 1000.0]
    assert values(NumberForm(",", "m2"), *texts) == comma


def learned(separator: str = ";", **columns: list[str]) -> WrittenCells:
    options = ReadingOptions()
    cells = WrittenCells(frozenset(columns), options, separator)
    kinds = {name: "dates" if name.startswith("day") else "numbers" for name in columns}
    cells.learn(pa.table({name: pa.array(texts) for name, texts in columns.items()}), kinds)
    return cells


def read(cells: WrittenCells, name: str, *texts: str) -> Any:
    kind = "dates" if name.startswith("day") else "numbers"
    return cells.read(name, kind, pa.array(texts), None)


def test_one_column_proves_the_mark_of_the_others() -> None:
    """1.234 is more than a thousand where another column has 1,5; not where nothing has."""
    assert read(learned(a=["1.234"], b=["1,5"]), "a", "2.345")[0].tolist() == [2345.0]
    alone = learned(a=["1.234"])
    assert read(alone, "a", "2.345")[0].tolist() == [2.345]
    [warning] = alone.warnings
    assert "may have thousands or decimals" in warning


def test_what_can_be_read_in_two_ways_is_refused() -> None:
    """As for a table of a fit."""
    with pytest.raises(TableError, match=r"may have thousands or decimals: .*--decimal"):
        learned(a=["1,234", "x"])
    with pytest.raises(TableError, match="column 'day' can be read in two ways: '05/01/2031' may"):
        learned(day=["05/01/2031"])


def test_the_order_of_dates_holds_for_all_that_follow() -> None:
    """A date that only fits the other order is told, and not read in it."""
    cells = learned(day=["13/05/2031", "01/02/2031"])
    moments, wrong = read(cells, "day", "05/06/2031", "05/13/2031", "")
    assert moments[0] == np.datetime64("2031-06-05")
    assert wrong.tolist() == [False, True, False]
    assert pd.isna(moments[1:]).all()


def test_a_column_that_begins_with_gaps() -> None:
    """Its form is found out with the first value."""
    cells = learned(day=["", "NA"])
    assert read(cells, "day", "", "13/05/2031")[0][1] == np.datetime64("2031-05-13")
    assert read(cells, "day", "05/06/2031")[0][0] == np.datetime64("2031-06-05")
    moments, wrong = read(learned(day=[""]), "day", "yesterday")
    assert wrong.tolist() == [True]
    assert pd.isna(moments[0])


def test_zones_are_all_or_none() -> None:
    """An hour in Tokyo is not one in UTC."""
    cells = learned(day=["2031-01-05 00:00+09:00"])
    moments, wrong = read(cells, "day", "2031-01-05 00:00+00:00", "2031-01-05 00:00")
    assert moments[0] == np.datetime64("2031-01-05")
    assert wrong.tolist() == [False, True]


def test_durations_are_not_read_from_text() -> None:
    """No table of text has given any to a fit."""
    with pytest.raises(TableError, match="'a' holds durations, which are not read from text"):
        WrittenCells().read("a", "durations", pa.array(["3 days"]), None)
