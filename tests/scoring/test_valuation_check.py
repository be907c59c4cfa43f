"""Predictions that cannot come from the model of the fit are refused, however many batches come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.model.shadow import PredictionShadow
from qconf.model.shadow.watch import share_of
from qconf.scoring.valuation_check import ValuationChangedError, ValuationCheck


def houses(n_rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"area": rng.uniform(size=n_rows), "age": rng.uniform(size=n_rows)})


def avm(table: pd.DataFrame, trend: float = 1.0) -> Any:
    return trend * np.exp(table["area"] + np.sin(6 * table["age"])).to_numpy()


@pytest.fixture(scope="module")
def model() -> Any:
    table = houses(1500, 0)
    return SimpleNamespace(shadow_=PredictionShadow(random_state=0).fit(table, avm(table)))


def test_a_batch_of_another_model_is_refused(model: Any) -> None:
    """Its statement comes with what to do; where that is wanted, it is only kept."""
    table = houses(1000, 1)
    with pytest.raises(ValuationChangedError, match="--changed-valuation-ok"):
        ValuationCheck(model).look(table, avm(table, trend=1.05))
    check = ValuationCheck(model, changed_ok=True)
    check.look(table, avm(table, trend=1.05))
    assert "The valuation model has changed" in check.warning


def test_batches_of_the_same_model_pass(model: Any) -> None:
    """Whatever their order and number, and with columns that the shadow does not know."""
    check = ValuationCheck(model)
    for seed in range(5):
        table = houses(300, 10 + seed)
        check.look(table.assign(other="x")[["other", "age", "area"]], avm(table))
    assert check.warning == ""


def test_without_a_shadow_nothing_is_checked(model: Any) -> None:
    """A model that makes its predictions itself has none; no rows are no evidence."""
    for one in (SimpleNamespace(), SimpleNamespace(shadow_=None)):
        ValuationCheck(one).look(None, np.ones(3))
    ValuationCheck(model).look(None, None)
    ValuationCheck(model).look(None, np.empty(0))


def test_the_column_of_the_time_is_told() -> None:
    """Predictions may follow the market along it; without it a jump of that size is tolerated."""
    table = houses(3000, 2)
    day = np.random.default_rng(3).integers(0, 365, 3000)
    time = np.datetime64("2024-01-01") + day
    shadow = PredictionShadow(random_state=0)
    shadow.fit(table, avm(table) * np.exp(0.1 * day / 365), time=time)
    model = SimpleNamespace(shadow_=shadow, time_name_="sold")
    new = houses(1000, 4).assign(sold=np.datetime64("2025-01-01"))
    said = avm(new, trend=float(np.exp(0.1)))
    ValuationCheck(model).look(new, said)
    with pytest.raises(ValuationChangedError, match="shifted"):
        ValuationCheck(model).look(new, 1.05 * said)


def test_parts_share_the_level(model: Any) -> None:
    """A part that may spend a sixth of it needs evidence six times as strong."""
    table = houses(1000, 1)
    found = []
    for share in (1.0, share_of(2)):
        check = ValuationCheck(model, changed_ok=True, share=share)
        check.look(table, avm(table, trend=1.05))
        assert check._watch is not None
        found.append(check._watch.verdict.p_value)
    assert found[1] == pytest.approx(6 * found[0])
    assert sum(map(share_of, range(1, 1000))) < 1
