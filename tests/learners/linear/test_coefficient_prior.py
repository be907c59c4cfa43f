"""A prior is a Gaussian, which can be scaled, shifted, and told of fewer coefficients."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from qconf.errors import OptionError
from qconf.learners.linear.coefficient_prior import CoefficientPrior


def correlated() -> CoefficientPrior:
    covariance = np.array([[1.0, 0.5, 0.2], [0.5, 2.0, 0.1], [0.2, 0.1, 0.5]])
    return CoefficientPrior(
        ("(base)", "age", "zone=b"), np.array([-2.0, 0.1, 0.3]), np.linalg.inv(covariance)
    )


def test_effects_are_believed_independently() -> None:
    """One precision each; what is infinitely uncertain is not there."""
    prior = CoefficientPrior.of({"age": (0.1, 0.05), "rooms": (1, np.inf)}, {"age": 30})
    assert prior.terms == ("age",)
    assert prior.precision.tolist() == [[pytest.approx(400.0)]]
    assert prior.typical == {"age": 30.0}
    assert not prior.has_base
    assert CoefficientPrior.of({}).terms == ()


def test_scaling_and_shifting() -> None:
    """Twice the coefficient has twice the mean and the sd; only the base is shifted."""
    prior = correlated().scaled(2.0)
    np.testing.assert_allclose(prior.mean, 2 * correlated().mean)
    np.testing.assert_allclose(prior.sd, 2 * correlated().sd)
    np.testing.assert_allclose(correlated().shifted(5.0).mean, [3.0, 0.1, 0.3])


def test_fewer_coefficients_keep_their_uncertainty() -> None:
    """Taking one away is marginalising, not conditioning: the sds of the others stay."""
    fewer = correlated().without(["age"])
    assert fewer.terms == ("(base)", "zone=b")
    np.testing.assert_allclose(fewer.sd, correlated().sd[[0, 2]])
    assert fewer.without(["age"]) is fewer


@pytest.mark.parametrize("given", [0.1, (0.1,), (0.1, 0.0), (0.1, -1.0), (np.nan, 1.0), "ab"])
def test_an_effect_has_a_standard_deviation(given: object) -> None:
    """Above zero; the message names the term and shows how."""
    with pytest.raises(OptionError, match=r"prior of 'age' must be an effect and its standard"):
        CoefficientPrior.of({"age": given})


def test_what_is_typical_is_a_number() -> None:
    """Finite."""
    with pytest.raises(OptionError, match="typical of 'age' must be a finite number"):
        CoefficientPrior.of({"age": (0.1, 0.1)}, {"age": np.inf})


def test_pickles() -> None:
    """As all that is kept."""
    again = pickle.loads(pickle.dumps(correlated()))  # noqa: S301 - our own
    np.testing.assert_array_equal(again.precision, correlated().precision)
