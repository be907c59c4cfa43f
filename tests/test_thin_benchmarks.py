"""The benchmarks of conflicts and of priors measure what they say, on small tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import conflicts, priors
from benchmarks.scenarios import Scenario


def test_conflicts_are_compared_with_none_and_with_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each pair, on the same rows; seeing the sources is not worse."""
    monkeypatch.setattr(conflicts, "_ESTIMATORS", ("count",))
    found = pd.DataFrame(
        conflicts._compared("it", conflicts._simulated(0)[:300], {"prediction": "avm"}, 0)
    ).set_index("pairs")
    assert list(found.index) == ["none", "sources", "noise"]
    assert found["aurc"]["sources"] < found["aurc"]["none"]


def test_areas_are_typed_wrong_in_one_source_or_the_other() -> None:
    """In a tenth of the rows, by 30 to 100 % up or down, and never in both."""
    homes = pd.DataFrame({"sqft_living": np.full(4000, 2000), "sqft_above": 1, "price": 1.0})
    made = conflicts._king_county(homes, 0)
    tax = np.abs(np.log(made["tax"] / 2000))
    listing = np.abs(np.log(made["listing"] / 2060))
    for off in (tax, listing):
        assert 0.04 < (off > 0.25).mean() < 0.06
        assert ((off < 1e-9) | ((off > 0.25) & (off < 0.7))).all()
    assert not ((tax > 0) & (listing > 0)).any()
    assert "sqft_above" not in made


def test_few_residuals_are_learned_from_and_others_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every estimator on the same draws, and rules alone without a fit."""
    rng = np.random.default_rng(0)
    homes = pd.DataFrame({"age": rng.uniform(0, 90, 600), "size": rng.uniform(50, 200, 600)})
    price = 1000 * homes["size"] * np.exp(rng.normal(scale=0.05 + 0.002 * homes["age"]))
    rules: Any = {"age": (0.01, 0.01)}
    monkeypatch.setattr(priors, "_RULES", {"it": (rules, {"age": 45})})
    monkeypatch.setattr(priors, "_ROWS", (50,))
    monkeypatch.setattr(priors, "_JUDGED", 400)
    scenario = Scenario("it", "it", "price")
    found = pd.DataFrame(priors._measured(scenario, homes.assign(price=price), 1))
    assert list(found["estimator"]) == [
        "constant", "boosted", "glm", "glm, prior", "glm, prior and others", "glm, rules",
        "rules alone",
    ]  # fmt: skip
    told = found.set_index("estimator")["qlike"]
    assert told["glm, rules"] < told["constant"]
