"""What corrections are worth, on rows that nobody reviewed."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from qconf.errors import OptionError, TableError
from qconf.review.corrections import Corrected, apply_corrections
from qconf.review.effect import corrections_effect

FIT: dict[str, Any] = {"estimator": "count", "error": "log", "drop": ["parcel", "row"], "folds": 3}


def table(n: int = 600) -> pd.DataFrame:
    return sales_table(n).assign(row=[f"r{i}" for i in range(n)])


def corrected(sales: pd.DataFrame, rows: Any, kind: str = "exclusion") -> Corrected:
    said = {
        "kind": kind, "key_columns": '["row"]', "column": "", "value": None, "recorded": None,
        "reason": "not_arms_length", "text": "", "who": "ann", "when": "2026", "confirmed": True,
        "origin": "",
    }  # fmt: skip
    return apply_corrections(sales, pd.DataFrame([{**said, "row": f"r{i}"} for i in rows]))


@pytest.mark.slow
def test_what_was_reviewed_is_not_judged() -> None:
    """Nor what was decided to be fine; the others are scored by models that have not seen them."""
    sales = table()
    told = corrections_effect(sales, corrected(sales, range(100), "label"), "price", **FIT)
    assert told.n_rows == 500
    # Nothing was corrected, so nothing changes.
    assert told.best_decile_change.value == 0.0
    assert told.coverage_change.value == 0.0
    assert "not distinguishable" in str(told)


@pytest.mark.slow
@pytest.mark.parametrize("time", [None, "sold_on"])
def test_leaving_out_spoilt_sales_helps_the_others(time: str | None) -> None:
    """Forward in time, too; and the interval of the change is paired."""
    sales = table(900)
    spoilt = np.random.default_rng(0).choice(900, 180, replace=False)
    sales.loc[spoilt, "price"] *= 30
    done = corrected(sales, spoilt)
    told = corrections_effect(sales, done, "price", time=time, threshold=0.3, **FIT)
    assert told.n_rows <= 720
    assert told.after.overall.outlier_rate.value < told.before.overall.outlier_rate.value
    change = told.best_decile_change
    assert change.value == pytest.approx(
        told.after.best_decile.outlier_rate.value - told.before.best_decile.outlier_rate.value
    )
    assert change.interval[0] <= change.value <= change.interval[1]
    low, high = told.coverage_change.interval
    assert low <= told.coverage_change.value <= high
    assert json.dumps(told.to_dict())
    assert f"{told.n_rows:,} rows that were not reviewed" in str(told)


def test_without_rows_to_judge_nothing_can_be_said() -> None:
    """And a choice among estimators has no effect of its own."""
    sales = table(200)
    with pytest.raises(TableError, match="Too few rows were not reviewed"):
        corrections_effect(sales, corrected(sales, range(170), "label"), "price", **FIT)
    with pytest.raises(OptionError, match="not 'auto'"):
        corrections_effect(sales, corrected(sales, [1]), "price", **{**FIT, "estimator": "auto"})
