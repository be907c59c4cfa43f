"""Groups are shrunk by how much groups differ, and factors of columns are told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf import CountConfidence, EmpiricalBayesConfidence, evaluate
from qconf._types import FloatArray
from qconf.errors import TableError
from qconf.simulation.world import archetypes


def buildings(
    rng: np.random.Generator, differ: bool, size: int = 6, n: int = 800
) -> tuple[pd.DataFrame, FloatArray, FloatArray]:
    """Make many small buildings, of two kinds or of one."""
    sigma = np.repeat(
        np.where(rng.random(n) < 0.5, 0.05, 0.1) if differ else np.full(n, 0.08), size
    )
    table = pd.DataFrame({"building": np.repeat([f"b{i}" for i in range(n)], size)})
    return table, rng.normal(scale=sigma), sigma


def test_small_groups_are_told_apart_where_they_differ(rng: np.random.Generator) -> None:
    """The error of the estimated sigma is below that of each group's own, and of one for all."""
    table, residual, sigma = buildings(rng, differ=True)
    found = EmpiricalBayesConfidence(dispersion=1.0).fit(table, residual).predict(table)
    single = np.sqrt(pd.Series(residual**2).groupby(table["building"]).transform("mean"))
    assert np.log(found / sigma).std() < 0.8 * np.log(single / sigma).std()
    assert np.log(found / sigma).std() < 0.9 * np.log(sigma).std()


def test_groups_that_do_not_differ_are_all_the_same(rng: np.random.Generator) -> None:
    """No group is called safe for its luck."""
    table, residual, _ = buildings(rng, differ=False, size=20)
    found = EmpiricalBayesConfidence().fit(table, residual).predict(table)
    assert np.log(found).std() < 0.03
    assert found.mean() == pytest.approx(0.08, rel=0.03)


def test_an_unseen_group_is_like_groups(rng: np.random.Generator) -> None:
    """The mean of the prior: between the kinds."""
    table, residual, _ = buildings(rng, differ=True, size=20)
    est = EmpiricalBayesConfidence().fit(table, residual)
    new = est.predict(pd.DataFrame({"building": ["never seen", None]}))
    np.testing.assert_allclose(new, np.sqrt((0.05**2 + 0.1**2) / 2), rtol=0.05)


def test_factors_of_two_columns(rng: np.random.Generator) -> None:
    """Each is held against the other, though they go together."""
    n = 20_000
    hard = rng.random(n) < 0.3
    old = np.where(rng.random(n) < 0.8, hard, rng.random(n) < 0.5)
    residual = rng.normal(scale=0.1 * np.where(hard, 2.0, 1.0) * np.where(old, 1.5, 1.0))
    table = pd.DataFrame({"hard": np.where(hard, "yes", "no"), "old": np.where(old, "yes", "no")})
    est = EmpiricalBayesConfidence(sweeps=10).fit(table, residual)
    new = pd.DataFrame({"hard": ["no", "yes", "no", "yes"], "old": ["no", "no", "yes", "yes"]})
    np.testing.assert_allclose(est.predict(new), [0.1, 0.2, 0.15, 0.3], rtol=0.07)
    factor = est.factors().set_index(["column", "level"])["factor"]
    assert factor[0, "yes"] / factor[0, "no"] == pytest.approx(4.0, rel=0.15)
    assert est.factors()["rows"].sum() == 2 * n


def test_expected_squares_are_right_on_average(
    noisy_rows: tuple[pd.DataFrame, FloatArray],
) -> None:
    """On the rows it learned from: mean expected square is the mean square."""
    X, residual = noisy_rows
    est = EmpiricalBayesConfidence().fit(X, residual)
    assert (est.predict(X) ** 2).mean() == pytest.approx((residual**2).mean(), rel=1e-6)


@pytest.mark.slow
def test_in_the_world_of_four_archetypes_it_beats_counts() -> None:
    """On residuals of a group mean that is known, half of each group learned from."""
    world = archetypes(300)
    residual = (world["value"] - world.groupby("group")["value"].transform("mean")).to_numpy()
    X, half = world[["group"]], len(world) // 2
    rate = {
        est: evaluate(
            est.fit(X[:half], residual[:half]).predict(X[half:]), residual[half:], threshold=0.15
        ).best_decile.outlier_rate.value
        for est in (EmpiricalBayesConfidence(), CountConfidence())
    }
    bayes, counts = rate.values()
    assert bayes < 0.25 * counts


