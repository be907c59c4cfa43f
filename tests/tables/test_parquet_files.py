"""Folders of Parquet are read as pyarrow's datasets are."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qconf.errors import TableError
from qconf.tables.containers import Blob
from qconf.tables.parquet_files import read_arrow_blob
from qconf.tables.reading import read_table


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame({"price": np.arange(6.0), "year": [2019, 2020] * 3, "zone": list("ababab")})


def test_partitions_are_columns(frame: pd.DataFrame, tmp_path: Path) -> None:
    """What the names of folders say is a column: a number, a date, a code, or missing."""
    frame["zip"] = ["02139", "98101"] * 3
    frame["day"] = ["2031-01-05", "2031-01-06"] * 3
    frame["kind"] = ["flat", None] * 3
    frame.to_parquet(tmp_path, partition_cols=["year", "zip", "day", "kind"])
    read = read_table(str(tmp_path)).frame.sort_values("price")
    assert read["year"].tolist() == frame["year"].tolist()
    assert read["zip"].tolist() == frame["zip"].tolist()
    assert read["day"].tolist() == [pd.Timestamp(day) for day in frame["day"]]
    assert read["kind"].isna().tolist() == [False, True] * 3
    globbed = read_table(str(tmp_path / "*" / "*" / "*" / "*" / "*.parquet")).frame
    assert set(globbed) == set(read)
    assert read_table(str(tmp_path), text=["year"]).frame["year"].iloc[0] == "2019"


def test_columns_that_some_files_lack(frame: pd.DataFrame, tmp_path: Path) -> None:
    """A column that came later is missing before; widths of numbers are unified."""
    frame[:3].drop(columns="zone").astype({"year": "int32"}).to_parquet(tmp_path / "a.parquet")
    frame[3:].astype({"year": "float64"}).to_parquet(tmp_path / "b.parquet")
    read = read_table(str(tmp_path)).frame
    assert read["zone"].isna().tolist() == [True] * 3 + [False] * 3
    assert read["year"].tolist() == frame["year"].tolist()


def test_types_that_go_together(tmp_path: Path) -> None:
    """Categories and text, days and moments, zones, decimals and floats are one column each."""
    first = {
        "zone": pa.array(["a"]).dictionary_encode(),
        "day": pa.array([date(2031, 1, 5)]),
        "at": pa.array([datetime(2031, 1, 5, 12)], pa.timestamp("us", "Europe/Berlin")),
        "rent": pa.array([Decimal("1.50")]),
    }
    second = {
        "zone": pa.array(["b"], pa.large_string()),
        "day": pa.array([datetime(2031, 1, 6)]),
        "at": pa.array([datetime(2031, 1, 6)], pa.timestamp("ns", "UTC")),
        "rent": pa.array([2.5]),
    }
    for name, columns in {"a": first, "b": second}.items():
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    read = read_table(str(tmp_path)).frame
    assert read["zone"].tolist() == ["a", "b"]
    assert read["day"].tolist() == [pd.Timestamp(2031, 1, 5), pd.Timestamp(2031, 1, 6)]
    assert read["at"].diff()[1] == pd.Timedelta(12, "h")
    assert read["rent"].tolist() == [1.5, 2.5]


def test_outer_spaces_of_names(tmp_path: Path) -> None:
    """They cannot be typed, and go."""
    pd.DataFrame({" pay ": [1], "rent": [2]}).to_parquet(tmp_path / "t.parquet")
    assert list(read_table(str(tmp_path / "t.parquet")).frame) == ["pay", "rent"]


def test_half_written_files_are_left_out(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Names that begin with _ or . are not the table's; a folder with an ending is."""
    (tmp_path / "_temporary" / "0").mkdir(parents=True)
    (tmp_path / "x.parquet").mkdir()
    frame[:2].to_parquet(tmp_path / "a.parquet")
    frame.to_parquet(tmp_path / "_temporary" / "0" / "b.parquet")
    frame.to_parquet(tmp_path / ".c.parquet")
    frame[2:3].to_parquet(tmp_path / "x.parquet" / "part-0.parquet")
    (tmp_path / "x.parquet" / "_SUCCESS").touch()
    assert sorted(read_table(str(tmp_path)).frame["price"]) == [0, 1, 2]
    assert read_table(str(tmp_path / "x.parquet")).frame["price"].tolist() == [2]
    assert len(read_table(str(tmp_path / "*.parquet")).frame) == 3


def test_types_that_do_not_go_together(frame: pd.DataFrame, tmp_path: Path) -> None:
    """The file and the column are named."""
    frame.to_parquet(tmp_path / "a.parquet")
    frame.astype({"year": str}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(TableError, match=r"column 'year' is .*string in '.*b\.parquet' and int64"):
        read_table(str(tmp_path))


def test_a_broken_file_in_a_folder(frame: pd.DataFrame, tmp_path: Path) -> None:
    """The file is named, not only the folder."""
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-20])
    with pytest.raises(TableError, match=r"as Parquet \(in '.*b\.parquet'\)") as caught:
        read_table(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_feather_and_streams() -> None:
    """Arrow's files are read, whichever of its formats they have."""
    table = pa.table({"a": [1, 2]})
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    assert read_arrow_blob(Blob("t.arrow", ".arrow", stream.getvalue())) == table
    file = io.BytesIO()
    pd.DataFrame({"a": [1, 2]}).to_feather(file)
    assert read_arrow_blob(Blob("t.feather", ".feather", file.getvalue()))["a"].to_pylist() == [
        1,
        2,
    ]
    with pytest.raises(TableError, match="as Arrow"):
        read_arrow_blob(Blob("t.feather", ".feather", b"x" * 50))
