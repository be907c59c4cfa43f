"""Shapley values: exact for few properties, by orders for many, and sums that are whole."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.explanation.coalitions import all_coalitions, coalitions_for, drawn_orders


def by_all_orders(answers: np.ndarray, n: int) -> np.ndarray:
    """Average marginal effects over all orders, as the definition says."""
    values = np.zeros((n, answers.shape[1]))
    orders = list(permutations(range(n)))
    for order in orders:
        members = 0
        for one in order:
            values[one] += answers[members | 1 << one] - answers[members]
            members |= 1 << one
    return values / len(orders)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_all_coalitions_give_the_values_of_all_orders(n: int) -> None:
    """The definition by orders and the sum over sets are one thing."""
    answers = np.random.default_rng(n).normal(size=(2**n, 2))
    values, error = all_coalitions(n).values(answers)
    np.testing.assert_allclose(values, by_all_orders(answers, n), rtol=1e-12, atol=1e-12)
    assert not error.any()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 30), st.integers(1, 3000), st.integers(0, 9))
def test_values_add_up_to_the_whole_difference(n: int, budget: int, seed: int) -> None:
    """Whatever the answers, the properties, the budget."""
    rng = np.random.default_rng(seed)
    sets = coalitions_for(n, budget, np.random.RandomState(seed))
    answers = rng.lognormal(size=(len(sets.members), 2), sigma=2)
    values, _ = sets.values(answers)
    size = sets.members.sum(axis=1)
    whole = answers[size == n][0] - answers[size == 0][0]
    np.testing.assert_allclose(values.sum(axis=0), whole, rtol=1e-9, atol=1e-9)


def test_effects_that_only_add_are_found_by_any_order() -> None:
    """Each property then has one effect, and its standard error is 0."""
    effect = np.random.default_rng(0).normal(size=(20, 1))
    sets = drawn_orders(20, 4, np.random.RandomState(0))
    values, error = sets.values(sets.members @ effect)
    np.testing.assert_allclose(values, effect, atol=1e-12)
    assert error.max() < 1e-12


def test_orders_come_close_to_all_coalitions() -> None:
    """Within four standard errors, and these shrink with the orders."""
    n = 8
    rng = np.random.default_rng(0)
    exact = all_coalitions(n)
    pairwise = rng.normal(size=(n, n))
    members = exact.members.astype(float)
    answers = np.einsum("si,ij,sj->s", members, pairwise, members)[:, None]
    answers += 0.3 * np.prod(exact.members[:, :3], axis=1)[:, None]
    wanted, _ = exact.values(answers)
    spread = []
    for n_pairs in (8, 128):
        sets = drawn_orders(n, n_pairs, np.random.RandomState(0))
        number = sets.members @ (1 << np.arange(n))
        values, error = sets.values(answers[number])
        assert (np.abs(values - wanted) <= 4 * error + 1e-9).all()
        spread.append(error.max())
    assert spread[1] < spread[0] / 2


def test_each_set_is_asked_once() -> None:
    """And the budget is kept to, but for the fewest orders there must be."""
    for n in (1, 4, 9, 10, 19, 80):
        sets = coalitions_for(n, 1024, np.random.RandomState(0))
        assert len(np.unique(sets.members, axis=0)) == len(sets.members)
        assert len(sets.members) <= 1024 + n
    assert len(coalitions_for(5, 8, np.random.RandomState(0)).members) <= 32


def test_the_same_seed_draws_the_same_orders() -> None:
    """An explanation is the same tomorrow."""
    first, second = (coalitions_for(30, 500, np.random.RandomState(0)) for _ in range(2))
    np.testing.assert_array_equal(first.orders, second.orders)
