"""Tables are read from where they are, and bad files are one clear line."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qconf.errors import TableError
from qconf.tables.reading import read_table


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "price": [1.5, 2.5, np.nan],
            "zone": ["a", None, "c"],
            "sold_on": pd.to_datetime(["2020-01-01", "2020-02-01", "2021-03-01"]),
        }
    )


@pytest.mark.parametrize("name", ["t.parquet", "t.pq", "t.csv", "t.csv.gz", "t.tsv"])
def test_a_table_comes_back_as_it_was(name: str, frame: pd.DataFrame, tmp_path: Path) -> None:
    """Parquet and CSV give the same values, dates as dates."""
    path = tmp_path / name
    if name.endswith(("parquet", "pq")):
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    read = read_table(str(path))
    assert read["sold_on"].tolist() == frame["sold_on"].tolist()
    np.testing.assert_array_equal(read["price"], frame["price"])
    assert read["zone"].isna().tolist() == [False, True, False]


def test_standard_input(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` is CSV on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(frame.to_csv(index=False)))
    assert len(read_table("-")) == 3


def test_folders_and_globs(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Parquet files in a folder, below it, or matching a pattern are one table."""
    (tmp_path / "2021").mkdir()
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_parquet(tmp_path / "2021" / "b.parquet")
    (tmp_path / "notes.txt").write_text("not a table")
    assert len(read_table(str(tmp_path))) == 6
    assert len(read_table(str(tmp_path / "*.parquet"))) == 3


def test_an_index_is_not_lost(frame: pd.DataFrame, tmp_path: Path) -> None:
    """A named index of pandas is a column of the file; a nameless one is not."""
    frame.set_index("zone").to_parquet(tmp_path / "named.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "nameless.parquet")
    assert set(read_table(str(tmp_path / "named.parquet"))) == {"price", "sold_on", "zone"}
    assert set(read_table(str(tmp_path / "nameless.parquet"))) == {"price", "sold_on", "zone"}


@pytest.mark.parametrize(
    ("values", "is_date"),
    [
        (["2020-01-01", "", "2020-01-03"], True),
        (["2020-01-01T10:00:00", "2020-01-01 11:30", "2020-01-02"], True),
        (["20141013T000000", "20141014T000000", ""], True),
        (["2020-01-01", "soon", "2020-01-03"], False),
        (["2020-13-45", "2020-01-01", ""], False),
        (["98101", "98102", ""], False),
    ],
)
def test_iso_dates_in_csv(values: list[str], is_date: bool, tmp_path: Path) -> None:
    """A column is dates only if each of its values is one."""
    path = tmp_path / "t.csv"
    path.write_text("d,x\n" + "".join(f"{value},1\n" for value in values))
    assert pd.api.types.is_datetime64_any_dtype(read_table(str(path))["d"].dtype) is is_date


def write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_missing_files_name_the_closest(frame: pd.DataFrame, tmp_path: Path) -> None:
    """A misspelt name is corrected, a missing folder named, an empty pattern said."""
    frame.to_parquet(tmp_path / "sales.parquet")
    with pytest.raises(TableError, match=r"Did you mean 'sales\.parquet'"):
        read_table(str(tmp_path / "sale.parquet"))
    with pytest.raises(TableError, match="no folder"):
        read_table(str(tmp_path / "nowhere" / "sales.parquet"))
    with pytest.raises(TableError, match="No file matches"):
        read_table(str(tmp_path / "*.csv"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.parquet", b"not parquet", "as Parquet"),
        ("t.parquet", b"", "as Parquet"),
        ("t.csv", b"", "is empty"),
        ("t.csv", b"a,b\n", "is empty: 0 rows"),
        ("t.csv", b"a,b\n1,2\n1,2,3\n", "as CSV"),
        ("t.csv", b"\xff\xfe\x00a,b", "as CSV"),
        ("t.csv.gz", b"not gzip", "as CSV"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "as CSV"),
        ("t.xlsx", b"PK", "Cannot tell what"),
    ],
)
def test_unreadable_files_are_one_line(
    name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    """Whatever is wrong with the file, the message is a line that names it."""
    path = write(tmp_path / name, content)
    with pytest.raises(TableError, match=words) as caught:
        read_table(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_tables(tmp_path: Path) -> None:
    """An empty folder is said to be one."""
    with pytest.raises(TableError, match="holds no Parquet files"):
        read_table(str(tmp_path))
