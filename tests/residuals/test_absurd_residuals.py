"""A few absurd residuals do not drown the others, and ordinary ones are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf import (
    BlendConfidence,
    ConstantConfidence,
    CountConfidence,
    ForestConfidence,
    NeighborConfidence,
    QuantileConfidence,
    ResidualConfidence,
)
from qconf._types import FloatArray
from qconf.errors import TableError
from qconf.residuals.absurd_residuals import winsorised


def share_of_largest(residual: FloatArray, n_largest: int) -> float:
    squares = np.sort((residual / np.abs(residual).max()) ** 2)
    return float(squares[-n_largest:].sum() / squares.sum())


@pytest.mark.parametrize("n_rows", [50, 400, 2000, 20_000])
@pytest.mark.parametrize("kind", ["normal", "student"])
def test_ordinary_residuals_stay_as_they_are(
    n_rows: int, kind: str, rng: np.random.Generator
) -> None:
    """Normal ones, and heavy tails with a variance."""
    residual = rng.normal(size=n_rows) if kind == "normal" else rng.standard_t(4, size=n_rows)
    assert winsorised(residual) is residual


def test_a_tenth_of_hard_rows_stays_as_it_is(rng: np.random.Generator) -> None:
    """A group that is fifteen times as hard is no handful of typos."""
    residual = rng.normal(scale=np.where(np.arange(1000) % 10 == 0, 0.3, 0.02))
    assert winsorised(residual) is residual


@pytest.mark.parametrize("size", [1e3, 1e6, 1e12, 1e200, 1e308])
@pytest.mark.parametrize("n_rows", [60, 400, 5000])
def test_the_largest_are_cut_to_half_of_the_squares(
    n_rows: int, size: float, rng: np.random.Generator
) -> None:
    """Of whatever size they are; signs stay, and so do all other rows."""
    residual = rng.normal(size=n_rows)
    residual[[3, 7]] = size, -size / 3
    capped = winsorised(residual)
    n_largest = int(np.clip(n_rows // 200, 2, 10))
    assert share_of_largest(capped, n_largest) == pytest.approx(0.5)
    assert capped[3] == -capped[7] > np.abs(np.delete(residual, [3, 7])).max()
    np.testing.assert_array_equal(np.delete(capped, [3, 7]), np.delete(residual, [3, 7]))


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=50, max_size=400),
    st.floats(1, 1e30),
    st.sampled_from([0.125, 4.0, 2.0**40]),
)
def test_capping_knows_no_units(ordinary: list[float], typo: float, unit: float) -> None:
    """Order and signs are kept, nothing grows, and units do not matter."""
    residual = np.array([*ordinary, typo])
    capped = winsorised(residual)
    assert (np.abs(capped) <= np.abs(residual)).all()
    assert (np.diff(capped[np.argsort(residual, kind="stable")]) >= 0).all()
    np.testing.assert_allclose(winsorised(unit * residual), unit * capped, rtol=1e-12)


def test_short_tables_and_those_of_nearly_no_errors_are_left_alone() -> None:
    """There is nothing to hold the largest against."""
    few = np.append(np.ones(30), 1e6)
    assert winsorised(few) is few
    clean = np.append(np.zeros(300), 1.0)
    assert winsorised(clean) is clean


@pytest.mark.parametrize("size", [1e3, 1e12, 1e100, 1e300])
@pytest.mark.parametrize(
    "est",
    [
        CountConfidence(),
        ForestConfidence(10, random_state=0),
        NeighborConfidence(),
        QuantileConfidence(random_state=0),
        QuantileConfidence("forest", random_state=0),
        ResidualConfidence(random_state=0),
        ResidualConfidence(random_state=0).share(5),
        ResidualConfidence(target="combined", random_state=0),
        ResidualConfidence(n_bootstrap=3, bound="max", random_state=0),
        ResidualConfidence("glm"),
        BlendConfidence([ForestConfidence(10), CountConfidence()], random_state=0),
    ],
    ids=repr,
)
def test_expected_errors_are_finite_whatever_the_residuals_are(
    est: ResidualConfidence, size: float, rng: np.random.Generator
) -> None:
    """Two typos among 266 rows, and nobody expects more than ten times the ordinary error."""
    table = pd.DataFrame({"a": rng.uniform(size=266), "zone": rng.choice(list("abc"), 266)})
    residual = rng.normal(scale=0.1, size=266)
    residual[[5, 77]] = size, size / 10
    expected = est.fit(table, residual).predict(table)
    assert np.isfinite(expected).all()
    assert (expected < 1.0).all()


def test_the_safest_rows_are_found_in_spite_of_typos(rng: np.random.Generator) -> None:
    """Ten of 2000 residuals are 40,000: the order of the others is hardly disturbed."""
    x = rng.uniform(size=(2000, 3))
    sigma = 0.05 * np.exp(3 * x[:, 0])
    residual = rng.normal(scale=sigma)
    residual[rng.choice(2000, 10, replace=False)] = 40_000.0
    expected = ResidualConfidence(random_state=0).fit(x, residual).predict(x)
    safest = np.argsort(expected)[:200]
    assert np.mean(sigma[safest] < np.quantile(sigma, 0.2)) > 0.9


def test_residuals_beyond_all_units_are_refused() -> None:
    """Where not some but all are, their squares are no numbers."""
    with pytest.raises(TableError, match=r"at most 1e\+100 in size, the largest is 1e\+200"):
        ConstantConfidence().fit([[1.0], [2.0]], [1e200, 1e200])
    with pytest.raises(TableError, match=r"residual is 2e-200 in size, and must be 0 or at least"):
        ConstantConfidence().fit([[1.0], [2.0]], [1e-200, 2e-200])
    assert ConstantConfidence().fit([[1.0], [2.0]], [0.0, 0.0]).predict([[1.0]]) == [0.0]


def test_the_residuals_of_other_estimators_are_their_own_affair(rng: np.random.Generator) -> None:
    """Who does not ask for it learns what was passed."""
    residual = np.append(rng.normal(size=99), 1e6)
    est = ConstantConfidence().fit(np.zeros((100, 1)), residual)
    assert est.predict([[0.0]])[0] == pytest.approx(np.sqrt(np.mean(residual**2)))
