"""What the names of folders say is a column, whatever the files in them are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from qconf.tables.partitions import partition_columns, partition_values
from qconf.tables.reading import read_table

WRITE: dict[str, Any] = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path),
}


def write(base: Path, ending: str, folders: list[str], **columns: Any) -> None:
    for at, folder in enumerate(folders):
        (base / folder).mkdir(parents=True)
        frame = pd.DataFrame({"price": [10.5 * at, 1.5], **columns})
        WRITE[ending](frame, base / folder / f"part.{ending}")


def test_names_of_folders() -> None:
    """Names and values are unquoted, Spark's word for nothing is missing, others say nothing."""
    file = Path("t/part/a%20b=c%2Fd/e=__HIVE_DEFAULT_PARTITION__/f=g=h/x.csv")
    assert partition_values(file, Path("t")) == {"a b": "c/d", "e": None, "f": "g=h"}
    assert partition_values(file, file.parent) == {}


def test_columns_have_a_row_for_each_row() -> None:
    """A file's rows have its value; where its folders have none, it is missing."""
    table = partition_columns([{"a": "1"}, {"b": "2"}], [2, 1])
    assert table.to_pydict() == {"a": ["1", "1", None], "b": [None, None, "2"]}


@pytest.mark.parametrize("ending", WRITE)
def test_every_kind_of_file(ending: str, tmp_path: Path) -> None:
    """A folder and a pattern of it give the same typed columns."""
    write(tmp_path, ending, ["year=2019/zip=02139", "year=2020/zip=98101"])
    for source in (tmp_path, tmp_path / "*" / "*" / f"*.{ending}"):
        read = read_table(str(source))
        assert read.frame["year"].tolist() == [2019, 2019, 2020, 2020]
        assert read.frame["zip"].tolist() == ["02139"] * 2 + ["98101"] * 2
        assert read.frame["price"].tolist() == [0.0, 1.5, 10.5, 1.5]
        assert read.warnings == ()


@pytest.mark.parametrize("ending", WRITE)
def test_one_file(ending: str, tmp_path: Path) -> None:
    """One file in a folder, or that matches a pattern, has them; one that is named has not."""
    write(tmp_path, ending, ["year=2019"])
    for source in (tmp_path, tmp_path / "year=*" / f"*.{ending}"):
        assert read_table(str(source)).frame["year"].tolist() == [2019, 2019]
    assert "year" not in read_table(str(tmp_path / "year=2019" / f"part.{ending}")).frame


@pytest.mark.parametrize("ending", WRITE)
def test_columns_that_are_in_the_files_as_well(ending: str, tmp_path: Path) -> None:
    """They are one column, and --text reaches it beside columns of the files."""
    write(tmp_path, ending, ["year=2019", "year=2020"], year=[0, 0])
    assert read_table(str(tmp_path)).frame["year"].tolist() == [2019, 2019, 2020, 2020]
    frame = read_table(str(tmp_path), text=["year", "price"]).frame
    assert list(frame) == ["price", "year"]
    assert frame["year"].tolist() == ["2019", "2019", "2020", "2020"]
    assert frame["price"].iloc[1] == "1.5"
