"""The limit is Bayes' rule, and no order of rows is better."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from qconf.simulation.limit import BayesLimit
from qconf.simulation.world import ARCHETYPES


def test_it_is_the_posterior_by_numerical_integration() -> None:
    """Over the group's mean and both sigmas, by quadrature."""
    spread, threshold, prediction = 0.5, 0.15, 0.33
    seen = [0.31, 0.42, 0.28]
    group = np.zeros(4, dtype=np.int32)
    value = np.array([*seen, 99.0])
    found = BayesLimit(1, spread, threshold).score(group, value, np.full(4, prediction))[3]
    evidence, outside = 0.0, 0.0
    for sigma in (0.05, 0.10):

        def joint(mean: float, sigma: float = sigma) -> float:
            return float(norm.pdf(mean, scale=spread) * np.prod(norm.pdf(seen, mean, sigma)))

        def beyond(mean: float, sigma: float = sigma) -> float:
            inside = norm.cdf(prediction + threshold, mean, sigma) - norm.cdf(
                prediction - threshold, mean, sigma
            )
            return float(1 - inside)

        evidence += quad(joint, 0, 0.7, points=[0.34])[0]
        outside += quad(lambda mean: joint(mean) * beyond(mean), 0, 0.7, points=[0.34])[0]
    assert found == pytest.approx(outside / evidence, rel=1e-6)


def test_without_a_history_only_the_spread_is_known() -> None:
    """Half of the weight on each sigma."""
    found = BayesLimit(1, 0.5, 0.15).score(np.zeros(1, dtype=np.int32), np.ones(1), np.zeros(1))
    sds = [np.sqrt(0.25 + sigma**2) for sigma in (0.05, 0.10)]
    assert found[0] == pytest.approx(np.mean([2 * norm.sf(0.15 / sd) for sd in sds]))


def test_it_looks_at_no_value_before_its_time() -> None:
    """A row's own value, and later ones, change nothing."""
    rng = np.random.default_rng(0)
    group = rng.integers(3, size=200).astype(np.int32)
    value, prediction = rng.normal(size=(2, 200))
    one = BayesLimit(3, 0.5, 0.15).score(group, value, prediction)
    value[100:] += 5.0
    two = BayesLimit(3, 0.5, 0.15).score(group, value, prediction)
    np.testing.assert_array_equal(one[:101], two[:101])


def test_sigmas_are_those_of_the_world() -> None:
    """As many rare as common ones of each: that is why a group's size says nothing."""
    for rows in (10, 40):
        assert sorted(one.sigma for one in ARCHETYPES if one.rows == rows) == [0.05, 0.10]
