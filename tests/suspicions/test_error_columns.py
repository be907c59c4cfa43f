"""Columns that know the errors of the predictions are found, good scores are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from suspicious_tables import houses

from qconf._types import FloatArray
from qconf.suspicions.error_columns import error_columns
from qconf.suspicions.view import make_view

Error = Callable[[FloatArray, FloatArray], Any]
ERRORS: dict[str, Error] = {
    "signed": lambda p, y: p - y,
    "absolute": lambda p, y: np.abs(p - y),
    "per cent": lambda p, y: (100 * np.abs(p / y - 1)).round(1),
    "whole per cents": lambda p, y: (100 * np.abs(p / y - 1)).round(),
    "of the prediction": lambda p, y: (y - p) / p,
    "squared": lambda p, y: (p - y) ** 2,
    "logarithmic": lambda p, y: np.log(p / y),
    "ratio": lambda p, y: (p / y).round(3),
    "accuracy": lambda p, y: 1 - np.abs(p / y - 1),
    "outlier": lambda p, y: np.abs(p / y - 1) > 0.1,
    "band": lambda p, y: pd.cut(np.abs(p / y - 1), [-1, 0.05, 0.1, 9]).astype(str),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_found_in_any_form(name: str) -> None:
    """In units of the target, relative, squared, by size, rounded, as a flag."""
    table, price, rng = houses(500)
    prediction = price * rng.lognormal(0, 0.15, 500)
    view = make_view(table.assign(extra=ERRORS[name](prediction, price)), price, "price")
    assert list(error_columns(view, prediction)) == ["extra"]


def test_a_good_score_does_not_know_the_errors() -> None:
    """The very spread from which errors were drawn."""
    table, price, rng = houses(2000)
    spread = rng.uniform(0.01, 0.5, 2000)
    prediction = price * np.exp(spread * rng.normal(size=2000))
    view = make_view(table.assign(fsd=spread, sure=spread < 0.1), price, "price")
    assert error_columns(view, prediction) == {}