def test_named_columns_and_new_batches(rng: np.random.Generator) -> None:
    """Only the columns that are named count; more rows and levels can come."""
    table, residual, _ = buildings(rng, differ=True, size=20)
    table["luck"] = np.abs(residual).round(2)
    by_name = EmpiricalBayesConfidence("building").fit(table, residual)
    by_place = EmpiricalBayesConfidence(0).fit(table, residual)
    alone = EmpiricalBayesConfidence().fit(table[["building"]], residual)
    np.testing.assert_array_equal(by_name.predict(table), by_place.predict(table))
    np.testing.assert_array_equal(by_name.predict(table), alone.predict(table[["building"]]))
    first = table["building"] < "b5"
    in_two = EmpiricalBayesConfidence("building").partial_fit(table[first], residual[first])
    in_two.partial_fit(table[~first], residual[~first])
    np.testing.assert_allclose(in_two.predict(table), by_name.predict(table), rtol=0.1)


def test_errors_name_the_column() -> None:
    """With what there is instead."""
    table = pd.DataFrame({"building": ["a", "b"], "size": [1.0, 2.0]})
    with pytest.raises(TableError, match="no column 'bulding' to take groups from"):
        EmpiricalBayesConfidence("bulding").fit(table, [0.1, 0.2])
    with pytest.raises(TableError, match="no column 7"):
        EmpiricalBayesConfidence(["building", 7]).fit(table, [0.1, 0.2])
    with pytest.raises(ValueError, match="dispersion"):
        EmpiricalBayesConfidence(dispersion=0.5).fit(table, [0.1, 0.2])


def test_residuals_of_zero() -> None:
    """A model that is never wrong is expected never to be."""
    est = EmpiricalBayesConfidence().fit([["a"], ["b"]], [0.0, 0.0])
    assert est.predict([["a"], ["c"]]).tolist() == [0.0, 0.0]


def test_an_unseen_group_is_like_rows_where_large_groups_are_hard(
    rng: np.random.Generator,
) -> None:
    """Half of the rows in one hard group, the others in many easy ones: the mean of all rows."""
    hard = rng.random(4000) < 0.5
    table = pd.DataFrame({"group": np.where(hard, "big", rng.integers(1, 200, 4000).astype(str))})
    residual = rng.normal(scale=np.where(hard, 0.3, 0.02))
    est = EmpiricalBayesConfidence().fit(table, residual)
    new = est.predict(pd.DataFrame({"group": ["never seen", None]}))
    np.testing.assert_allclose(new, np.sqrt(np.mean(residual**2)), rtol=0.05)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_refused_rows_leave_no_trace(rng: np.random.Generator, method: str) -> None:
    """Groups, sums and factors stay; groups that came with them are still unseen."""
    table, residual, _ = buildings(rng, differ=True)
    table["size"] = rng.normal(size=len(table))
    est = EmpiricalBayesConfidence().fit(table, residual)
    before, factors = est.predict(table), est.factors()
    new = table.assign(building="new")
    with pytest.raises(TableError, match="must be at most"):
        getattr(est, method)(new, np.full(len(table), 1e200))
    with pytest.raises(ValueError, match="NaN"):
        getattr(est, method)(new, np.full(len(table), np.nan))
    with pytest.raises(TableError, match="The column 'size' held numbers"):
        est.partial_fit(new.assign(size="n/a"), residual)
    np.testing.assert_array_equal(est.predict(table), before)
    pd.testing.assert_frame_equal(est.factors(), factors)
    assert len(np.unique(est.predict(new.assign(size=0.0)))) == 1


def test_stopped_while_it_learns(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the last step of all: what was learned before is there, bit for bit."""
    table, residual, _ = buildings(rng, differ=True)
    est = EmpiricalBayesConfidence().fit(table, residual)
    before, factors = est.predict(table), est.factors()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qconf.estimators.empirical_bayes.fit_variance_mixture", stop)
    with pytest.raises(KeyboardInterrupt):
        est.partial_fit(table.assign(building="new"), residual)
    np.testing.assert_array_equal(est.predict(table), before)
    pd.testing.assert_frame_equal(est.factors(), factors)


@pytest.mark.parametrize("tiny", [0.0, 1e-6])
def test_a_stream_that_begins_with_tiny_residuals(rng: np.random.Generator, tiny: float) -> None:
    """No group is ruined by the scale of the first batch."""
    level, residual = rng.integers(8, size=3000).astype(str)[:, None], rng.normal(size=3000)
    residual[:100] = tiny
    est = EmpiricalBayesConfidence()
    for part in np.split(np.arange(3000), 30):
        est.partial_fit(level[part], residual[part])
    found = est.predict(np.append(np.unique(level), "never seen")[:, None])
    np.testing.assert_allclose(found, 1.0, rtol=0.1)
