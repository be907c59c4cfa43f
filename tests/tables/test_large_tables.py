"""A table that does not fit in memory is drawn from; one that does is read whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import sales_table

from qconf.errors import OptionError, TableError
from qconf.tables import large_tables
from qconf.tables.large_tables import Room, read_within, rows_that_fit
from qconf.tables.reading import read_table

SALES = sales_table(4000)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is taken at rest, so that limits for small tables mean something."""
    monkeypatch.setattr(large_tables, "_AT_REST", 0)


def in_parts(folder: Path, n_parts: int, table: pd.DataFrame = SALES) -> str:
    """Write a table as several files of unequal length, in row groups."""
    folder.mkdir()
    edges = (len(table) * np.linspace(0, 1, n_parts + 1) ** 1.5).astype(int)
    for part in range(n_parts):
        rows = table.iloc[edges[part] : edges[part + 1]]
        rows.to_parquet(folder / f"part-{part}.parquet", row_group_size=700, index=False)
    return str(folder / "*.parquet")


def limit_for(share: float) -> int:
    """Return a memory that so large a share of the sales fits in."""
    schema = pa.Schema.from_pandas(SALES.head(1))
    return next(size for size in range(10_000, 10**8, 10_000)
                if rows_that_fit(schema, len(SALES), size) >= share * len(SALES))  # fmt: skip


def test_a_table_that_fits_is_read_whole(tmp_path: Path) -> None:
    """As if nobody had asked."""
    source = in_parts(tmp_path / "sales", 2)
    for memory in ("4GB", None):
        file = read_within(source, Room(memory))
        assert file.drawn is None
        pd.testing.assert_frame_equal(file.frame, read_table(source).frame)


@pytest.mark.parametrize("groups", [None, "parcel"])
def test_the_same_rows_however_they_lie_in_files(tmp_path: Path, groups: str | None) -> None:
    """One file, two or seven: the same positions, and the rows at these positions."""
    room = Room(limit_for(0.4), "sold_on", groups, seed=3)
    files = [read_within(in_parts(tmp_path / str(n), n), room) for n in (1, 2, 7)]
    first = files[0].drawn
    assert first is not None
    assert 0.3 * len(SALES) < len(first.rows) < 0.5 * len(SALES)
    for file in files:
        assert file.drawn is not None
        np.testing.assert_array_equal(file.drawn.rows, first.rows)
        expected = SALES.iloc[first.rows].reset_index(drop=True)
        pd.testing.assert_frame_equal(file.frame, expected, check_dtype=False)
    assert first.by_group == (groups is not None)
    if groups is not None:
        there = SALES["parcel"].isin(files[0].frame["parcel"])
        np.testing.assert_array_equal(np.flatnonzero(there), first.rows)


def test_no_target_has_a_say_in_what_is_drawn(tmp_path: Path) -> None:
    """Other prices, and missing ones: the same rows."""
    room = Room(limit_for(0.4), "sold_on", "parcel")
    other = SALES.assign(price=SALES["price"].where(SALES["rooms"] > 3)[::-1].to_numpy())
    one = read_within(in_parts(tmp_path / "one", 1), room).drawn
    two = read_within(in_parts(tmp_path / "two", 1, other), room).drawn
    assert one is not None
    assert two is not None
    np.testing.assert_array_equal(one.rows, two.rows)


def test_columns_of_folders_are_drawn_with_their_rows(tmp_path: Path) -> None:
    """A column that folders tell is there beside the others, and may be the group."""
    for year, rows in SALES.groupby(SALES["sold_on"].dt.year):
        (tmp_path / f"year={year}").mkdir()
        rows.to_parquet(tmp_path / f"year={year}" / "sales.parquet", index=False)
    file = read_within(str(tmp_path), Room(limit_for(0.4), "sold_on"))
    assert file.drawn is not None
    years = file.frame["sold_on"].dt.year
    np.testing.assert_array_equal(file.frame["year"].astype(int), years)


def test_what_cannot_be_drawn_from_is_refused(tmp_path: Path) -> None:
    """Text files, too little memory, roles without names, types that do not go together."""
    SALES.to_csv(tmp_path / "sales.csv")
    with pytest.raises(OptionError, match="Write it as Parquet, or leave --memory out"):
        read_within(str(tmp_path / "sales.csv"), Room("1GB"))
    assert len(read_within(str(tmp_path / "sales.csv"), Room()).frame) == len(SALES)
    source = in_parts(tmp_path / "sales", 2)
    with pytest.raises(TableError, match=r"at least 1,000 are needed. Allow more --memory"):
        read_within(source, Room(limit_for(0.05)))
    with pytest.raises(TableError, match=r"no column 'sold'. Did you mean 'sold_on'"):
        read_within(source, Room(limit_for(0.4), "sold"))
    with pytest.raises(OptionError, match="name the column of the time"):
        read_within(source, Room(limit_for(0.4), SALES["sold_on"]))
    words = pa.array(["three"] * len(SALES), pa.large_string())
    table = pa.Table.from_pandas(SALES.drop(columns="rooms")).append_column("rooms", words)
    pq.write_table(table, tmp_path / "sales" / "part-2.parquet")
    with pytest.raises(TableError, match="the column 'rooms' is large_string in"):
        read_within(source, Room(limit_for(0.4)))


@given(n_rows=st.integers(1, 10**8), limit=st.integers(1, 10**11))
def test_more_memory_never_holds_fewer_rows(n_rows: int, limit: int) -> None:
    """Nor does it hold more rows than there are."""
    schema = pa.schema([("x", pa.float64()), ("zone", pa.string())])
    some, more = (rows_that_fit(schema, n_rows, size) for size in (limit, 2 * limit))
    assert some <= more <= n_rows
