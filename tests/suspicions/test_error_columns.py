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
    "rare outlier": lambda p, y: np.abs(p / y - 1) > 0.25,
    "too low": lambda p, y: (y > 1.15 * p).astype(int),
    "too high": lambda p, y: p > y,
    "too high by units": lambda p, y: pd.Series(p - y > 20_000).map({True: "x"}),
    "signed band": lambda p, y: pd.cut(p / y, [0, 0.9, 1.1, 9]).astype(str),
    "band": lambda p, y: pd.cut(np.abs(p / y - 1), [-1, 0.05, 0.1, 9]).astype(str),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_are_found_in_any_form(name: str) -> None:
    """In units of the target, relative, squared, by size, rounded, as a flag with sign or not."""
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


@pytest.mark.parametrize("seed", range(5))
def test_flags_that_only_go_with_the_errors_are_honest(seed: int) -> None:
    """Of the size of the target, of the prediction, and one that knows most of the errors."""
    table, price, rng = houses(1000, seed)
    prediction = price * rng.lognormal(0, 0.15, 1000)
    low = price > 1.05 * prediction
    flags = {
        "dear": price > np.quantile(price, 0.7),
        "predicted_dear": prediction > np.quantile(prediction, 0.7),
        "mostly": low ^ (rng.uniform(size=1000) < 0.03),
        "rarely": np.arange(1000) == np.argmax(price / prediction),
    }
    view = make_view(table.assign(**flags), price, "price")
    assert error_columns(view, prediction) == {}
    assert list(error_columns(make_view(table.assign(low=low), price, "price"), prediction)) == [
        "low"
    ]


@pytest.mark.parametrize("n_rows", [200, 2000, 20_000])
@pytest.mark.parametrize("spread", [0.05, 0.1, 0.15])
def test_a_kind_of_thing_the_model_does_not_know_of_is_honest(n_rows: int, spread: float) -> None:
    """Leaseholds sell at half the price: their errors lie apart, but no threshold cut them off."""
    table, price, rng = houses(n_rows)
    lease = rng.uniform(size=n_rows) < 0.4
    truth = price * np.where(lease, 0.5, 1.0)
    prediction = price * rng.lognormal(0, spread, n_rows)
    view = make_view(table.assign(lease=lease), truth, "price")
    assert error_columns(view, prediction) == {}


def test_a_flag_of_size_is_honest_where_all_predictions_are_too_low() -> None:
    """Cars and pens, each 20 % too low: the errors of cars are larger, as are the predictions."""
    rng = np.random.default_rng(0)
    car = rng.uniform(size=500) < 0.5
    price = np.where(car, 20_000.0, 2.0) * rng.lognormal(0, 0.2, 500)
    prediction = 0.8 * price * rng.lognormal(0, 0.05, 500)
    view = make_view(pd.DataFrame({"car": car}), price, "price")
    assert error_columns(view, prediction) == {}


def test_predictions_without_errors_accuse_no_flag() -> None:
    """All errors are equal, so no threshold tells them apart."""
    table, price, rng = houses(500)
    view = make_view(table.assign(new=rng.uniform(size=500) < 0.5), price, "price")
    assert error_columns(view, price) == {}


def test_too_few_flagged_rows_prove_nothing() -> None:
    """Nineteen rows may be last by chance or for a reason; twenty-one are too many."""
    table, price, rng = houses(400)
    prediction = price * rng.lognormal(0, 0.15, 400)
    ratio = np.sort(price / prediction)
    for count, expected in ((19, []), (21, ["low"])):
        flag = price / prediction > (ratio[-count] + ratio[-count - 1]) / 2
        view = make_view(table.assign(low=flag), price, "price")
        assert list(error_columns(view, prediction)) == expected


def test_a_flag_of_dear_predictions_is_honest_where_all_errors_are_one_share() -> None:
    """Errors in money then have the order of the predictions, which anyone may know."""
    table, price, _ = houses(500)
    prediction = 0.8 * price
    dear = prediction > np.quantile(prediction, 0.7)
    view = make_view(table.assign(dear=dear), price, "price")
    assert error_columns(view, prediction) == {}
