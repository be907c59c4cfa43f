"""Columns that lost their meaning are told, though each of their rows can be scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from new_rows import features, fitted_model, new_rows

from qconf.scoring.strange_columns import StrangeColumns


def told(table: pd.DataFrame) -> tuple[str, ...]:
    counted = StrangeColumns(fitted_model())
    names = list(fitted_model().feature_names_in_)
    for part in np.array_split(np.arange(len(table)), 3):
        counted.look(table.iloc[part][names])
    return counted.warnings


def test_new_rows_are_not_strange() -> None:
    """A few unknown levels, gaps and later dates are what new rows have."""
    assert told(features(new_rows(300))) == ()


@pytest.mark.parametrize(
    ("name", "change", "first"),
    [
        ("zone", lambda column: "0" + column.fillna("x"), "such as '0"),
        ("area", lambda column: column / 1000, "such as 0."),
        ("rooms", lambda column: column.astype(float).where(column < 0), "being missing"),
    ],
)
def test_a_column_that_lost_its_meaning_is_told(name: str, change: object, first: str) -> None:
    """Other names, other units, or nothing at all: how many, and what the first holds."""
    table = features(new_rows(300))
    (line,) = told(table.assign(**{name: change(table[name])}))  # type: ignore[operator]
    assert line.startswith(f"The column {name!r} is unlike that of the fit: ")
    assert first in line


def test_a_few_rows_tell_nothing() -> None:
    """Ten of ten new values may be chance."""
    table = features(new_rows(10))
    assert told(table.assign(zone="elsewhere")) == ()
