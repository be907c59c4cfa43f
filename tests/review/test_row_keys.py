"""Rows are known again, however their cells are held."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.review.row_keys import plain_rows, row_keys

TABLE = pd.DataFrame(
    {
        "lot": [620, 700, 620],
        "zone": ["a", None, "a"],
        "sold": pd.Series(["2026-01-02", None, "2026-01-02"], dtype="datetime64[us]"),
        "new": [True, False, True],
        "share": [0.5, np.nan, 0.5],
    }
)
NAMES = list(TABLE.columns)


@pytest.mark.parametrize(
    "held",
    [
        {"lot": float}, {"lot": "Int64"}, {"zone": "category"}, {"zone": object},
        {"sold": "datetime64[s]"}, {"share": "Float64"}, {"new": "boolean"}, {"lot": np.int16},
    ],
)  # fmt: skip
def test_a_key_does_not_hang_on_how_cells_are_held(held: Any) -> None:
    """Nor on the order of columns; rows that are alike share it, others do not."""
    keys = row_keys(TABLE, NAMES, is_id=False)
    other = row_keys(TABLE.astype(held), NAMES[::-1], is_id=False)
    assert other == keys
    assert keys[0] == keys[2] != keys[1]
    assert len(keys[0]) == 32


@pytest.mark.parametrize("name", NAMES)
def test_every_column_counts(name: str) -> None:
    """Another cell is another row."""
    changed = TABLE.copy()
    changed[name] = changed[name].shift(1)
    assert row_keys(changed, NAMES, is_id=False)[2] != row_keys(TABLE, NAMES, is_id=False)[2]


def test_ids_are_text_as_they_stand() -> None:
    """Whole numbers have no point, whatever type holds them."""
    for values in ([7, 8], [7.0, 8.0], ["7", "8"]):
        assert row_keys(pd.DataFrame({"id": values}), ["id"], is_id=True) == ["7", "8"]


def test_rows_are_plain_values() -> None:
    """What is kept can be written as JSON, and read by anybody."""
    rows = plain_rows(TABLE, NAMES)
    assert json.loads(json.dumps(rows)) == rows
    assert rows[0] == {
        "lot": 620, "zone": "a", "sold": "2026-01-02T00:00:00", "new": True, "share": 0.5,
    }  # fmt: skip
    assert rows[1] == {"lot": 700, "zone": None, "sold": None, "new": False, "share": None}
