"""The modified Kakwani index: vertical equity from two Gini coefficients."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.avm.statistics.value_statistic import ValueStatistic
from qconf.avm.valued_rows import ValuedRows, WeightedValues
from qconf.avm.verdicts import Range

__all__ = ["MKI"]

#: Truths that are alike have a spread of this much, which is none.
_ROUNDING = 1e-9


class _ModifiedKakwaniIndex(ValueStatistic):
    """The concentration of the values over that of the truths, both in the order of the truths.

    Below one, cheap houses are valued higher (Quintos 2020, Journal of Property Tax Assessment &
    Administration 17(2)). Rows of one truth have no order: each gets the middle rank, which is
    the mean over their orders.
    """

    name = "mki"
    label = "MKI"
    description = "Gini of values / Gini of truths; below 1, cheap houses are valued higher"
    accepted = Range(0.95, 1.05)  # Quintos (2020)

    def of(self, rows: WeightedValues) -> float:
        """Divide the coefficients; not a number if all truths are alike."""
        times = rows.weights[rows.rows.by_truth].astype(np.float64)
        starts, truth = rows.rows.ties_of_truth
        size, values = (_sums(one, starts) for one in (times, times * rows.rows.values_by_truth))
        truths = size * truth
        place = _places(size)
        spread = _concentration(truths, place)
        return np.nan if spread <= _ROUNDING else _concentration(values, place) / spread

    def linearized(self, rows: ValuedRows) -> FloatArray:
        """Return what each row does to both coefficients: by itself, and to the others' places."""
        order = rows.by_truth
        place = _places(np.ones(len(order)))
        both = rows.values[order], rows.truth[order]
        values, truths = (_concentration(money, place) for money in both)
        pull = np.zeros(len(order))
        if truths > _ROUNDING:
            pulls = [_pull(money, place) for money in both]
            pull[order] = pulls[0] - values / truths * pulls[1]
        return pull


def _concentration(money: FloatArray, place: FloatArray) -> float:
    """Return how much more of the money is at the upper end of the order than at the lower."""
    return float(place @ money) / float(money.sum())


def _pull(money: FloatArray, place: FloatArray) -> FloatArray:
    """Return the linearized variable of a concentration coefficient."""
    # Who is added below moves all above him up.
    above = 2.0 * (money.sum() - np.cumsum(money)) / len(money)
    pull: FloatArray = money * (place - _concentration(money, place)) + above
    return pull / float(money.mean())


def _sums(values: FloatArray, starts: IntArray) -> FloatArray:
    """Sum up from each start to the next: differences of one running sum take half of the time."""
    if len(starts) == len(values):
        return values
    upto = np.cumsum(values)
    return np.diff(upto[np.append(starts[1:], len(values)) - 1], prepend=0.0)


def _places(size: FloatArray) -> FloatArray:
    """Return the middle of each tie in the order, from -1 to 1."""
    places: FloatArray = np.cumsum(size)
    total = float(places[-1])
    # In place: new arrays of a million numbers take longer than the sums.
    places *= 2.0
    places -= size
    places /= total
    places -= 1.0
    return places


MKI = _ModifiedKakwaniIndex()
