"""Predictions that cannot come from the model of the fit are refused, however many batches come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.scoring.valuation_check import ValuationChangedError, ValuationCheck

SAID = "It changed: --changed-valuation-ok"


class Shadow:
    """Says of each batch what it is told to."""

    def __init__(self, *p_values: float) -> None:
        self._p_values = iter(p_values)

    def check(self, X: Any, prediction: Any) -> Any:
        p_value = next(self._p_values)
        return SimpleNamespace(p_value=p_value, changed=p_value <= 0.01, statement=SAID)


def model(*p_values: float) -> Any:
    return SimpleNamespace(shadow_=Shadow(*p_values))


def looks(check: ValuationCheck, count: int) -> None:
    for _ in range(count):
        check.look(None, np.ones(3))


def test_a_batch_that_is_unlike_the_model() -> None:
    """Its statement comes with what to do; where that is wanted, it is only kept."""
    with pytest.raises(ValuationChangedError, match=SAID):
        looks(ValuationCheck(model(0.001)), 1)
    check = ValuationCheck(model(0.001, 0.0), changed_ok=True)
    looks(check, 2)
    assert check.warning == SAID


def test_the_levels_of_all_batches_add_up() -> None:
    """One in a hundred runs of an unchanged model is refused, of one batch or of thousands."""
    looks(ValuationCheck(model(0.0051)), 1)
    looks(ValuationCheck(model(1.0, 1.0, 0.0009)), 3)
    with pytest.raises(ValuationChangedError):
        looks(ValuationCheck(model(1.0, 1.0, 0.0008)), 3)
    rng, refused = np.random.default_rng(0), 0
    for _ in range(2000):
        try:
            looks(ValuationCheck(model(*rng.uniform(size=30))), 30)
        except ValuationChangedError:
            refused += 1
    assert 5 <= refused <= 35  # of 2,000; expected are 19


def test_without_a_shadow_nothing_is_checked() -> None:
    """A model that makes its predictions itself has none; no rows are no evidence."""
    looks(ValuationCheck(SimpleNamespace()), 1)
    looks(ValuationCheck(SimpleNamespace(shadow_=None)), 1)
    ValuationCheck(model()).look(None, None)
    ValuationCheck(model()).look(None, np.empty(0))


def test_parts_share_the_level() -> None:
    """The second part of a folder has a sixth of it, and the shadow sees the columns it knows."""
    looks(ValuationCheck(model(0.0009), share=1 / 6), 1)
    with pytest.raises(ValuationChangedError):
        looks(ValuationCheck(model(0.0008), share=1 / 6), 1)

    class Named:
        feature_names_in_ = np.array(["b", "a"])

        def check(self, X: pd.DataFrame, prediction: Any) -> Any:
            assert list(X) == ["b", "a"]
            return SimpleNamespace(changed=False)

    table = pd.DataFrame({"a": [1], "avm": [2], "b": [3]})
    ValuationCheck(SimpleNamespace(shadow_=Named())).look(table, np.ones(1))
