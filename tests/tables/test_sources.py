"""A name stands for the files that one would expect, or the message says for what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from qconf.errors import TableError
from qconf.tables.sources import files_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(source: str) -> list[str]:
    return [file.name for file in files_of(source)[0]]


def test_a_folder(folder: Path) -> None:
    """Parquet files if there are any, else CSV files; nothing half written, no notes."""
    for name in ("a.csv", "b.CSV", "_c.csv", ".d.csv", "notes.txt"):
        (folder / name).touch()
    assert names(".") == ["a.csv", "b.CSV"]
    (folder / "year=2031").mkdir()
    (folder / "year=2031" / "e.parquet").touch()
    assert names(".") == ["e.parquet"]


def test_a_pattern(folder: Path) -> None:
    """Files that match, in order; two kinds at once are refused."""
    for name in ("b.csv", "a.csv", "c.parquet"):
        (folder / name).touch()
    assert names("*.csv") == ["a.csv", "b.csv"]
    with pytest.raises(TableError, match="matches Parquet files and others"):
        files_of("*")
    (folder / "[x].csv").touch()
    assert names("[x].csv") == ["[x].csv"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nothing*.csv", "No file matches 'nothing"),
        ("sale.csv", r"Did you mean 'sales\.csv'"),
        ("nowhere/sales.csv", "no folder 'nowhere'"),
        ("https://example.org/sales.csv", "is an address: download"),
        ("a" * 300 + ".csv", "File name too long"),
        ("a\0b.csv", "no file"),
        ("empty", "holds no Parquet files, and no CSV files"),
        ("t.json", "pandas.read_json"),
        ("t.pkl", "runs code when it is opened"),
        ("t.xls", r"save it as \.xlsx"),
        ("t.db", "sqlite3 -csv"),
        ("t.rds", "in R"),
        ("t.doc", "Cannot tell what 't.doc' is"),
        ("t", "Cannot tell what 't' is"),
    ],
)
def test_what_is_no_table(source: str, words: str, folder: Path) -> None:
    """The message says what is wrong, and what to do where something can be done."""
    (folder / "empty").mkdir()
    for name in ("sales.csv", "t.json", "t.pkl", "t.xls", "t.db", "t.rds", "t.doc", "t"):
        (folder / name).touch()
    with pytest.raises(TableError, match=words) as caught:
        files_of(source)
    assert "\n" not in str(caught.value)
