"""The error model recovers squared residuals, and its bounds bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from worlds import noise_of

from qconf import ResidualConfidence
from qconf._types import ErrorLearner, ErrorLoss, ErrorTargetName, FloatArray
from qconf.errors import OptionError
from qconf.learners.linear.gamma_glm import GammaGLM
from qconf.learners.trees.boosted import BoostedTrees

TARGETS = ["squared", "absolute", "log", "outlier", "combined"]
FAST = BoostedTrees("gamma", n_estimators=40)


@pytest.mark.parametrize("loss", ["gamma", "squared"])
def test_recovers_sigma(loss: ErrorLoss, noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Easy zones get their 0.04, hard ones their 0.16, on tables of every kind of column."""
    table, residual = noisy_rows
    expected = ResidualConfidence(loss=loss, random_state=0).fit(table, residual).predict(table)
    sigma = noise_of(table)
    for level in (0.04, 0.16):
        assert np.sqrt(np.mean(expected[sigma == level] ** 2)) == pytest.approx(level, rel=0.25)


def test_bounds_are_ordered(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """Mean <= mean + sd, median <= 90 % quantile <= max, over the same replicates."""
    table, residual = noisy_rows

    def bound(kind: Any) -> FloatArray:
        est = ResidualConfidence(FAST, n_bootstrap=6, bound=kind, random_state=0)
        return est.fit(table, residual).predict(table)

    assert (bound("mean") <= bound("mean+sd")).all()
    assert (bound(0.5) <= bound(0.9)).all()
    assert (bound(0.9) <= bound("max")).all()


def test_replicates_of_a_mean_spread_like_a_mean() -> None:
    """With a learner that is just the mean, the bound is mean + sd / sqrt(n) of the squares."""
    residual = np.random.default_rng(0).normal(size=400)
    est = ResidualConfidence(
        DummyRegressor(), n_bootstrap=400, bound="mean+sd", random_state=0
    ).fit(np.zeros((400, 1)), residual)
    squared = residual**2
    expected = squared.mean() + squared.std() / np.sqrt(400)
    assert est.predict([[0.0]])[0] ** 2 == pytest.approx(expected, rel=0.02)


def test_any_regressor_learns(noisy_rows: tuple[pd.DataFrame, FloatArray]) -> None:
    """A learner gets the table as it is; what it predicts below zero becomes zero."""
    table, residual = noisy_rows
    hard = pd.DataFrame({"hard": (noise_of(table) > 0.1).astype(float)})
    est = ResidualConfidence(LinearRegression()).fit(hard, residual)
    expected = est.predict(pd.DataFrame({"hard": [0.0, 1.0, -9.0]}))
    np.testing.assert_allclose(expected, [0.04, 0.16, 0.0], rtol=0.1)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n_bootstrap": -1}, "n_bootstrap"),
        ({"bound": 1.5}, "bound"),
        ({"bound": "median"}, "bound"),
        ({"loss": "huber"}, "loss"),
        ({"learner": "forest"}, "learner"),
        ({"target": "cubed"}, "target"),
        ({"monotonic": ["age"]}, "monotonic"),
        ({"replicates": "both"}, "replicates"),
        ({"outlier_quantile": 1.0}, "outlier_quantile"),
        ({"threshold": 0.0}, "threshold"),
    ],
)
def test_parameters_are_checked(parameters: dict[str, Any], words: str) -> None:
    """Each parameter has its rule, named in the message."""
    with pytest.raises(ValueError, match=f"The '{words}' parameter of ResidualConfidence"):
        ResidualConfidence(**parameters).fit([[0.0], [1.0]], [0.1, 0.2])


