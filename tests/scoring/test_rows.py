"""Files of new rows are read in batches, with the columns that are wanted."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qconf.errors import TableError
from qconf.scoring.rows import open_rows
from qconf.tables.options import ReadingOptions
from qconf.tables.schema import Schema

KNOWN = Schema.of_model(
    SimpleNamespace(
        n_features_in_=2, feature_names_in_=np.array(["x", "zone"]), _column_kinds={1: "text"}
    )
)
TABLE = pd.DataFrame({"x": np.arange(1000.0), "zone": ["a", "b"] * 500, "more": [[1]] * 1000})
SAID = ReadingOptions()


@pytest.mark.parametrize("name", ["new.parquet", "new.csv", "new.csv.gz", "new.tsv.bz2"])
def test_batches_with_the_columns_that_are_wanted(tmp_path: Path, name: str) -> None:
    """In the order of the file; a share of it is done after each."""
    path = tmp_path / name
    if name == "new.parquet":
        TABLE.to_parquet(path, row_group_size=333)
    else:
        TABLE.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
    with open_rows(path, KNOWN, SAID) as rows:
        batches = list(rows.batches(300, ["zone", "x", "none"]))
        assert {tuple(batch.schema.names) for batch in batches} == {("x", "zone")}
        assert sum(batch.num_rows for batch in batches) == 1000
        assert max(batch.num_rows for batch in batches) == 300
        read = [KNOWN.read(batch, rows.written).table for batch in batches]
        assert rows.share() == 1
    pd.testing.assert_frame_equal(
        pd.concat(read, ignore_index=True).astype({"zone": object}),
        TABLE[["x", "zone"]].astype({"zone": object}),
    )


def test_the_names_of_folders_are_columns(tmp_path: Path) -> None:
    """They take the place of one in the file, and are read by the kinds of the fit."""
    TABLE.to_parquet(tmp_path / "x.parquet")
    named = {"zone": "01234", "x": "7", "year": None}
    with open_rows(tmp_path / "x.parquet", KNOWN, SAID, named) as rows:
        [batch] = rows.batches(5000, None)
        assert batch.schema == rows.schema
        assert batch.schema.names == ["more", "zone", "x", "year"]
        table = KNOWN.read(batch, rows.written).table
    assert table.iloc[0].tolist() == [7.0, "01234"]


def test_fields_of_structs_and_names_with_spaces(tmp_path: Path) -> None:
    """They are the columns that a table which is read has; only what is wanted is read."""
    nested = pa.table({" x ": [1.0], "s": [{"y": 2, "z": {"t": 3}}], "other": [4]})
    pq.write_table(nested.append_column("zone", pa.array(["a"])), tmp_path / "x.parquet")
    with open_rows(tmp_path / "x.parquet", KNOWN, SAID) as rows:
        assert rows.schema.names == ["x", "s.y", "s.z.t", "other", "zone"]
        [batch] = rows.batches(9, ["s.z.t", "x"])
        assert batch.to_pylist() == [{"x": 1.0, "s.z.t": 3}]


def test_an_index_of_pandas_is_no_reason_to_lose_columns(tmp_path: Path) -> None:
    """It was written as a column, and is one."""
    TABLE.set_index("x").to_parquet(tmp_path / "x.parquet")
    with open_rows(tmp_path / "x.parquet", KNOWN, SAID) as rows:
        assert next(rows.batches(10, ["x"])).column("x")[3].as_py() == 3.0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [("x.parquet", b"a,b\n", "it does not begin as a Parquet file does"),
     ("x.parquet", b"PAR1xxxxPAR1", "Cannot read .* as Parquet"),
     ("x.csv", b"", "is empty"), ("x.csv", b"a,b\n1,2\n", "no column 'x'"),
     ("x.xlsx", b"PK\3\4", "Parquet or CSV"), ("x.zip", b"PK\3\4", "Cannot unpack")],
)  # fmt: skip
def test_what_cannot_be_read(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """One line says so."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError, match=message), open_rows(tmp_path / name, KNOWN, SAID):
        pass


def test_a_row_group_that_is_damaged(tmp_path: Path) -> None:
    """What is found in the midst of the file is told in one line, too."""
    path = tmp_path / "x.parquet"
    table = pa.table({"x": np.random.default_rng(0).normal(size=50_000), "zone": ["a"] * 50_000})
    pq.write_table(table, path, row_group_size=10_000)
    content = bytearray(path.read_bytes())
    content[150_000:250_000] = bytes(100_000)
    path.write_bytes(content)
    with (
        open_rows(path, KNOWN, SAID) as rows,
        pytest.raises(TableError, match=r"Cannot read .* as Parquet"),
    ):
        list(rows.batches(1000, None))
