"""The benchmark of bootstrap levels: it runs, sums up, and its committed results are whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from benchmarks import bootstrap_levels
from benchmarks.bootstrap_levels import SPREADS, GroupMeans, Groups
from benchmarks.bootstrap_levels_summary import levels_summary
from qconf.simulation.world import ARCHETYPES

RESULTS = Path(bootstrap_levels.__file__).parent / "results"


def test_levels_are_measured_and_summed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level, archetype and bound; both levels see the same houses."""
    monkeypatch.setattr(bootstrap_levels, "SPREAD_SIZE", (3, 2, 3))
    monkeypatch.setattr(bootstrap_levels, "RANK_SIZE", (1, 20, 3))
    for name, measured in bootstrap_levels.run(None, 1).items():
        measured.to_csv(tmp_path / f"{name}.csv", index=False)
    spreads = pd.read_csv(tmp_path / "bootstrap-levels.csv")
    assert len(spreads) == len(SPREADS) * 2 * len(ARCHETYPES)
    estimates = spreads.pivot_table(
        index=["group_mean_sd", "archetype"], columns="level", values="estimate"
    )
    np.testing.assert_array_equal(estimates["error"], estimates["both"])
    ranks = pd.read_csv(tmp_path / "bootstrap-levels-ranks.csv")
    assert len(ranks) == len(SPREADS) * 2 * 4
    text = "\n".join(levels_summary(tmp_path))
    assert "| common, easy |" in text
    assert "| mean+sd |" in text
    assert levels_summary(tmp_path / "nowhere") == []


def test_group_means_are_means_of_groups() -> None:
    """Of all rows where a group was not seen."""
    X = pd.DataFrame({"group": pd.Categorical(list("aab"), categories=list("abc"))})
    model = GroupMeans().fit(X, [1.0, 3.0, 8.0])
    np.testing.assert_array_equal(model.predict(X), [2, 2, 8])
    unseen = pd.DataFrame({"group": pd.Categorical(["c"], categories=list("abc"))})
    assert model.predict(unseen) == pytest.approx([4.0])


def test_outliers_are_counted_by_their_chance() -> None:
    """A model that knows the means has the outliers of the noise."""
    groups = Groups.draw(50, 0.5, np.random.default_rng(0))
    rate = bootstrap_levels._outlier_rate_of_safest(groups, groups.mean, groups.sigma)
    assert rate == pytest.approx(2 * norm.sf(3))


def test_committed_results() -> None:
    """Whole, and what the text says of them: fixed residuals make the spread too small."""
    spreads = pd.read_csv(RESULTS / "bootstrap-levels.csv")
    assert len(spreads) == len(SPREADS) * 2 * len(ARCHETYPES)
    by_level = spreads.groupby("level")
    assert (by_level.get_group("error")[["ratio", "ratio_median"]] < 1).all(axis=None)
    assert (by_level.get_group("both")[["ratio", "ratio_median"]] > 1).all(axis=None)
    ranks = pd.read_csv(RESULTS / "bootstrap-levels-ranks.csv")
    rate = ranks.pivot_table(
        index=["group_mean_sd", "bound"], columns="level", values="outlier_rate"
    )
    bounded = rate.drop("(no replicates)", level="bound")
    assert (bounded["both"] < bounded["error"]).all()
