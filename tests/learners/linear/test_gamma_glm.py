"""The Gamma model: statsmodels' and closed-form coefficients, honest standard errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import ConvergenceWarning
from statsmodels.genmod.families import Gamma
from statsmodels.genmod.families.links import Log
from statsmodels.genmod.generalized_linear_model import GLM
from worlds import mixed_table, noise_of

from qconf._types import FloatArray
from qconf.learners.linear.fisher_scoring import fisher_scoring
from qconf.learners.linear.gamma_glm import GammaGLM

NO_PRIOR = 1e-9


@pytest.fixture(scope="module")
def squares() -> tuple[pd.DataFrame, FloatArray]:
    """Squares of heavy-tailed residuals, some of them zero, with a column that is its twin."""
    table = mixed_table(2000)
    residual = np.random.default_rng(5).standard_t(5, size=2000) * noise_of(table)
    residual[::50] = 0.0
    return table.assign(twin=-2 * table["area"], empty=np.nan), residual**2


def test_one_category_has_the_ratios_of_its_means(rng: np.random.Generator) -> None:
    """In closed form: exp(coef) is a ratio of means, its variance that of two independent means."""
    zone = np.repeat(["a", "b"], [300, 200])
    y = rng.chisquare(1, 500) * np.where(zone == "a", 1.0, 3.0)
    model = GammaGLM(prior_count=NO_PRIOR).fit(pd.DataFrame({"zone": zone}), y)
    a, b = y[zone == "a"], y[zone == "b"]
    base, term = model.coef_table_.loc["(base)"], model.coef_table_.loc["zone=b"]
    assert base["ratio"] == pytest.approx(a.mean())
    assert term["ratio"] == pytest.approx(b.mean() / a.mean())
    variances = [part.var() / len(part) / part.mean() ** 2 for part in (a, b)]
    assert base["std_err"] == pytest.approx(np.sqrt(variances[0]))
    assert term["std_err"] == pytest.approx(np.sqrt(sum(variances)))


def test_coefficients_are_those_of_statsmodels() -> None:
    """Its own steps, on the same design without a prior, end at the same place."""
    table = mixed_table(1500)
    y = np.random.default_rng(1).normal(scale=noise_of(table)) ** 2
    model = GammaGLM(prior_count=NO_PRIOR).fit(table, y)
    design = model.design_.transform(model.encoder_.transform(table))
    reference = GLM(y, design, family=Gamma(Log())).fit(cov_type="HC0", tol=1e-12)
    np.testing.assert_allclose(model.coef_table_["coef"], reference.params, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(model.coef_table_["std_err"], reference.bse, rtol=1e-5)
    np.testing.assert_allclose(model.predict(table), reference.fittedvalues, rtol=1e-6)


def test_standard_errors_are_those_of_refits(squares: tuple[pd.DataFrame, FloatArray]) -> None:
    """One standard error above is what 400 bootstrap refits spread by, in spite of the tails."""
    table, y = squares
    model = GammaGLM().fit(table, y)
    std_err = np.log(model.predict_upper(table, 1.0) / model.predict(table))
    design = model.design_.transform(model.encoder_.transform(table))
    imaginary, counts = model.design_.imaginary_rows(design, model.prior_count)
    rows, target = np.vstack([design, imaginary]), np.append(y / y.mean(), np.ones(len(counts)))
    rng = np.random.default_rng(0)
    refits = []
    for _ in range(400):
        drawn = np.bincount(rng.integers(len(y), size=len(y)), minlength=len(y))
        coefficients, _ = fisher_scoring(rows, target, np.append(drawn, counts), 100)
        refits.append(design @ coefficients)
    ratio = std_err / np.std(refits, axis=0, ddof=1)
    assert np.median(ratio) == pytest.approx(1.0, abs=0.05)
    assert np.quantile(np.abs(np.log(ratio)), 0.95) < 0.15


def test_upper_bounds_rise_with_z(squares: tuple[pd.DataFrame, FloatArray]) -> None:
    """In logs, in equal steps; the mean is z = 0."""
    model = GammaGLM().fit(*squares)
    logs = np.log([model.predict_upper(squares[0], z) for z in (-1.0, 0.0, 1.0, 2.0)])
    steps = np.diff(logs, axis=0)
    assert (steps > 0).all()
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), rtol=1e-8)
    np.testing.assert_allclose(np.exp(logs[1]), model.predict(squares[0]))


def test_terms_are_readable_and_twins_share(squares: tuple[pd.DataFrame, FloatArray]) -> None:
    """Zones a and b are easy; collinear columns have the same effect each, with opposite sign."""
    table = GammaGLM().fit(*squares).coef_table_
    assert table.index.name == "term"
    assert {"area", "area missing", "rooms", "garden", "built", "zone missing"} <= set(table.index)
    assert "empty" not in table.index
    easy = table.loc["zone=a"]
    assert easy["compared_with"] in {"zone=c", "zone=d", "zone=e", "zone=f"}
    assert easy["ratio"] == pytest.approx(1 / 16, rel=0.5)
    assert easy["p_value"] < 1e-10
    assert table["coef"]["area"] == pytest.approx(-table["coef"]["twin"], abs=1e-6)
    assert np.isnan(table["p_value"]["(base)"])


def test_units_do_not_matter(squares: tuple[pd.DataFrame, FloatArray]) -> None:
    """A million times the target is a million times the prediction, with the same effects."""
    table, y = squares
    small, large = GammaGLM().fit(table, y), GammaGLM().fit(table, y * 1e6)
    np.testing.assert_allclose(large.predict(table), 1e6 * small.predict(table), rtol=1e-6)
    np.testing.assert_allclose(
        large.coef_table_["coef"].iloc[1:], small.coef_table_["coef"].iloc[1:], atol=1e-7
    )


def test_levels_of_zeros_are_not_told_apart_by_luck() -> None:
    """Two rows without any error are too few to be safe; a level of 500 is."""
    zone = np.repeat(["large", "never wrong", "two rows"], [500, 500, 2])
    y = np.where(zone == "large", 1.0, 0.0)
    model = GammaGLM().fit(pd.DataFrame({"zone": zone}), y)
    large, never, two = model.predict(pd.DataFrame({"zone": ["large", "never wrong", "two rows"]}))
    assert large == pytest.approx(1.0, rel=0.01)
    assert never < 0.01
    assert two > 0.1


def test_more_columns_than_rows_and_a_number_that_separates(rng: np.random.Generator) -> None:
    """There is an answer, finite and not negative."""
    x = rng.normal(size=(15, 30))
    y = np.where(x[:, 0] > 0, 0.0, 1.0)
    predicted = GammaGLM().fit(x, y).predict(np.vstack([x, 1e9 * x]))
    assert np.isfinite(predicted).all()
    assert (predicted >= 0).all()
    assert GammaGLM().fit(x, np.zeros(15)).predict(x).max() == 0.0


def test_one_row_that_is_far_out_and_very_wrong() -> None:
    """Steps that would overflow are cut short, without a word."""
    x = np.append(np.linspace(-1, 1, 300), 500.0).reshape(-1, 1)
    y = np.append(np.where(x[:-1, 0] > 0, 1e-6, 1.0), 1e6)
    predicted = GammaGLM().fit(x, y).predict(x)
    assert np.isfinite(predicted).all()
    assert predicted[-1] > 50 * predicted[:-1].max()


def test_negative_targets_and_too_few_steps_are_told() -> None:
    """What was found, and what to do."""
    x, y = np.arange(40.0).reshape(-1, 1), np.arange(40.0)
    with pytest.raises(ValueError, match=r"targets >= 0, got -1"):
        GammaGLM().fit(x, y - 1)
    with pytest.warns(ConvergenceWarning, match="after 1 iterations; raise max_iter"):
        GammaGLM(max_iter=1).fit(x, y)


def test_rare_levels_share_a_term_beyond_as_many_as_asked_for() -> None:
    """Of five levels the two most common have their own."""
    table = pd.DataFrame({"z": np.repeat(list("abcde"), [9, 8, 7, 1, 1])})
    glm = GammaGLM(max_levels=4).fit(table, np.linspace(1, 2, len(table)))
    assert list(glm.coef_table_.index) == ["(base)", "z=b", "z=c", "z other"]
