"""The stream's empirical Bayes: the batch's formula, at every row, from what was known then."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.learners.online.count_rates import Rows
from qconf.simulation.group_variance import GroupVariance


def stream(n: int = 3000, groups: int = 100, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    group = rng.integers(groups, size=n).astype(np.int32)
    square = (np.where(group < 50, 0.05, 0.1) * rng.normal(size=n)) ** 2
    return Rows(group[:, None], np.empty((n, 0)), square, np.empty(0))


def test_it_is_the_posterior_mean_of_what_was_known() -> None:
    """The last row: the prior fitted last, and all rows before it."""
    rows = stream()
    model = GroupVariance(100)
    expected = model.progressive(rows)
    other = GroupVariance(100)
    other.progressive(rows.part(slice(2999)))
    assert other.prior is not None
    dof, squares = other.state[rows.coordinates[-1]].T
    assert expected[-1] == pytest.approx(other.prior.posterior_mean(dof, squares)[0])
    assert model.state[:, 0].sum() == 3000


def test_stretches_make_no_difference() -> None:
    """The prior is fitted after the same rows, however the stream is cut."""
    rows = stream()
    at_once = GroupVariance(100).progressive(rows)
    model = GroupVariance(100)
    parts = [
        model.progressive(rows.part(cut))
        for cut in (slice(0, 700), slice(700, 701), slice(701, 3000))
    ]
    np.testing.assert_array_equal(at_once, np.concatenate(parts))


@pytest.mark.parametrize("changed", [0, 499, 1500, 2999])
@pytest.mark.parametrize("delay", [0, 40])
def test_no_row_sees_its_own_or_a_later_square(changed: int, delay: int) -> None:
    """Not through the group, and not through the prior."""
    rows = stream()
    known = np.maximum(np.arange(3000) - delay, 0)
    target = rows.target.copy()
    target[changed] += 10.0
    one = GroupVariance(100).progressive(rows, known)
    two = GroupVariance(100).progressive(rows._replace(target=target), known)
    until = changed + delay + 1
    np.testing.assert_array_equal(one[:until], two[:until])
    if until < 2900:
        assert (one[until:] != two[until:]).any()


def test_nothing_is_safe_before_there_is_a_prior() -> None:
    """Infinite for the first 500 rows, finite from then on."""
    expected = GroupVariance(100).progressive(stream())
    assert np.isinf(expected[:500]).all()
    assert np.isfinite(expected[500:]).all()
