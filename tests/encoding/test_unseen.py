"""Nothing good is expected of a row because of a value that was never seen."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from qconf import (
    BlendConfidence,
    CountConfidence,
    EmpiricalBayesConfidence,
    ForestConfidence,
    NeighborConfidence,
    QuantileConfidence,
    ResidualConfidence,
)
from qconf._types import FloatArray, Table
from qconf.base import ConfidenceEstimator
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.unseen import unseen_cells
from qconf.learners.trees.boosted import BoostedTrees

World = tuple[pd.DataFrame, FloatArray]

TREES = BoostedTrees("gamma", n_estimators=60)
ESTIMATORS: list[Any] = [
    ResidualConfidence(TREES, random_state=0),
    ResidualConfidence(loss="squared", random_state=0),
    ResidualConfidence(target="absolute", random_state=0),
    ResidualConfidence(target="log", random_state=0),
    ResidualConfidence(target="outlier", random_state=0),
    ResidualConfidence(TREES, n_bootstrap=8, bound="max", random_state=0),
    ResidualConfidence(TREES, n_bootstrap=8, bound="mean+sd", random_state=0),
    ResidualConfidence(TREES, n_bootstrap=8, bound=0.8, random_state=0),
    ResidualConfidence(TREES, n_bootstrap=3, replicates="refits", random_state=0),
    ResidualConfidence("glm"),
    ResidualConfidence("glm", bound=0.9),
    ResidualConfidence("online"),
    QuantileConfidence(random_state=0),
    QuantileConfidence("forest", random_state=0),
    QuantileConfidence("linear"),
    ForestConfidence(30, random_state=0),
    NeighborConfidence(random_state=0),
    CountConfidence(),
    EmpiricalBayesConfidence(),
    BlendConfidence([ResidualConfidence(TREES), ForestConfidence(30)], random_state=0),
]
SLOW: list[Any] = [
    ResidualConfidence(random_state=0),
    ResidualConfidence(target="combined", random_state=0),
    QuantileConfidence("statsmodels"),
    BlendConfidence(random_state=0),
]


def world(kind: str, n_rows: int = 2000) -> World:
    """Make residuals whose noise hangs on a zip code, and in one world on a number too."""
    rng = np.random.default_rng(0)
    x = rng.uniform(size=n_rows)
    n_zips = {"eight": 8, "eight and a number": 8, "forty": 40, "spread": 200}[kind]
    zips = rng.integers(n_zips, size=n_rows)
    if kind == "spread":
        sigma = 0.05 * np.exp(rng.normal(size=200))[zips]
    elif kind == "forty":
        sigma = np.where(zips < 4, 0.3, 0.02)
    else:
        sigma = np.where(zips < 4, 0.02, 0.3)
    if kind == "eight and a number":
        sigma = sigma * np.exp(2 * (x - 0.5))
    table = pd.DataFrame({"zip": [f"z{code}" for code in zips], "x": x})
    return table, rng.normal(scale=sigma)


def root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def check_level(est: Any, kind: str) -> None:
    table, residual = world(kind)
    est.fit(table, residual)
    rows = table.iloc[:100]
    usual = root_mean_square(residual)
    for unseen in ("never seen", None):
        expected = est.predict(rows.assign(zip=unseen))
        assert 0.75 < root_mean_square(expected) / usual < 4.0
    own = root_mean_square(est.predict(rows))
    assert root_mean_square(est.predict(rows.assign(x=np.nan))) > 0.75 * own


@pytest.mark.parametrize("kind", ["eight", "forty"])
@pytest.mark.parametrize("est", ESTIMATORS, ids=repr)
def test_what_was_never_seen_has_about_the_mean_error(est: Any, kind: str) -> None:
    """A new level, a gap among levels, a gap among numbers: the mean of all rows, or more."""
    check_level(est, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["eight", "eight and a number", "forty", "spread"])
@pytest.mark.parametrize("est", ESTIMATORS + SLOW, ids=repr)
def test_so_it_is_in_every_world(est: Any, kind: str) -> None:
    """Few levels or many, a tenth of them hard or all different, alone or beside a number."""
    check_level(est, kind)


class Trusting(ConfidenceEstimator):
    """Knows the error of each level, and takes one it does not know for the safest."""

    averages_unseen: ClassVar[bool] = True
    asked: ClassVar[list[int]] = []

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.errors_ = pd.Series(y**2).groupby(np.asarray(X)[:, 0]).mean() ** 0.5

    def _predict(self, X: Table) -> FloatArray:
        self.asked.append(len(X))
        levels = pd.Series(np.asarray(X)[:, 0], dtype=object)
        return np.asarray(levels.map(self.errors_).fillna(0.001), dtype=np.float64)


@pytest.mark.parametrize("as_array", [False, True])
def test_an_estimator_of_others_gets_it_by_one_line(as_array: bool) -> None:
    """In a table and in an array; what is known is answered as before."""
    table, residual = world("forty")
    X: Any = table.to_numpy(dtype=object) if as_array else table
    est = Trusting().fit(X, residual)
    new: Any = table.assign(zip="never seen").iloc[:3]
    assert est.predict(X[:3])[0] == pytest.approx(est.errors_[table["zip"].iloc[0]])
    np.testing.assert_allclose(
        est.predict(new.to_numpy(dtype=object) if as_array else new),
        root_mean_square(residual),
        rtol=0.3,
    )


def test_a_table_without_anything_new_costs_nothing() -> None:
    """The estimator is asked once, for the rows themselves."""
    table, residual = world("eight")
    est = Trusting().fit(table, residual)
    Trusting.asked.clear()
    est.predict(table)
    assert Trusting.asked == [len(table)]


@pytest.mark.parametrize("est", [ForestConfidence(10, random_state=0), NeighborConfidence()])
def test_the_answer_for_a_row_hangs_on_no_other(est: Any) -> None:
    """A table in parts gives what the whole gives, also the signals for a blend."""
    table = world("eight")[0].iloc[:60].copy()
    table.loc[::3, "zip"] = "never seen"
    table.loc[::4, "x"] = np.nan
    est.fit(*world("eight"))
    whole, signals = est.predict(table), est.signals(table)
    for row in (0, 1, 3, 4):
        one = table.iloc[[row]]
        np.testing.assert_allclose(est.predict(one), whole[[row]], rtol=1e-9)
        np.testing.assert_allclose(est.signals(one), signals[[row]], rtol=1e-9)


def test_a_gap_that_is_known_is_not_a_new_level() -> None:
    """Missing levels were easy in fit; a level never seen is not taken for missing."""
    table, residual = world("eight")
    gone = table["zip"].isin(["z0", "z1"])
    table = table.assign(zip=table["zip"].mask(gone))
    est = ResidualConfidence(random_state=0).fit(table, residual)
    rows = table.iloc[:50]
    assert est.predict(rows.assign(zip=None)).mean() < 0.05
    assert est.predict(rows.assign(zip="never seen")).mean() > 0.15


def test_rows_that_are_hard_for_other_reasons_stay_hard() -> None:
    """Beside an unknown level the number still tells safe rows from unsafe ones."""
    table, residual = world("eight and a number", 4000)
    est = ResidualConfidence(random_state=0).fit(table, residual)
    low, high = (est.predict(pd.DataFrame({"zip": ["new"], "x": [x]}))[0] for x in (0.1, 0.9))
    assert high > 2 * low


def test_cells_that_were_never_seen() -> None:
    """New levels anywhere; gaps only in columns that had none; numbers never."""
    train = pd.DataFrame({"z": ["a", "b"], "w": ["a", None], "x": [1.0, 2.0], "v": [1.0, np.nan]})
    cells = unseen_cells(train, np.array([0.1, 0.2]))
    later = pd.DataFrame({"z": ["a", "c", None], "w": ["a", "c", None], "x": [9.0, np.nan, 1.0],
                          "v": [9.0, np.nan, 1.0]})  # fmt: skip
    assert cells.never_seen(later).astype(int).tolist() == [[0] * 4, [1, 1, 1, 0], [1, 0, 0, 0]]
    assert not cells.never_seen(train).any()


def test_cells_of_an_encoded_table_that_were_never_seen() -> None:
    """In a part of its rows, as well as in none of them: levels of other parts are new to it."""
    whole = pd.DataFrame({"z": ["a", "b", "c"], "w": ["a", None, "b"], "v": [1.0, np.nan, 2.0]})
    encoder = TableEncoder().fit(whole)
    cells = unseen_cells(Encoded.of(whole, encoder)[:2], np.array([0.1, 0.2]))
    later = pd.DataFrame({"z": ["a", "c", "x", None], "w": ["a", "b", "x", None],
                          "v": [9.0, np.nan, 1.0, 2.0]})  # fmt: skip
    unseen = cells.never_seen(Encoded.of(later, encoder))
    assert unseen.astype(int).tolist() == [[0] * 3, [1, 1, 0], [1, 1, 0], [1, 0, 0]]


def test_stand_ins_are_the_table_in_small(rng: np.random.Generator) -> None:
    """Weighted, their squares have the mean of all squares, however few rows have most of it."""
    residual = rng.normal(size=5000) * np.exp(1.5 * rng.normal(size=5000))
    table = np.arange(5000.0).reshape(-1, 1)
    cells = unseen_cells(table, residual)
    chosen = np.asarray(cells.stand_ins)[:, 0].astype(int)
    assert cells.weights.sum() == pytest.approx(1)
    assert cells.weights @ residual[chosen] ** 2 == pytest.approx(np.mean(residual**2), rel=0.1)
    nothing = unseen_cells(table, np.zeros(5000))
    assert nothing.weights.sum() == pytest.approx(1)
