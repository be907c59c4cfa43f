"""The mode of the posterior is between what was believed and what rows say, and can go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf._types import FloatArray
from qconf.learners.linear.coefficient_prior import CoefficientPrior
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.linear.prior_glm import PriorGammaGLM

RIGHT = {"age": (0.02, 0.01), "zone=b": (0.6, 0.3)}


def houses(n_rows: int, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Make squared residuals whose logarithm of the mean rises by 0.02 a year, by 0.6 in b."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.uniform(0, 50, n_rows),
            "zone": rng.choice(["a", "a", "b", "c"], n_rows),
            "sqft": rng.normal(2000, 300, n_rows),
        }
    )
    log_mean = 2 * np.log(0.08) + 0.02 * (table["age"] - 25) + 0.6 * (table["zone"] == "b")
    log_mean += 0.0004 * (table["sqft"] - 2000)
    return table, rng.normal(size=n_rows) ** 2 * np.exp(log_mean)


def fitted(effects: dict[str, Any], rows: Any, **options: Any) -> PriorGammaGLM:
    return PriorGammaGLM(CoefficientPrior.of(effects), **options).fit(*rows)


def told(model: PriorGammaGLM) -> Any:
    """Return the table of coefficients."""
    return model.coef_table_


def test_next_to_no_prior_is_the_plain_model() -> None:
    """With a standard deviation of a million, and next to no imaginary rows on both sides."""
    X, y = houses(400)
    plain = GammaGLM(prior_count=1e-9).fit(X, y)
    wide = fitted({"age": (1.0, 1e6), "zone=b": (0.0, 1e6)}, (X, y), prior_count=1e-9)
    np.testing.assert_allclose(wide.predict(X), plain.predict(X), rtol=1e-5)


def test_a_sure_prior_is_not_moved_by_rows() -> None:
    """And of a level that no row has, rows say nothing."""
    model = fitted({"age": (0.05, 1e-6), "zone=z": (1.0, 0.3)}, houses(300))
    table = told(model)
    assert table.loc["age", "posterior"] == pytest.approx(0.05, abs=1e-5)
    assert table.loc["zone=z", "posterior"] == pytest.approx(1.0)
    assert table.loc["zone=z", "posterior_sd"] == pytest.approx(0.3)
    assert np.isnan(table.loc["zone=z", ["data", "data_sd"]].astype(float)).all()


def test_the_posterior_weighs_both_by_their_precision() -> None:
    """Of many rows the likelihood is Gaussian, and the mean of both is the textbook's."""
    model = fitted({"age": (0.025, 0.002)}, houses(4000))
    one = told(model).loc["age"]
    weights = np.array([one["prior_sd"], one["data_sd"]], dtype=float) ** -2.0
    mean = np.average([one["prior"], one["data"]], weights=weights)
    assert one["posterior"] == pytest.approx(mean, abs=0.1 * one["posterior_sd"])
    assert one["posterior_sd"] == pytest.approx(weights.sum() ** -0.5, rel=0.02)
    assert one["data"] < one["posterior"] < one["prior"]


def test_the_posterior_of_some_rows_is_the_prior_of_the_next() -> None:
    """Precisions add up exactly; modes differ by the curvature that the Gaussian leaves out."""
    before = CoefficientPrior.of(
        {"(base)": (2 * np.log(0.08), 1.0), "age": (0.02, 0.02), "zone=b": (0.6, 0.4)},
        {"age": 25.0},
    )

    def learned(prior: CoefficientPrior, X: pd.DataFrame, y: FloatArray) -> PriorGammaGLM:
        return PriorGammaGLM(prior, dispersion=2.0, prior_count=1e-9).fit(X, y)

    (X, y), (more, sizes) = houses(3000, 1), houses(3000, 2)
    # New rows have an order of levels, averages and a most common level of their own.
    more.loc[:1000, "zone"] = "c"
    more["age"] = more["age"] / 2
    first = learned(before, X, y)
    second = learned(first.posterior_, more, sizes)
    joint = learned(before, pd.concat([X, more], ignore_index=True), np.append(y, sizes))
    one, both = second.posterior_, joint.posterior_
    assert set(one.terms) == set(both.terms) == {"(base)", "age", "zone=b", "zone=c", "sqft"}
    order = [one.terms.index(term) for term in both.terms]
    # The row that the base stands for is that of the first fit.
    slopes = [i for i, term in enumerate(both.terms) if term != "(base)"]
    np.testing.assert_allclose(one.sd[order][slopes], both.sd[slopes], rtol=1e-4)
    away = (one.mean[order] - both.mean)[slopes] / both.sd[slopes]
    assert np.abs(away).max() < 0.25
    new, _ = houses(200, 3)
    np.testing.assert_allclose(second.predict(new), joint.predict(new), rtol=0.03)


