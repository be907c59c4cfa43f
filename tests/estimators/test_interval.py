"""Half the width of a given interval is an expected error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf import IntervalConfidence, compare
from qconf._types import ErrorScaleName
from qconf.errors import TableError

TABLE = pd.DataFrame({"low": [90.0, 60.0, np.nan], "high": [110.0, 140.0, 50.0]})
RESIDUAL = [0.1, -0.2, 0.0]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("relative", [0.1, 0.4, 0.4]),
        ("absolute", [10.0, 40.0, 40.0]),
        ("log", [np.log(110 / 90) / 2, np.log(140 / 60) / 2, np.log(140 / 60) / 2]),
    ],
)
@pytest.mark.parametrize("columns", ["low, high", ["low", "high"], ("high", "low"), (0, 1)])
def test_half_widths_are_in_units_of_the_error(
    columns: Any, error: ErrorScaleName, expected: list[float]
) -> None:
    """A row without an interval is least confident; ends may be the wrong way round."""
    est = IntervalConfidence(columns, error=error).fit(TABLE, RESIDUAL)
    np.testing.assert_allclose(est.predict(TABLE), expected)


def test_a_middle_of_zero_is_no_interval() -> None:
    """Nor is an end at zero, of logarithms."""
    table = pd.DataFrame({"low": [-1.0, 1.0], "high": [1.0, 3.0]})
    assert IntervalConfidence().fit(table, [0.0, 1.0]).predict(table).tolist() == [0.5, 0.5]
    logs = IntervalConfidence(error="log").fit(table, [0.0, 1.0])
    np.testing.assert_allclose(logs.predict(table), np.log(3) / 2)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ("low", "needs two columns, such as interval:p10,p90; got 'low'"),
        (", high", "needs two columns, such as interval:p10,p90; got ', high'"),
        ("low, low", "both of its ends are 'low'"),
        ((1, 1), "both of its ends are 1"),
        ("low,hihg", "no score column 'hihg'. Did you mean 'high'"),
        ("low,gone", "has no row with both ends"),
    ],
)
def test_errors(columns: Any, words: str) -> None:
    """What is no interval is named."""
    with pytest.raises(TableError, match=words):
        IntervalConfidence(columns).fit(TABLE.assign(gone=np.nan), RESIDUAL)


def test_in_a_comparison() -> None:
    """Ends are no features; widths take the error's units; a swapped pair is refused by name."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.02, 0.3, 400)
    table = pd.DataFrame({"price": 100 * np.exp(rng.normal(scale=sigma)), "avm": 100.0})
    table["p10"], table["p90"] = 100 * (1 - 1.28 * sigma), 100 * (1 + 1.28 * sigma)
    roles: dict[str, Any] = {"prediction": "avm", "n_resamples": 20}
    result = compare(table, "price", estimators=["interval:p10,p90", "constant"], **roles)
    assert result.best == "interval:p10,p90"
    np.testing.assert_allclose(
        result.scores["interval:p10,p90"], 1.28 * sigma[result.scores["row"]]
    )
    absolute = compare(
        table, "price", estimators=["interval:p10,p90"], error="absolute", threshold=15, **roles
    )
    assert absolute.scores["interval:p10,p90"].max() > 1
    with pytest.raises(TableError, match=r"400 of 400 rows; swap them: interval:p10,p90"):
        compare(table, "price", estimators=["interval:p90,p10"], **roles)
