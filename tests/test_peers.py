"""Peers of the benchmarks: what they are given, and that each runs and ranks if it is there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from worlds import mixed_table, noise_of

from benchmarks.peers import PEERS, installed_peers
from benchmarks.peers.fewer_rows import FewerRows
from benchmarks.peers.inputs import Codes, Design, Levels, log_truth, with_native_levels
from benchmarks.peers.skpro_residual import GivenPrediction
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator

N_ROWS = 600
#: They take seconds even on so few rows.
SLOW = ("catboost", "ngboost", "forest", "crepes-variance")


def _world(n_rows: int = N_ROWS) -> tuple[pd.DataFrame, FloatArray, FloatArray]:
    """Make features with a prediction, log residuals, and their true sizes."""
    table = mixed_table(n_rows)
    sigma = noise_of(table)
    rng = np.random.default_rng(1)
    valuation = np.exp(12 + 0.1 * table["rooms"])
    return table.assign(prediction=valuation), rng.normal(scale=sigma), sigma


def _cases() -> list[Any]:
    return [
        pytest.param(name, marks=[pytest.mark.slow] if any(s in name for s in SLOW) else [])
        for name in PEERS
    ]


def test_ids_are_permanent() -> None:
    """Scores in caches and results of other days are found by these."""
    assert set(PEERS) >= {
        *("crepes-knn-distance", "crepes-knn-std", "crepes-knn-residual", "crepes-variance"),
        *("mapie-linear", "mapie-boosted", "lightgbm-cqr-truth", "lightgbm-cqr-residual"),
        *("skpro-boosted", "skpro-forest", "quantile-forest-truth", "quantile-forest-residual"),
        *("catboost-data-truth", "catboost-data-residual", "catboost-total-truth"),
        *("ngboost-truth", "ngboost-residual"),
        *("hessboost-normal-truth", "hessboost-normal-residual"),
        *("distribution-regressor-truth", "distribution-regressor-residual"),
    }
    assert set(installed_peers()) <= set(PEERS)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", _cases())
def test_each_peer_ranks_by_difficulty(name: str) -> None:
    """Scores are finite, the same again with the same seed, and higher where noise is.

    Other people's warnings are theirs.
    """
    pytest.importorskip(PEERS[name].package)
    X, residual, sigma = _world()
    seeded = {"random_state": 0} if "random_state" in PEERS[name].estimator.get_params() else {}
    estimator = clone(PEERS[name].estimator).set_params(**seeded)
    fresh = X.tail(200).assign(zone=X["zone"].tail(200).replace("a", "new"))
    score = estimator.fit(X.head(400), residual[:400]).predict(X.tail(200))
    assert score.shape == (200,)
    assert np.isfinite(score).all()
    assert np.isfinite(estimator.predict(fresh)).all()
    again = clone(estimator).fit(X.head(400), residual[:400]).predict(X.tail(200))
    np.testing.assert_array_equal(score, again)
    hard = sigma[400:] > 0.1
    if name != "crepes-knn-distance":  # It knows of no target.
        assert score[hard].mean() > score[~hard].mean()


def test_fewer_rows_are_drawn_by_the_seed() -> None:
    """At most so many, in their order; the same again with the same seed; all if there are few."""

    class Remembers(ConfidenceEstimator):
        def _fit(self, X: Table, y: FloatArray) -> None:
            self.seen_ = y

        def _predict(self, X: Table) -> FloatArray:
            return np.full(len(X), 0.1)

    X = pd.DataFrame({"area": np.arange(50.0), "prediction": 1.0})
    y = np.arange(50.0)
    drawn = [
        FewerRows(Remembers(), most_rows=20, random_state=seed).fit(X, y).estimator_.seen_
        for seed in (0, 0, 1)
    ]
    assert len(set(drawn[0])) == 20
    assert (np.diff(drawn[0]) > 0).all()
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert (FewerRows(Remembers(), random_state=0).fit(X, y).estimator_.seen_ == y).all()


def test_the_truth_is_recovered() -> None:
    """From a prediction and its log residual, prediction over truth."""
    X = pd.DataFrame({"prediction": [100.0, 250.0]})
    residual = np.log([100 / 80, 250 / 300])
    np.testing.assert_allclose(np.exp(log_truth(X, residual)), [80, 300])


def test_codes_put_what_is_missing_below_everything() -> None:
    """Missing values and levels that were never seen are told from all others."""
    X = _world()[0]
    codes = Codes().fit(X)
    seen = codes.transform(X)
    assert np.isfinite(seen).all()
    area = list(X).index("area")
    gaps = X["area"].isna().to_numpy()
    assert seen[gaps, area].max() < seen[~gaps, area].min()
    new = codes.transform(X.assign(zone="new"))
    assert (new[:, list(X).index("zone")] == -1).all()


def test_levels_stay_levels_whatever_rows_there_are() -> None:
    """LightGBM compares the categories of a table with those it was fitted on."""
    X = _world()[0]
    levels = Levels().fit(X)
    whole, part = levels.transform(X), levels.transform(X.head(3))
    assert whole.dtypes.equals(part.dtypes)
    assert isinstance(whole["x0"].dtype, pd.CategoricalDtype)
    assert levels.transform(X.assign(zone="new"))["x0"].isna().all()


def test_a_design_is_finite_and_says_nothing_of_new_levels() -> None:
    """Gaps are filled; a new level is one of the rare ones, without a warning."""
    X = _world()[0]
    design = Design().fit(X)
    assert np.isfinite(design.transform(X.assign(zone="new"))).all()


def test_native_levels_are_strings() -> None:
    """Gaps among them too, as CatBoost wants it; numbers stay numbers."""
    table, named = with_native_levels(_world()[0])
    assert named == ["zone"]
    assert {type(zone) for zone in table["zone"]} == {str}
    assert all(table[name].dtype == float for name in table if name != "zone")


def test_a_given_prediction_is_read() -> None:
    """It learns nothing: residuals are those of the valuation that is judged."""
    X = pd.DataFrame({"prediction": [1.0, math.e]})
    np.testing.assert_allclose(GivenPrediction().fit(X, None).predict(X), [0, 1])
