"""Each case keeps why its estimate was what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reviewed_rows import offers

from qconf import ConfidentRegressor, FeedbackStore, review_queue
from qconf.review.case_list import CaseSheet

COLUMNS = ["zone", "size", "fsd"]


@pytest.fixture(scope="module")
def model() -> ConfidentRegressor:
    """A valuation model and its confidence, which keeps its sales."""
    table = offers(300, 0)
    made = ConfidentRegressor(confidence="forest", error="log", keep_sales=True, random_state=0)
    return made.fit(table[COLUMNS], table["price"])


def queue(model: Any, **asked: Any) -> Any:
    given = {"truth": "price", "key": "id", "n": 4, "explain": True, **asked}
    return review_queue(model, offers(60, 1, [5]), **given)


def test_what_is_told_of_an_estimate_is_kept_with_it(
    model: ConfidentRegressor, tmp_path: Path
) -> None:
    """Contributions, reasons and comparables, which add up to what was estimated."""
    told = queue(model)
    for one in told.cases:
        known = one.explanation
        assert known["value"]["value"] == pytest.approx(one.prediction)
        assert known["score"]["expected_error"] == pytest.approx(one.expected_error)
        assert len(known["comparables"]["comparables"]) == 5
        assert json.loads(json.dumps(known, allow_nan=False)) == known
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(told)
        kept = store.case(1)
        assert kept.explanation == told.cases[0].explanation
        text = str(CaseSheet(kept, []))
    assert "value: typical" in text
    assert "adjusted_price" in text


def test_kept_sales_are_called_by_their_rows_from_1(model: ConfidentRegressor) -> None:
    """As ``qconf explain`` calls them, so that people find them in their table."""
    prices = offers(300, 0)["price"].to_numpy()
    for case in queue(model).cases:
        for one in case.explanation["comparables"]["comparables"]:
            assert prices[int(one["sale"]) - 1] == pytest.approx(one["price"])


def test_the_outcome_is_in_no_explanation(model: ConfidentRegressor) -> None:
    """Another price of the row changes nothing of what is told of its estimate."""
    table = offers(60, 1)
    one, other = (
        review_queue(model, sales, truth="price", key="id", n=60, explain=True, random_share=1.0)
        for sales in (table[:8], table[:8].assign(price=2 * table["price"][:8]))
    )
    assert [case.explanation for case in one.cases] == [case.explanation for case in other.cases]


def test_comparables_may_come_from_other_sales(model: ConfidentRegressor) -> None:
    """Named beside, with their prices under the name of the outcome."""
    sales = offers(200, 2)[[*COLUMNS, "price"]]
    (case,) = queue(model, n=1, sales=sales).cases
    prices = {round(one["price"], 3) for one in case.explanation["comparables"]["comparables"]}
    assert prices <= set(sales["price"].round(3))


@pytest.mark.slow
def test_what_cannot_be_explained_says_why() -> None:
    """The case is there all the same."""
    table = offers(300, 0)
    model = ConfidentRegressor("column:avm", "column:fsd", error="log", random_state=0)
    model.fit(table.drop(columns=["price", "id"]), table["price"])
    told = queue(model)
    assert len(told.cases) == 4
    for one in told.cases:
        assert isinstance(one.explanation, dict)
    assert np.isfinite([one.prediction for one in told.cases]).all()
    assert isinstance(told.table, pd.DataFrame)
