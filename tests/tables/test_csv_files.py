"""Text files are split into columns, and the line that does not fit is named."""

from __future__ import annotations

import pytest

from qconf.errors import TableError
from qconf.tables.containers import Blob
from qconf.tables.csv_files import TextTable, named_columns, split_text
from qconf.tables.options import reading_options


def split(text: str) -> TextTable:
    return split_text(Blob("t.csv", ".csv", text.encode()), reading_options())


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        "a,b\n1,2\n\n3,4\n\n",
        "a,b\n1,2,\n3,4,\n",
        "a,b,\n1,2,\n3,4,\n",
        "a,b\n1,2,\n3,4\n",
        "a,b\n1,2,,,\n3,4\n",
        'a,b\n"1","2"\n3,4\n',
        'a, b\n1, "2"\n3, "4"\n',
        '"a,b"\n"1,2"\n"3,4"\n',
        "a b\n1 2\n3 4\n",
    ],
)
def test_the_same_table(text: str) -> None:
    """However lines end and fields are quoted, values stand under their own names."""
    rows = split(text).columns.to_pylist()
    assert [{k: v.strip() for k, v in row.items()} for row in rows] == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]


def test_quoted_fields() -> None:
    """Separators, quotes and ends of lines inside quotes belong to the value."""
    rows = split('a,b\n"x,y","say ""hi"""\n"two\nlines",5" pipe\n').columns.to_pylist()
    assert rows == [{"a": "x,y", "b": 'say "hi"'}, {"a": "two\nlines", "b": '5" pipe'}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b,c\n1,2,3\n1,2\n", "line 3 has 2 fields, the header 3: '1,2'"),
        ("a,b\n" + "1,2\n" * 500 + "1,2,3\n", "line 502 has 3 fields, the header 2"),
        ("price,rooms\n5,134.65,6\n7,68.56,2\n", "line 2 has 3 fields, the header 2"),
        ("name\nSmith, John\nRoe, Jane\n", "line 2 has 2 fields, the header 1"),
        ('a,b\n1,2\n3,"4', "opened after line 2 is never closed"),
        ("price\trooms\n5\t1\t6\t9\n", "line 2 has 4 fields, the header 2"),
        ('a,b\n1,2\n3,"4\n5,6\n7,8\n', "opened after line 2 is never closed"),
        ('a,b\n1,2\n3,4\n5,"6\n', "opened after line 3 is never closed"),
    ],
)
def test_lines_that_do_not_fit(text: str, words: str) -> None:
    """No value is ever put under another name: the line is named instead."""
    with pytest.raises(TableError, match=words) as caught:
        split(text)
    assert "t.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_of_lines_are_left_out_aloud() -> None:
    """R's names of lines are no column, and that is said."""
    table = split("price,area\n1,5,6\n2,7,8\n")
    assert table.columns.to_pylist() == [{"price": "5", "area": "6"}, {"price": "7", "area": "8"}]
    assert "one field more than the header" in table.warnings[0]


def test_two_columns_of_one_name() -> None:
    """The second gets a name of its own; those without a name are numbered."""
    table = split("a,a,,a.1\n1,2,3,4\n")
    assert table.columns.column_names == ["a", "a.2", "Unnamed: 2", "a.1"]
    assert table.warnings == [
        "Two columns are named 'a'; the second is called 'a.2'. Rename one of them."
    ]


def test_rows_that_are_split_already() -> None:
    """A sheet's first row holds the names."""
    table = named_columns([["a ", "b"], ["1", "2"]])
    assert table.columns.to_pylist() == [{"a": "1", "b": "2"}]
    assert table.warnings == []