def two_groups(n_rows: int = 6000, seed: int = 0) -> tuple[pd.DataFrame, FloatArray]:
    """Rows of a calm and a wild zone, whose errors are 0.05 and 0.10, and a number besides."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {"zone": rng.choice(["calm", "calm", "wild"], n_rows), "age": rng.uniform(size=n_rows)}
    )
    return table, rng.normal(scale=np.where(table["zone"] == "calm", 0.05, 0.10))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("learner", ["boosted", "online"])
def test_every_target_recovers_sigma(learner: ErrorLearner, target: ErrorTargetName) -> None:
    """In error units, and right on average: the mean square is that of the residuals."""
    table, residual = two_groups()
    est = ResidualConfidence(learner, target=target, random_state=0).fit(table, residual)
    expected = est.predict(table)
    for zone, sigma in [("calm", 0.05), ("wild", 0.10)]:
        # The online learner shrinks levels toward the mean of all.
        assert expected[table["zone"] == zone].mean() == pytest.approx(sigma, rel=0.2)
    assert np.mean(expected**2) == pytest.approx(np.mean(residual**2), rel=1e-6)


@pytest.mark.parametrize("target", TARGETS)
def test_targets_do_not_care_for_units(target: ErrorTargetName) -> None:
    """A thousand times the residual is a thousand times the expected error."""
    table, residual = two_groups(500)
    est = ResidualConfidence(target=target, random_state=0)
    plain = est.fit(table, residual).predict(table)
    large = est.fit(table, 1000 * residual).predict(table)
    np.testing.assert_allclose(large, 1000 * plain, rtol=1e-5)


def test_combined_has_models_of_all_targets() -> None:
    """Four lists of models, and as many targets."""
    est = ResidualConfidence(target="combined", n_bootstrap=2, random_state=0)
    est.fit(*two_groups(200))
    models = est.models_
    assert isinstance(models, dict)
    assert {name: len(fitted) for name, fitted in models.items()} == dict.fromkeys(TARGETS[:-1], 2)
    assert [one.name for one in est.targets_] == TARGETS[:-1]


def test_the_threshold_of_outliers_is_the_users() -> None:
    """By default the 80 % quantile of absolute residuals."""
    table, residual = two_groups(400)
    limits = [
        ResidualConfidence(target="outlier", threshold=threshold)
        .fit(table, residual)
        .targets_[0]
        .limit
        for threshold in (None, 0.15)
    ]
    assert limits == [pytest.approx(np.quantile(np.abs(residual), 0.8)), 0.15]


def test_coefficients_say_what_drives_the_error() -> None:
    """The wild zone doubles the error: half the coefficient of its log square is log 2."""
    est = ResidualConfidence("glm").fit(*two_groups())
    term = est.coef_table_.loc["zone=wild"]
    assert term["compared_with"] == "zone=calm"
    assert term["effect"] == pytest.approx(2.0, rel=0.05)
    assert term["effect"] == pytest.approx(np.exp(term["coef"] / 2))
    assert term["p_value"] < 1e-10
    assert est.coef_table_["p_value"]["age"] > 1e-3
    assert est.coef_table_.loc["(base)", "effect"] == pytest.approx(0.05, rel=0.05)
    absolute = ResidualConfidence("glm", target="absolute").fit(*two_groups()).coef_table_
    np.testing.assert_allclose(absolute["effect"], np.exp(absolute["coef"]))


def test_other_learners_have_no_coefficients() -> None:
    """The message says who has; hasattr is False."""
    est = ResidualConfidence(FAST).fit(*two_groups(100))
    assert not hasattr(est, "coef_table_")
    with pytest.raises(AttributeError, match="learner='glm' only"):
        _ = ResidualConfidence("glm").coef_table_


def test_the_bound_of_the_glm_needs_no_replicates() -> None:
    """One standard error in logs is close to mean + sd over refits; quantiles are ordered."""
    table, residual = two_groups(1000)

    def bound(kind: Any, **more: Any) -> FloatArray:
        est = ResidualConfidence("glm", bound=kind, random_state=0, **more)
        return est.fit(table, residual).predict(table)

    mean, analytic, refitted = bound("mean"), bound("mean+sd"), bound("mean+sd", n_bootstrap=40)
    np.testing.assert_allclose(np.median((refitted - mean) / (analytic - mean)), 1.0, atol=0.25)
    assert (bound(0.1) < mean).all()
    assert (analytic < bound(0.95)).all()
    np.testing.assert_allclose(bound(0.5), mean)


@pytest.mark.parametrize(
    ("learner", "n_bootstrap"), [("boosted", 0), ("boosted", 1), ("glm", 0), (GammaGLM(), 0)]
)
def test_the_maximum_needs_replicates(learner: Any, n_bootstrap: int) -> None:
    """Two or more, also where other bounds follow from standard errors."""
    with pytest.raises(OptionError, match="'max' is taken over bootstrap replicates"):
        ResidualConfidence(learner, bound="max", n_bootstrap=n_bootstrap).fit(*two_groups(50))


def test_expected_errors_never_fall_along_a_rising_column() -> None:
    """By name, with every target, and over replicates."""
    table, residual = two_groups(400)
    grid = pd.DataFrame({"zone": "calm", "age": np.linspace(0, 1, 101)})
    asked: list[dict[str, Any]] = [{"target": one} for one in TARGETS]
    for options in [*asked, {"n_bootstrap": 3, "bound": "max"}]:
        est = ResidualConfidence(monotonic={"age": 1}, random_state=0, **options)
        expected = est.fit(table, residual).predict(grid)
        assert (np.diff(expected) >= -1e-12).all(), options


def test_a_sign_of_an_unknown_column_is_refused() -> None:
    """The message knows what was meant."""
    with pytest.raises(OptionError, match="Did you mean 'age'"):
        ResidualConfidence(monotonic={"aeg": 1}).fit(*two_groups(50))


def test_replicates_are_leaves_where_they_can_be() -> None:
    """One model for boosted trees, refits if asked for or where leaves cannot be learned anew."""
    table, residual = two_groups(300)

    def models(learner: Any = "boosted", **options: Any) -> int:
        est = ResidualConfidence(learner, n_bootstrap=3, random_state=0, **options)
        return len(est.fit(table, residual).models_)

    assert models() == models(replicates="leaves") == models(FAST) == models(target="log") == 1
    assert models(replicates="refits") == models(target="outlier") == models("glm") == 3
    assert models(monotonic={"age": 1}) == 3
    with pytest.raises(OptionError, match="replicates='leaves' needs boosted trees"):
        models("glm", replicates="leaves")


def test_early_stopping_sees_no_other_rows() -> None:
    """It is part of the fit: the same rows give the same trees, whatever comes to be scored."""
    table, residual = two_groups(2000)
    est = ResidualConfidence(early_stopping=True, random_state=0).fit(table, residual)
    assert isinstance(est.models_, list)
    assert est.models_[0].n_estimators_ < 200
    again = ResidualConfidence(early_stopping=True, random_state=0).fit(table, residual)
    np.testing.assert_array_equal(est.predict(table), again.predict(table))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": "squared", "target": "log"}, "loss='squared' is for target='squared'"),
        ({"learner": "glm", "target": "combined"}, "'glm' learns the targets"),
        ({"learner": "online", "monotonic": {"age": 1}}, "monotonic is for boosted trees"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], words: str) -> None:
    """What was asked for, and what to do."""
    with pytest.raises(OptionError, match=words):
        ResidualConfidence(**options).fit(*two_groups(50))


def test_a_class_for_a_learner_is_told() -> None:
    """In scikit-learn's own words: what is to be fitted is made first."""
    learner: Any = LinearRegression
    with pytest.raises(TypeError, match="provide an instance of scikit-learn estimator instead"):
        ResidualConfidence(learner).fit(np.zeros((30, 1)), np.ones(30))
