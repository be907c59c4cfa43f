"""A blend listens to the members that know, and keeps error units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf import BlendConfidence, ColumnConfidence, ConstantConfidence, ResidualConfidence
from qconf.errors import OptionError
from qconf.learners.boosted import BoostedTrees


@pytest.fixture
def rows(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Two scores that each know half of log sigma, and one that knows nothing."""
    half, other = rng.normal(scale=0.5, size=(2, 6000))
    table = pd.DataFrame(
        {"a": np.exp(half), "b": 7 * np.exp(other), "noise": rng.uniform(1, 2, 6000)}
    )
    sigma = 0.1 * np.exp(half + other)
    return table, rng.normal(scale=sigma), sigma


def test_puts_together_what_members_know(rows: tuple[pd.DataFrame, ...]) -> None:
    """Each half gets the weight 2 that a right score has; noise gets none; units are found."""
    table, residual, sigma = rows
    members = [ColumnConfidence(str(name)) for name in table]
    est = BlendConfidence(members, random_state=0).fit(table, residual)
    np.testing.assert_allclose(est.weights_, [2, 2, 0], atol=0.25)
    expected = est.predict(table)
    np.testing.assert_allclose(np.log(expected), np.log(sigma), atol=0.35)
    assert np.corrcoef(np.log(expected), np.log(sigma))[0, 1] > 0.99


def test_mean_squared_expected_error_is_the_mean_squared_residual(
    rows: tuple[pd.DataFrame, ...],
) -> None:
    """Calibrated overall, though the members are in other units."""
    table, residual, _ = rows
    est = BlendConfidence([ColumnConfidence("b")], random_state=0).fit(table, residual)
    ratio = np.mean(est.predict(table) ** 2) / np.mean(residual**2)
    assert ratio == pytest.approx(1, abs=0.1)


def test_a_useless_company_does_no_harm(rng: np.random.Generator) -> None:
    """A blend with the constant is as good as the member that knows."""
    x = rng.uniform(size=(3000, 1))
    sigma = np.where(x[:, 0] < 0.5, 0.05, 0.2)
    residual = rng.normal(scale=sigma)
    trees = ResidualConfidence(BoostedTrees("gamma", n_estimators=40))
    est = BlendConfidence([trees, ConstantConfidence()], random_state=0).fit(x, residual)
    expected = est.predict(x)
    assert expected[sigma == 0.05].mean() == pytest.approx(0.05, rel=0.2)
    assert expected[sigma == 0.2].mean() == pytest.approx(0.2, rel=0.2)


def test_members_are_fitted_once_a_fold(rows: tuple[pd.DataFrame, ...]) -> None:
    """Each fold has its own members, and the ones passed in stay unfitted."""
    table, residual, _ = rows
    members = [ColumnConfidence("a"), ConstantConfidence()]
    est = BlendConfidence(members, cv=4, random_state=0).fit(table, residual)
    assert [len(fold) for fold in est.members_] == [2] * 4
    assert not hasattr(members[0], "fill_")


def test_no_members_is_an_error() -> None:
    """A blend of nothing is refused."""
    with pytest.raises(OptionError, match="at least one estimator"):
        BlendConfidence([]).fit(np.zeros((9, 1)), np.ones(9))
