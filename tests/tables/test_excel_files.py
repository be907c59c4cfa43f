"""The sheet of a workbook that holds a table is read like a text file."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.tables.reading import read_table

FRAME = pd.DataFrame(
    {
        "price": [250000, 310000],
        "area": [70.5, 81.25],
        "zip": ["02139", "98101"],
        "sold": pd.to_datetime(["2031-01-05 00:00", "2031-02-28 09:30"]),
        "note": [None, "corner"],
    }
)


def book(path: Path, **sheets: pd.DataFrame) -> str:
    with pd.ExcelWriter(path) as writer:
        for name, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=name, index=False)
    return str(path)


def test_a_sheet(tmp_path: Path) -> None:
    """Numbers, dates, codes and gaps are what they were; an empty sheet is passed over."""
    path = book(tmp_path / "t.xlsx", Notes=pd.DataFrame(), Sales=FRAME)
    read = read_table(path)
    pd.testing.assert_frame_equal(read.frame.astype(FRAME.dtypes), FRAME)
    assert read.warnings == ()


def test_several_sheets(tmp_path: Path) -> None:
    """The one to read is named with --sheet; a wrong name gets the right ones."""
    path = book(tmp_path / "t.xlsx", May=FRAME, June=FRAME[:1])
    with pytest.raises(TableError, match=r"several sheets .*'May', 'June'.* --sheet"):
        read_table(path)
    assert len(read_table(path, sheet="June").frame) == 1
    with pytest.raises(TableError, match=r"no sheet 'Jun'. Did you mean 'June'"):
        read_table(path, sheet="Jun")


def test_a_title_above_the_names(tmp_path: Path) -> None:
    """It is not taken for a name."""
    path = tmp_path / "t.xlsx"
    rows = pd.DataFrame([["Sales 2031", None, None], ["price", "area", "zip"], [1, 2, 3]])
    rows.to_excel(path, header=False, index=False)
    with pytest.raises(TableError, match=r"'Sales 2031'.* is no header"):
        read_table(str(path))


@pytest.mark.parametrize("content", [b"PK", b"", b"not a workbook"])
def test_what_is_no_workbook(content: bytes, tmp_path: Path) -> None:
    """A damaged file is one line."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(TableError, match="as an Excel workbook") as caught:
        read_table(str(path))
    assert "\n" not in str(caught.value)


def test_an_empty_workbook(tmp_path: Path) -> None:
    """No sheet with names and rows is no table."""
    path = book(tmp_path / "t.xlsx", Empty=pd.DataFrame())
    with pytest.raises(TableError, match="is empty"):
        read_table(path)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is said."""
    path = book(tmp_path / "t.xlsx", Sales=FRAME)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(TableError, match=r"python -m pip install 'qconf\[excel\]'"):
        read_table(path)
