"""The benchmark of portfolios: who is better is found out, and files are made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import sales_table

from benchmarks import portfolios as making
from benchmarks.portfolios import MODELS, portfolios
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.unlabelled import judged


def said(n_rows: int = 4000) -> pd.DataFrame:
    """Make places in which the first or the second model is better, and both know it."""
    rng = np.random.default_rng(0)
    place = rng.integers(0, 20, n_rows)
    truth = np.exp(rng.normal(12, 0.3, n_rows))
    told = pd.DataFrame(
        {"place": place.astype(str), "truth": truth, "held_out": rng.random(n_rows) < 0.5}
    )
    for number, name in enumerate(MODELS):
        sigma = np.where(place % 2 == number % 2, 0.1 + 0.02 * number, 0.25)
        told[f"{name}_value"] = truth * np.exp(rng.normal(scale=sigma))
        told[f"{name}_error"] = sigma
    return told


def test_regret_is_told_of_each_rule() -> None:
    """Where models know their places all rules but one choose well, and "before" half the time."""
    rules: Any = pd.DataFrame(judged(said())).set_index("rule")
    assert rules.loc["before", "regret"] > 0.3
    assert (rules.drop("before")["regret"] < 0.02).all()
    assert rules.loc["before", "changed"] == 0
    assert rules.loc["qconf at 0.8", "changed"] == pytest.approx(0.5)
    assert (rules.drop("before")["below_before_high"] < 0).all()
    assert rules.loc["qconf at 0.8", "portfolios"] == 20


class Own(Scenario):
    """A table of our own."""

    def load(self, folder: Path | None) -> pd.DataFrame:
        return sales_table(300)


def rooms(_: Scenario, table: pd.DataFrame) -> Any:
    return table["rooms"].to_numpy()


def test_values_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows that no model was fitted on, the newest without a price."""
    monkeypatch.setattr(making, "MODELS", ("linear",))
    monkeypatch.setattr(making, "places", rooms)
    scenario = Own("own", "own", "price", "sold_on", drop=("parcel",))
    told = portfolios(scenario, None, 0, tmp_path)
    assert 100 < len(told) < 140
    assert set(told) == {"place", "truth", "time", "held_out", "linear_value", "linear_error"}
    monkeypatch.setattr(making, "_made", pytest.fail)
    pd.testing.assert_frame_equal(portfolios(scenario, None, 0, tmp_path), told)


def test_every_table_has_its_places() -> None:
    """A rule for each scenario."""
    columns = ["zipcode", "neighborhood", "area", "color", "clarity", "longitude", "latitude"]
    rng = np.random.default_rng(0)
    table = pd.DataFrame({name: rng.normal(size=100) for name in columns})
    for scenario in SCENARIOS:
        assert len(np.unique(making.places(scenario, table))) > 10