def test_new_levels_are_held_against_what_levels_were_held_against_before() -> None:
    """Also if they are most of the new rows: the base stands for one thing."""
    first = fitted(RIGHT, houses(500, 1))
    X, y = houses(500, 2)
    X.loc[100:, "zone"] = "new"
    table = told(PriorGammaGLM(first.posterior_).fit(X, y))
    assert table.loc["zone=new", "compared_with"] == "zone=a"
    assert "zone=a" not in table.index
    assert table.loc["(base)", "prior"] == pytest.approx(first.posterior_.mean[0])


def test_units_do_not_matter() -> None:
    """Ages in months with a twelfth of the effect, and targets in cents."""
    X, y = houses(200)
    months = X.assign(age=12 * X["age"])
    effects = {"age": (0.02, 0.01)}
    plain = fitted(effects, (X, y)).predict(X)
    monthly = fitted({"age": (0.02 / 12, 0.01 / 12)}, (months, y)).predict(months)
    cents = fitted(effects, (X, 1e4 * y)).predict(X)
    np.testing.assert_allclose(monthly, plain, rtol=1e-6)
    np.testing.assert_allclose(cents, 1e4 * plain, rtol=1e-6)


def test_beyond_what_was_seen_a_prior_may_warn_and_not_reassure() -> None:
    """Of houses up to fifty years old: older ones are worse, newer than new at most half as bad."""
    X, y = houses(300)
    model = fitted({"age": (0.02, 0.005)}, (X, y))
    old = X[:3].assign(age=[X["age"].min(), X["age"].max(), 100.0])
    low, high, beyond = model.predict(old.assign(zone="a", sqft=2000.0))
    slope = told(model).loc["age", "coef"]
    assert np.log(beyond / high) == pytest.approx(slope * (100 - X["age"].max()))
    newer = model.predict(X[:1].assign(age=-500.0, zone="a", sqft=2000.0))
    assert newer[0] == pytest.approx(low / 2)


def test_gaps_count_as_typical_or_have_a_term_of_their_own() -> None:
    """Numbers that are missing are told by `age missing`, with a prior or without."""
    X, y = houses(400)
    X.loc[::5, "age"] = np.nan
    free = fitted({"age": (0.02, 0.01)}, (X, y))
    assert "age missing" in told(free).index
    known = fitted({"age": (0.02, 0.01), "age missing": (0.8, 1e-6)}, (X, y))
    assert told(known).loc["age missing", "posterior"] == pytest.approx(0.8, abs=1e-4)
    row = pd.DataFrame({"age": [np.nan, X["age"].mean()], "zone": "a", "sqft": 2000.0})
    gap, average = known.predict(row)
    assert np.log(gap / average) == pytest.approx(0.8, abs=1e-4)


def test_heavy_tails_count_for_less() -> None:
    """Where squares have more dispersion than Normal ones, the rows say less against a prior."""
    X, y = houses(500)
    heavy = y * np.random.default_rng(0).exponential(size=500) ** 2
    calm, wild = fitted({"age": (0.3, 0.05)}, (X, y)), fitted({"age": (0.3, 0.05)}, (X, heavy))
    assert calm.dispersion_ == pytest.approx(2.0, abs=0.7)
    assert wild.dispersion_ > 2 * calm.dispersion_
    assert told(wild).loc["age", "data_sd"] > told(calm).loc["age", "data_sd"]


def test_one_row_and_no_error_at_all() -> None:
    """A single row, and targets of zero, have a posterior too."""
    X, y = houses(1)
    before = {"(base)": (2 * np.log(0.08), 0.5), "age": (0.02, 0.01)}
    one = fitted(before, (X, y))
    assert np.isfinite(one.predict(houses(5)[0])).all()
    assert (fitted(RIGHT, (houses(30)[0], np.zeros(30))).predict(X) >= 0).all()
    with pytest.raises(ValueError, match="targets >= 0"):
        fitted(RIGHT, (X, -y))


def test_every_level_may_have_a_prior() -> None:
    """Then none is what others are compared with."""
    rows = houses(300)
    model = fitted({f"zone={one}": (0.0, 0.5) for one in "abc"}, rows)
    assert told(model).loc["zone=b", "compared_with"] == "other levels"
    effect = told(model)["posterior"]
    assert effect["zone=b"] - effect["zone=a"] > 0.2


def test_upper_bounds_follow_from_the_posterior() -> None:
    """One standard deviation higher in logs; for a level without rows that of the prior."""
    model = fitted({"zone=z": (1.0, 0.3), "age": (0.02, 0.01)}, houses(2000))
    row = pd.DataFrame({"age": [25.0], "zone": ["z"], "sqft": [2000.0]})
    above = np.log(model.predict_upper(row, 1.0) / model.predict(row))[0]
    assert 0.3 < above < 0.33
