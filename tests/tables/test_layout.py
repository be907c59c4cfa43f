"""The layout of a text file is found out from its first lines."""

from __future__ import annotations

import pytest

from qconf.errors import TableError
from qconf.tables.layout import Layout, find_layout


def layout(text: str, ending: str = ".csv", separator: str | None = None) -> Layout:
    return find_layout(text, "t.csv", ending, separator)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_that_fits(separator: str) -> None:
    """One separator gives each line as many fields as the header."""
    text = "kind,rooms,town\nflat,2,Ulm\nhouse,5,'Köln; am Rhein'\n".replace(",", separator)
    found = layout(text if separator != ";" else text.replace("; ", " "))
    assert (found.separator, found.names) == (separator, ("kind", "rooms", "town"))
    assert found.plain


def test_two_separators_that_fit() -> None:
    """Nothing is guessed: the option is named. An ending decides."""
    text = "a,b\tc\n1,2\t3\n"
    with pytest.raises(TableError, match=r"separated by comma or tab: say which with --separator"):
        layout(text)
    assert layout(text, ".tsv").names == ("a,b", "c")
    assert layout(text, separator=",").names == ("a", "b\tc")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (" area , 'pay' \n1,2\n", ("area", "'pay'")),
        ('"area", "pay"\n1, "2"\n', ("area", "pay")),
        ("# area,pay\n1,2\n", ("area", "pay")),
        ("area,pay,\n1,2,\n", ("area", "pay")),
        ("area,pay,\n1,2\n", ("area", "pay")),
        ("area,pay\n1,2,\n3,4,\n", ("area", "pay")),
        ("area,pay\n1,2,\n3,4\n", ("area", "pay")),
        (",pay\n1,2\n", ("", "pay")),
        ("area,\n1,2\n", ("area", "")),
        ("sep=;\narea;pay\n1;2\n", ("area", "pay")),
        ("  area   pay\n   1    2\n 3  4\n", ("area", "pay")),
        ('"area,pay"\n"1,2"\n"3,""4,5"""\n', ("area", "pay")),
        ("area\n1\n2\n", ("area",)),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    """Outer spaces, quotes, comment signs and separators at the end are no part of names."""
    assert layout(text).names == names


def test_names_of_lines() -> None:
    """R's names of lines are told from a column of data whose name is missing."""
    named = layout('"price" "area"\n"1" 5 6\n"2" 7 8\n')
    assert (named.row_names, named.names, named.width) == (True, ("price", "area"), 3)
    assert layout("mpg,cyl\nMazda,21,6\nFiat,32,4\n").row_names
    assert not layout("price,rooms\n390893,134.65,6\n237484,68.56,2\n").row_names
    assert not layout("price,rooms\nflat,134.65,6\nflat,68.56,2\n").row_names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        (
            "# exported today\n\na,b,c\n1,2,3\n4,5,6\n",
            r"lines from 3 on have 3 fields.*tail -n \+3",
        ),
        ("Report;;\na;b;c\n1;2;3\n4;5;6\n", r"\('Report;;'\) is no header"),
    ],
)
def test_what_is_no_header(text: str, words: str) -> None:
    """A title before the names is pointed at, with the command that leaves it out."""
    with pytest.raises(TableError, match=words):
        layout(text)
