"""A score is numbers, and no truth values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from qconf import RiskCoverageCounts
from qconf.errors import TableError
from qconf.evaluation.scores import check_score


@pytest.mark.parametrize(
    "values",
    [
        [True, False],
        np.array([True, False]),
        pd.Series([True, False], dtype="boolean"),
        pl.Series([True, False]),
    ],
)
def test_truth_values_are_no_score(values: Any) -> None:
    """However they are held: whether a row was accepted, or wrong, is no expected error."""
    with pytest.raises(TableError, match=r"score must be numbers.*found False and True"):
        check_score("score", values, 2)


def test_numbers_are() -> None:
    """Of any width, 0 and 1 among them."""
    for values in ([0, 1, 1], np.array([0, 1, 1], dtype=np.int8), pl.Series([0.0, 1.0, 1.0])):
        assert check_score("score", values, 3).tolist() == [0.0, 1.0, 1.0]


def test_counts_ask_for_the_same() -> None:
    """Rows that come in parts are checked as rows in memory are."""
    with pytest.raises(TableError, match="found False and True"):
        RiskCoverageCounts(threshold=0.15).update([True, False], [0.1, 0.2])
