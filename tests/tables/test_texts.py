"""Columns of text get the one type that fits, and what is not certain is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from qconf.errors import TableError
from qconf.tables.options import reading_options
from qconf.tables.texts import as_text, typed_columns


def typed(
    columns: dict[str, list[str]], separator: str = ",", **options: Any
) -> tuple[pd.DataFrame, list[str]]:
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return typed_columns(table, reading_options(**options), separator=separator)


def column(values: list[str], separator: str = ",", **options: Any) -> tuple[list[Any], str]:
    frame, warnings = typed({"x": values}, separator, **options)
    assert len(warnings) <= 1
    return frame["x"].tolist(), "".join(warnings)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (["1", "2"], "int64"),
        (["+1", "-2"], "int64"),
        (["1", ""], "float64"),
        (["1", "n/a"], "float64"),
        (["1", "unknown"], "float64"),
        (["1", "?", "-"], "float64"),
        (["1.", ".5", "1e-3"], "float64"),
        (["12345678901234567", "0.5"], "float64"),
        (["9007199254740992", "1"], "int64"),
        (["1706659200000000000", "1706659201000000000"], "int64"),
        (["10000000000000000000", "1"], "float64"),
        (["1", "inf"], "float64"),
        (["9" * 25 + ".5", "1"], "float64"),
        (["", "NA"], "float64"),
        (["True", "false"], "bool"),
        (["2031-01-05", ""], "datetime64[us]"),
        (["2031-01-05T00:00Z"], "datetime64[us, UTC]"),
    ],
)
def test_types(values: list[str], dtype: str) -> None:
    """Numbers, dates and true or false are what they look like, gaps or not."""
    frame, warnings = typed({"x": values})
    assert str(frame["x"].dtype) == dtype
    assert warnings == []


@pytest.mark.parametrize(
    "values",
    [
        ["02139", "98101"],
        ["02139", "unknown"],
        ["yes", "no"],
        ["b1", "b2"],
        ["True", ""],
        ["1_000", "2"],
        ["0x1F", "2"],
        ["1Fam"] * 97 + ["Duplex"] * 3,
        ["0"] * 97 + ["many"] * 3,
        ["9007199254740993", "1"],
        ["12345678901234567000", "12345678901234567001", ""],
        ["-12345678901234567", "+5"],
        ["9" * 400, "5"],
        [*(str(12345678901234567 + i) for i in range(40)), "none so far"],
        [*(str(12345678901234567 + i) for i in range(40)), "unknown"],
    ],
)
def test_names_stay_names(values: list[str]) -> None:
    """Codes, words and what only a programmer takes for a number are text, without a word."""
    read, warning = column(values)
    assert [x for x in read if isinstance(x, str)] == [x for x in values if x]
    assert warning == ""


def test_outer_spaces_go() -> None:
    """What follows a separator is no part of the value."""
    assert column([" flat", "flat "])[0] == ["flat", "flat"]
    assert column([" 1", "\u00a02 "])[0] == [1, 2]


def test_one_stray_word() -> None:
    """A word among many numbers is missing, and named with what keeps it."""
    read, warning = column([f"{i}.5" for i in range(99)] + ["soon"])
    assert read[:99] == [i + 0.5 for i in range(99)]
    assert np.isnan(read[99])
    assert "1 of 100 values, such as 'soon', are not numbers" in warning
    assert "--text x" in warning


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([str(i) for i in range(90)] + [f"word {i}" for i in range(10)], "10 of 100 values"),
        ([str(i) for i in range(17)] + ["soon"], "1 of 18 values, such as 'soon',"),
        ([f"{i}-{i + 5}" for i in range(9)], "9 of 9 values, such as '0-5', are ranges"),
        (["1.5", "1,7", "2.5", "2,7"], "some numbers have decimal points"),
    ],
)
def test_text_that_may_be_meant_as_numbers(values: list[str], words: str) -> None:
    """What nearly is a column of numbers stays text aloud."""
    read, warning = column(values)
    assert read == values
    assert words in warning
    assert "--text x" in warning


@pytest.mark.parametrize(
    "values",
    [
        ["50k", "1.2M", "300k", "2M"],
        ["$50k", "$1.2M", "$300k", "$2M"],
        ["1.2M EUR", "50k EUR", "300k EUR", "2M EUR"],
        ["1,2 Mio.", "50 Tsd.", "2 Mio.", "80 Tsd."],
        [f"<{i}.5" for i in range(20)],
        ["12.5", "<12.5", "14", "<14", "\u22653"],
        [f"{i}+" for i in range(40)],
        [f"<{i}.5" for i in range(4000)],
    ],
)
def test_bounds_and_letters_for_thousands(values: list[str]) -> None:
    """They stay as they are, and a line names the column and what to type."""
    read, warning = column(values)
    assert read == values
    assert "'x' is read as text" in warning
    assert "--text x" in warning


@pytest.mark.parametrize(
    "values", [["<18", "18-65", ">65"], ["A+", "B", "C+"], ["low<1", "high>1", "k", "M"]]
)
def test_a_few_bounds_are_names(values: list[str]) -> None:
    """Classes and marks are names, without a word."""
    assert column(values) == (values, "")


@pytest.mark.parametrize(
    "values",
    [
        ["2020-01-05", "13/02/2020", "2020-03-01", "25/12/2020"],
        ["2020-01-05 10:00", "Jan 3, 2020", "20.3.2020", "3 March 2021"],
        ["5. Januar 2020", "13. Mai 2021", "1. Dezember 2022"],
        ["5. Mrz 2020", "13 Okt 2021"],
        ["M\u00e4rz 2020", "Mai 2021"],
        ["3 ao\u00fbt 2020", "5 de mayo de 2021"],
    ],
)
def test_dates_in_no_one_format(values: list[str]) -> None:
    """Dates in several formats or another language stay text aloud."""
    read, warning = column(values)
    assert read == values
    assert "'x' is left as text" in warning
    assert "--date-format" in warning
    assert "--text x" in warning
    assert column(values, text=["x"]) == (values, "")


@pytest.mark.parametrize("values", [["1.13.40", "2.50.33"], ["Mai", "Juni"], ["Mars Bar 20"]])
def test_what_looks_a_little_like_dates(values: list[str]) -> None:
    """Versions and names are text, without a word about dates."""
    assert column(values) == (values, "")


def test_units_and_currencies() -> None:
    """What stands around numbers is left out, and that is said."""
    read, warning = column(["$60,000", "$61,500.50"])
    assert read == [60000, 61500.5]
    assert "without '$'" in warning
    assert column(["12.5 m2", "13 m2"])[0] == [12.5, 13]
    assert column(["5.1 %", "6.2%"])[0] == [5.1, 6.2]


def test_text_if_you_say_so() -> None:
    """--text keeps digits and all as they stand; its names must be there."""
    assert column(["98101", "98102"], text=["x"]) == (["98101", "98102"], "")
    assert column(["$5", "$6"], text=["x"]) == (["$5", "$6"], "")
    with pytest.raises(TableError, match="no column 'y' to read as text"):
        typed({"x": ["1"]}, text=["y"])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_decimal_commas(separator: str) -> None:
    """15,37 is read in any file, and settles what 1.234 is where commas do not part fields."""
    columns = {"t": ["15,37", "7,5"], "litres": ["29.324", "30.400"]}
    frame, warnings = typed(columns, separator)
    assert frame["t"].tolist() == [15.37, 7.5]
    scale = 1 if separator == "," else 1000
    assert frame["litres"].tolist() == [29.324 * scale, 30.4 * scale]
    assert "--decimal" in warnings[0]
    assert "'litres'" in warnings[0]


@pytest.mark.parametrize(
    ("values", "separator", "decimal", "expected", "warned"),
    [
        (["1,234", "5,678"], ",", None, [1234, 5678], True),
        (["1,234", "5,678"], ",", ",", [1.234, 5.678], False),
        (["1,234", "5,678"], ";", ".", [1234, 5678], False),
        (["1,234", "5,678"], ";", ",", [1.234, 5.678], False),
        (["1.234", "5.678"], ",", None, [1.234, 5.678], False),
        (["1.234", "5.678"], ";", None, [1.234, 5.678], True),
        (["1.234", "987"], ",", None, [1.234, 987], True),
        (["1.234", "987"], ",", ",", [1234, 987], False),
        (["1.234", "987"], ",", ".", [1.234, 987], False),
        (["1.5", "987"], ",", ",", [1.5, 987], True),
        (["1,5", "987"], ",", ".", [1.5, 987], True),
    ],
)
def test_doubtful_marks(
    values: list[str], separator: str, decimal: str | None, expected: list[float], warned: bool
) -> None:
    """1.234 and 1,234 are read as the file suggests, aloud where it might be wrong."""
    read, warning = column(values, separator, decimal=decimal)
    assert read == expected
    assert bool(warning) is warned


def test_marks_that_nothing_decides() -> None:
    """Where commas do not part fields, 1,234 alone could be either: the option is named."""
    with pytest.raises(TableError, match=r"'1,234', may have thousands.*--decimal \. or"):
        column(["1,234", "5,678"], ";")
    assert typed({"x": ["1,234"], "y": ["1.5"]}, ";")[0]["x"].tolist() == [1234]
    assert typed({"x": ["1,234"], "y": ["1,5"]}, ";")[0]["x"].tolist() == [1.234]


def test_doubtful_dates_stay_text() -> None:
    """A date with two readings is left as text aloud, and read if the order is said."""
    values = ["05/01/2031", "12/02/2031"]
    read, warning = column(values)
    assert read == values
    assert "'05/01/2031' may be 5 January 2031 or 1 May 2031" in warning
    assert column(values, day_first=True) == (
        [pd.Timestamp("2031-01-05"), pd.Timestamp("2031-02-12")], ""
    )  # fmt: skip
    assert column(values, date_format="%m/%d/%Y")[0][0] == pd.Timestamp("2031-05-01")


def test_dates_with_a_stray_word() -> None:
    """A column of dates with one that is none stays text aloud."""
    read, warning = column([f"2031-01-{day:02d}" for day in range(1, 20)] + ["soon"])
    assert read[0] == "2031-01-01"
    assert "1 of its 20 distinct values are no dates, the first is 'soon'" in warning


@pytest.mark.parametrize("values", [["05012031", "13022031"], ["13012031", "13022031"]])
def test_a_format_of_digits(values: list[str]) -> None:
    """Digits are dates where a format says so."""
    days = column(values, date_format="%d%m%Y")[0]
    assert days[1] == pd.Timestamp("2031-02-13")


def test_a_format_that_fits_nothing() -> None:
    """--date-format must fit a column; the nearest is named with what does not fit."""
    columns = {"x": ["1.2.2031", "31.2.2031"], "y": ["a", "b"]}
    with pytest.raises(TableError, match=r"Nearest is 'x': 1 of 2 .* the first is '31\.2\.2031'"):
        typed(columns, date_format="%d.%m.%Y")
    with pytest.raises(TableError, match=r"fits no column. It is for columns of text"):
        typed({"x": [""]}, date_format="%d.%m.%Y")


def test_long_columns_of_words() -> None:
    """Thousands of different words are text."""
    values = [f"user {i}" for i in range(3000)]
    assert column(values) == (values, "")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.Series([98101, 2139]), ["98101", "2139"]),
        (pd.Series([98101.0, np.nan]), ["98101", None]),
        (pd.Series([1e19, np.nan]), ["1" + "0" * 19, None]),
        (pd.Series([1.5, 2.0]), ["1.5", "2.0"]),
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series(["a", None]), ["a", None]),
    ],
)
def test_values_as_text(values: pd.Series[Any], texts: list[str | None]) -> None:
    """Whole numbers are written without .0, and a gap stays one."""
    found = as_text(values)
    assert [None if pd.isna(x) else x for x in found] == texts
