"""Numbers are read as people write them, with either decimal mark."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.tables.numerals import Numerals, find_numerals, nearly_numeric, without_currency


def found(*texts: str) -> Numerals:
    return find_numerals(texts, [1] * len(texts))


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("12", 12, 12),
        ("1.5", 1.5, np.nan),
        ("1,5", np.nan, 1.5),
        ("1.234", 1.234, 1234),
        ("1,234", 1234, 1.234),
        ("0.123", 0.123, np.nan),
        ("1234,567", np.nan, 1234.567),
        ("1,234.50", 1234.5, np.nan),
        ("1.234,50", np.nan, 1234.5),
        ("1,234,567", 1234567, np.nan),
        ("12,34,567.5", 1234567.5, np.nan),
        ("1 234,5", np.nan, 1234.5),
        ("1\u202f234.5", 1234.5, np.nan),
        ("1'234.50", 1234.5, np.nan),
        ("-3.5", -3.5, np.nan),
        ("\u22123", -3, -3),
        ("(3)", -3, -3),
        ("1.5e-3", 0.0015, np.nan),
        ("-inf", -np.inf, -np.inf),
        ("1.2.3", np.nan, np.nan),
        ("12,34", np.nan, 12.34),
        ("1,23,4", np.nan, np.nan),
        ("12-14", np.nan, np.nan),
        ("A12", np.nan, np.nan),
        ("(3", np.nan, np.nan),
    ],
)
def test_each_mark(text: str, point: float, comma: float) -> None:
    """A text is a number with a decimal point, with a comma, with both, or with none."""
    read = found(text).by_mark
    np.testing.assert_array_equal([read["."][0], read[","][0]], [point, comma])


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["$5", "$6"], "$"),
        (["5 m2", "6 m2"], "m2"),
        (["5.1 %", "6.2%"], "%"),
        (["EUR 5", "EUR 6"], "EUR"),
        (["5 EUR/m2", "6 EUR/m2"], "EUR/m2"),
        (["5 km", "6"], "km"),
        (["5", "6", "7 km"], ""),
        (["5", "6"], ""),
    ],
)
def test_units(texts: list[str], unit: str) -> None:
    """What most numbers have before or behind them is their unit, and no number's loss."""
    read = found(*texts)
    assert read.unit == unit
    assert read.numeric.tolist() == [unit != "" or "km" not in text for text in texts]


@pytest.mark.parametrize("texts", [["A12", "A13"], ["unit 7", "unit 8"], ["Q1", "Q2"]])
def test_codes_are_no_numbers(texts: list[str]) -> None:
    """Letters before a number make it a name, unless they are a currency."""
    assert not found(*texts).numeric.any()


def test_another_unit_is_no_number() -> None:
    """Miles among kilometres are not kilometres."""
    assert found("5 km", "6 km", "7 mi").numeric.tolist() == [True, True, False]


def test_zeros_before_digits() -> None:
    """02139 is a code; 00.5 shows that the zeros mean nothing."""
    assert found("02139", "98101", "x").padded
    assert not found("00.5", "07").padded
    assert not found("0", "10").padded


def test_digits_that_a_float_does_not_keep() -> None:
    """They are ids, whatever words stand among them; with a unit or decimals they are numbers."""
    assert found("12345678901234567", "7", "x").codes
    assert not found("9007199254740992", "7").codes
    assert not found("12345678901234567", "7.5").codes
    assert not found("12345678901234567 EUR", "7 EUR").codes


def test_ranges() -> None:
    """50-60 is a range, 60-50 is none."""
    assert found("50-60", "60-50", "1,5 to 2,5", "7").ranges.tolist() == [True, False, True, False]


@given(
    st.decimals(-(10**9), 10**9, places=2),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ","), ("\u202f", ","), ("", ".")]),
)
def test_grouped_numbers_come_back(number: object, marks: tuple[str, str]) -> None:
    """Two decimals leave no doubt, however thousands are grouped."""
    group, mark = marks
    written: dict[str, str | int | None] = {",": group, ".": mark}
    text = f"{number:,.2f}".translate(str.maketrans(written))
    read = found(text).by_mark
    assert read[mark][0] == float(str(number))
    assert np.isnan(read[{".": ",", ",": "."}[mark]][0])


def test_nearly_numbers() -> None:
    """Bounds and letters for thousands stand at a number; alone, or at a word, they are none."""
    texts = ["<12.5", ">= 3", "50k", "1.2M EUR", "3+", "12.5", "k", "A+", "<a", "5km"]
    assert nearly_numeric(texts).tolist() == [True] * 5 + [False] * 5


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("EUR 12.5", "12.5"),
        ("12,50 PLN", "12,50"),
        ("\u221212.5", "-12.5"),
        ("\u20b9 1,200", "1,200"),
        ("12.5 m2", "12.5 m2"),
        ("A12", "A12"),
        ("word", "word"),
    ],
)
def test_numbers_without_their_currency(text: str, plain: str) -> None:
    """A currency goes wherever it stands; units and words stay."""
    assert without_currency(text) == plain
