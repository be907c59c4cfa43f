"""A score column is taken as it stands."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import ColumnConfidence
from qconf.errors import TableError

TABLE = pd.DataFrame({"fsd": [0.1, 0.3, np.nan], "note": ["a", "b", "c"]})
RESIDUAL = [0.1, -0.2, 0.0]


def test_rows_without_a_score_are_least_confident() -> None:
    """A gap counts as the worst score of `fit`."""
    expected = ColumnConfidence("fsd").fit(TABLE, RESIDUAL).predict(TABLE)
    np.testing.assert_array_equal(expected, [0.1, 0.3, 0.3])


def test_by_position() -> None:
    """Arrays and frames alike."""
    matrix = TABLE[["fsd"]].to_numpy()
    for table in (matrix, TABLE[["fsd"]].rename(columns={"fsd": "x"})):
        expected = ColumnConfidence(0).fit(table, RESIDUAL).predict(table)
        np.testing.assert_array_equal(expected, [0.1, 0.3, 0.3])


@pytest.mark.parametrize(
    ("column", "change", "words"),
    [
        ("fds", {}, "no score column 'fds'. Did you mean 'fsd'"),
        ("note", {}, "'note' must be numbers"),
        ("fsd", {"fsd": -1.0}, "3 of 3 values are negative"),
        ("fsd", {"fsd": np.nan}, "has no values"),
        (5, {}, "no score column 5"),
    ],
)
def test_errors(column: Any, change: dict[str, Any], words: str) -> None:
    """What is no score is named."""
    with pytest.raises(TableError, match=words):
        ColumnConfidence(column).fit(TABLE.assign(**change), RESIDUAL)
