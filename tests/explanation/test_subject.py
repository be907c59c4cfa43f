"""The row that is explained: found by its number, and changed cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from explained_rows import one_row
from new_rows import features, fitted_model, new_rows

from qconf.errors import OptionError, TableError
from qconf.explanation.subject import changed, row_of_file
from qconf.tables.options import ReadingOptions
from qconf.tables.schema import Schema


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_row_is_read_by_its_number(tmp_path: Any, ending: str) -> None:
    """From 1, as score reads it; no column but the model's."""
    table = new_rows(7)
    path = tmp_path / f"new.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    else:
        table.to_parquet(path, index=False)
    schema = Schema.of_model(fitted_model())
    for number in (1, 7):
        row = row_of_file(path, number, schema, ReadingOptions())
        assert list(row) == schema.names
        assert row["rooms"].item() == table["rooms"].iloc[number - 1]
    with pytest.raises(OptionError, match=r"has 7 rows, and --row asks for row 8\."):
        row_of_file(path, 8, schema, ReadingOptions())
    with pytest.raises(OptionError, match=r"--row counts from 1, got 0\."):
        row_of_file(path, 0, schema, ReadingOptions())


def test_a_row_that_cannot_be_read_says_why(tmp_path: Any) -> None:
    """With its number."""
    table = new_rows(3).assign(area=[1.0, np.inf, 2.0])
    table.to_parquet(tmp_path / "new.parquet", index=False)
    schema = Schema.of_model(fitted_model())
    with pytest.raises(TableError, match=r"Row 2 cannot be explained\. The column 'area'"):
        row_of_file(tmp_path / "new.parquet", 2, schema, ReadingOptions())


def test_cells_are_set_as_a_text_file_writes_them() -> None:
    """Numbers, dates, levels, truth; nothing is a gap."""
    frame, schema = one_row(fitted_model(), features(new_rows(2)))
    typed = {"rooms": " 4", "area": "81.5", "zone": "q", "garden": "true", "built": "1960-02-03"}
    row = changed(frame, typed, schema)
    assert row[["rooms", "area", "zone", "garden"]].iloc[0].tolist() == [4.0, 81.5, "q", 1.0]
    assert row["built"].item() == pd.Timestamp("1960-02-03")
    assert changed(frame, {"area": "", "zone": ""}, schema)[["area", "zone"]].isna().all(axis=None)
    assert frame["rooms"].item() == new_rows(2)["rooms"].iloc[0]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"rooom": "3"}, "--set: the model sees no column 'rooom'. Did you mean 'rooms'?"),
        ({"rooms": "three"}, "--set: the column 'rooms' holds numbers, and 'three' is none."),
        ({"built": "soon"}, "--set: .*'built'"),
        ({"parcel": "3"}, "--set: the model sees no column 'parcel'."),
        ({"price": "3"}, "--set: the model sees no column 'price'."),
    ],
)
def test_cells_that_cannot_be_set_are_refused(cells: dict[str, str], message: str) -> None:
    """With the closest name, or the kind that the column holds."""
    frame, schema = one_row(fitted_model(), features(new_rows(2)))
    with pytest.raises(OptionError, match=message):
        changed(frame, cells, schema)
