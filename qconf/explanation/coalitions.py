"""Which coalitions of properties are asked for, and what follows from the answers.

Shapley's value of a property is its mean marginal effect over all orders in which the properties
can be changed from their typical cells to those of a row (Shapley 1953; with one typical row:
baseline Shapley, Sundararajan & Najmi 2020). The effects of an order add up to the whole
difference, and so do their means, whatever the orders. A few properties have few coalitions, and
all are asked; of more, orders are drawn, each with its reverse.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["Coalitions", "all_coalitions", "coalitions_for", "drawn_orders"]

#: Up to so many properties that differ all coalitions are asked: 512.
_MOST_EXACT = 9
_FEWEST_PAIRS = 4
_MOST_PAIRS = 64


@dataclass(frozen=True, eq=False)
class Coalitions:
    """Sets of properties that are taken from a row, the others being typical.

    Attributes
    ----------
    members : ndarray of shape (n_coalitions, n_properties), dtype bool
        Each set once.
    place : ndarray of shape (n_orders, n_properties + 1)
        Which of them an order passes, from the empty one to the whole; without orders, where all
        coalitions are there, one row of nothing.
    orders : ndarray of shape (n_orders, n_properties), or None
    """

    members: BoolArray
    place: IntArray
    orders: IntArray | None

    def values(self, answers: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum up what the model said of each coalition.

        Parameters
        ----------
        answers : ndarray of shape (n_coalitions, n_outputs)

        Returns
        -------
        values : ndarray of shape (n_properties, n_outputs)
            They add up to the answer of the whole minus that of the empty coalition.
        standard_error : ndarray of shape (n_properties, n_outputs)
            Of having drawn these orders; 0 where all coalitions were asked.
        """
        if self.orders is None:
            values = _exact(self.members, answers)
            return values, np.zeros_like(values)
        steps = np.diff(answers[self.place], axis=1)
        effects = np.empty_like(steps)
        np.put_along_axis(effects, self.orders[:, :, None], steps, axis=1)
        # An order and its reverse are one draw.
        pairs = effects.reshape(-1, 2, *effects.shape[1:]).mean(axis=1)
        spread = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
        return pairs.mean(axis=0), spread


def coalitions_for(
    n_properties: int, budget: int, random_state: np.random.RandomState
) -> Coalitions:
    """Choose coalitions of properties, about as many as a budget allows."""
    if n_properties <= _MOST_EXACT and 2**n_properties <= 2 * budget:
        return all_coalitions(n_properties)
    n_pairs = int(np.clip(budget // (2 * n_properties), _FEWEST_PAIRS, _MOST_PAIRS))
    return drawn_orders(n_properties, n_pairs, random_state)


def all_coalitions(n_properties: int) -> Coalitions:
    """Return every set of properties; the place of one is its bits as a number."""
    numbers = np.arange(2**n_properties)
    members = (numbers[:, None] >> np.arange(n_properties) & 1).astype(bool)
    return Coalitions(members, np.empty((1, 0), dtype=np.intp), None)


def drawn_orders(
    n_properties: int, n_pairs: int, random_state: np.random.RandomState
) -> Coalitions:
    """Draw orders, each with its reverse, and list the sets that they pass."""
    forward = np.array([random_state.permutation(n_properties) for _ in range(n_pairs)])
    orders = np.stack([forward, forward[:, ::-1]], axis=1).reshape(-1, n_properties)
    rank = np.argsort(orders, axis=1)
    passed = rank[:, None, :] < np.arange(n_properties + 1)[None, :, None]
    packed = np.packbits(passed.reshape(-1, n_properties), axis=1)
    distinct, place = np.unique(packed, axis=0, return_inverse=True)
    members = np.unpackbits(distinct, axis=1, count=n_properties).astype(bool)
    return Coalitions(members, place.reshape(len(orders), n_properties + 1), orders)


def _exact(members: BoolArray, answers: FloatArray) -> FloatArray:
    """Weigh the effect of each property on each set without it by how many orders have it there."""
    n = members.shape[1]
    size = members.sum(axis=1)
    values = np.empty((n, answers.shape[1]))
    for one in range(n):
        without = np.flatnonzero(~members[:, one])
        weight = np.array([1.0 / (n * comb(n - 1, int(k))) for k in size[without]])
        values[one] = weight @ (answers[without | 1 << one] - answers[without])
    return values
