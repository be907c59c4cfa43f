"""Text that is nearly all numbers is told by name; codes and names are not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import ConstantConfidence, CountConfidence, ResidualConfidence
from qconf.tables.numbers_in_text import NumbersInTextWarning, numbers_in_text


def repeated(cells: list[str], n_rows: int = 100) -> pd.DataFrame:
    return pd.DataFrame({"x": [cells[i % len(cells)] for i in range(n_rows)]})


@pytest.mark.parametrize(
    "cells",
    [
        ["1,234.50", "99.10"],
        ["1.234,50", "99,10"],
        ["12,5", "80"],
        ["12.5 m2", "80 m²"],
        ["5.1%", "5 %"],
        ["$1,200", "€ 950"],
        ["-3", "+4"],
        ["(1,200)", "800"],
        ["1 250 000", "87 000"],
        ["1e5", "2.5e6"],
        ["120 EUR", "80 eur"],
        ["EUR 12.5", "EUR 80"],
        ["CHF 1'200", "900 CHF"],
        ["12.5 PLN", "80 kr"],
        ["\u20b9 1,200", "\u20b9 80.5"],
        ["\u221212.5", "3.0"],
        ["1\u202f250\u202f000", "87\u2009000"],
        ["12.5", "13", *["14.25"] * 37, "unknown"],
        ["3", "12", *["4"] * 37, "n/a"],
    ],
)
def test_numbers_in_words_are_told(cells: list[str]) -> None:
    """Decimals, thousands, signs, units, currencies, and digits with a stray word."""
    (line,) = numbers_in_text(repeated(cells))
    assert line.startswith("The column 'x' is text that is nearly all numbers")
    assert "--decimal" in line
    assert "--text x" in line


def test_ranges_are_told_where_there_are_many() -> None:
    """Thousands of ranges are measures; a few are the names of groups."""
    ranges = [f"{low}-{low + 50} m2" for low in range(50, 500, 5)]
    assert len(numbers_in_text(repeated(ranges))) == 1
    assert numbers_in_text(repeated(["20-29", "30-39", "40-49"])) == []


@pytest.mark.parametrize(
    "cells",
    [
        ["98101", "98102"],
        ["98101", "98102", *["98103"] * 37, "unknown"],
        ["98101-1234", "98102-0001"],
        ["12", "7", "114", *["3"] * 36, "12a"],
        ["2020-01", "2021-11"],
        ["2020-01-31", "2021-11-02"],
        ["31.01.2020", "02.11.2021"],
        ["12:30", "8:15"],
        ["555-1234", "555-9876"],
        ["A1", "B2"],
        ["12A", "3B"],
        ["good", "bad", "3"],
        ["one flat", "3 rooms and a bath"],
    ],
)
def test_codes_dates_and_names_are_not_told(cells: list[str]) -> None:
    """They look a little like numbers and are none."""
    assert numbers_in_text(repeated(cells)) == []


@pytest.mark.parametrize(
    "column", [pd.Categorical(["1.5", "2.5"]), [1.5, 2.5], np.array([None, None]), ["", ""]]
)
def test_other_columns_are_not_told(column: Any) -> None:
    """Categories are names because someone said so."""
    assert numbers_in_text(pd.DataFrame({"x": column})) == []


@pytest.mark.parametrize("est", [ConstantConfidence(), CountConfidence(), ResidualConfidence()])
def test_an_estimator_tells_once_when_it_is_fitted(est: Any) -> None:
    """And not again when it predicts."""
    table = repeated(["12.5 m2", "80 m2"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        est.fit(table, np.linspace(-1, 1, 100)).predict(table)
    assert [one.category for one in told] == [NumbersInTextWarning]
