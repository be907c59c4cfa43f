"""The distribution of residuals in units of their expected errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from qconf._types import ArrayLike, FloatArray, IntArray
from qconf.core.validation import check_column
from qconf.errors import OptionError, not_one_of
from qconf.probability.additive import AdditiveScale, additive_scale
from qconf.probability.options import check_expected_error, check_level

__all__ = ["ErrorDistribution", "Side"]

#: Which errors are outliers: all, over-valuations only, or under-valuations only.
Side = Literal["both", "over", "under"]

#: 5 * 0.2 is to be 1 in ranks too.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class ErrorDistribution:
    """Weighted empirical distribution of signed standardised residuals, residual / expected error.

    It turns the expected error of a new row into probabilities and intervals, with no shape
    assumed. With several bins by expected error (Mondrian), a row between the centres of two has
    the mixture of theirs. All it holds is arrays and plain numbers. Made by
    `fit_error_distribution`.

    Attributes
    ----------
    error : {"relative", "log", "absolute"}
        The error scale of residuals and expected errors.
    support : ndarray of shape (n_points,)
        Standardised residuals, rising; of relative errors the logarithm is standardised.
    cumulative : ndarray of shape (n_bins, n_points)
        For each bin, the share of its weight at or below each point.
    centres : ndarray of shape (n_bins,)
        Log expected error in the middle of each bin, rising.
    n_effective : ndarray of shape (n_bins,)
        How many rows of equal weight each bin is worth.
    floor : float
        A lower expected error counts as this one; above 0.
    typical : float
        The median expected error.
    slope : float
        A residual is divided by typical · (expected error / typical) ** slope.
    half_life : float or None
        Age at which a row counts half, in days or in units of the time; None if all count alike.
    resolution : float
        How far a probability may be off because only `n_points` were kept; 0 if all were.
    n_rows : int
        Number of residuals.

    Examples
    --------
    >>> import numpy as np
    >>> from qconf.probability.fitting import fit_error_distribution
    >>> rng = np.random.default_rng(0)
    >>> expected = rng.uniform(0.05, 0.2, size=4000)
    >>> known = fit_error_distribution(rng.normal(scale=expected), expected, error="log")
    >>> known.probability_within(np.array([0.05, 0.20]), 0.10).round(2)
    array([0.95, 0.38])
    >>> low, high = known.interval(np.array([100.0]), np.array([0.05]), 0.8)
    >>> print(low.round(), high.round())
    [94.] [107.]
    """

    error: str
    support: FloatArray
    cumulative: FloatArray
    centres: FloatArray
    n_effective: FloatArray
    floor: float
    typical: float
    slope: float
    half_life: float | None
    resolution: float
    n_rows: int

    @property
    def n_bins(self) -> int:
        """Into how many bins by expected error the rows were cut."""
        return len(self.centres)

    def probability_within(self, expected_error: ArrayLike, x: float) -> FloatArray:
        """Return the probability that each value is within ±x of the truth.

        At ``x=0.10`` this is the AVM industry's common confidence score (CCS), as a share.

        Parameters
        ----------
        expected_error : array-like of shape (n_samples,)
            In error-scale units.
        x : float
            A share of the truth on the relative and the log scale, in units of the target on the
            absolute one.

        Returns
        -------
        ndarray of shape (n_samples,)
            In (0, 1): of n residuals k within give (k + 1/2) / (n + 1).
        """
        low, high = self._scale.within(x)
        return self._probability(expected_error, low, high)

    def probability_outlier(
        self, expected_error: ArrayLike, threshold: float, *, side: Side = "both"
    ) -> FloatArray:
        """Return the probability that each row's error is above a threshold.

        Parameters
        ----------
        expected_error : array-like of shape (n_samples,)
        threshold : float
            On the error scale.
        side : {"both", "over", "under"}, default="both"
            Any error, over-valuations only (residual > threshold), or under-valuations only.

        Returns
        -------
        ndarray of shape (n_samples,)
            In (0, 1).
        """
        if side not in get_args(Side):
            raise OptionError(not_one_of("side", side, get_args(Side)))
        low, high = self._scale.beyond(threshold)
        if side == "over":
            return 1 - self._probability(expected_error, -np.inf, high)
        if side == "under":
            return 1 - self._probability(expected_error, low, np.inf)
        return 1 - self._probability(expected_error, low, high)

    def interval(
        self, prediction: ArrayLike, expected_error: ArrayLike, confidence_level: float = 0.8
    ) -> tuple[FloatArray, FloatArray]:
        """Return the range that holds the truth of each row with a given probability.

        Both ends are quantiles of the signed distribution: outside lies as much below as above.

        Parameters
        ----------
        prediction : array-like of shape (n_samples,)
            In units of the target.
        expected_error : array-like of shape (n_samples,)
            In error-scale units.
        confidence_level : float, default=0.8

        Returns
        -------
        low, high : ndarray of shape (n_samples,)
            In units of the target. On the relative and the log scale above 0, and not a number
            where the prediction is not.

        Raises
        ------
        OptionError
            If there are too few residuals for so high a level.
        """
        check_level("confidence level", confidence_level)
        tail = (1 - confidence_level) / 2
        both = self.quantiles(prediction, expected_error, [tail, 1 - tail])
        return both[:, 0], both[:, 1]

    def quantiles(
        self, prediction: ArrayLike, expected_error: ArrayLike, probabilities: Sequence[float]
    ) -> FloatArray:
        """Return quantiles of the truth of each row.

        Parameters
        ----------
        prediction, expected_error : array-like of shape (n_samples,)
        probabilities : sequence of float
            Strictly between 0 and 1.

        Returns
        -------
        ndarray of shape (n_samples, n_probabilities)
            In units of the target. Ranks are rounded away from the median, so that two quantiles
            hold at least what lies between them between them.

        Raises
        ------
        OptionError
            If there are too few residuals for a quantile so far out.
        """
        value = check_column("prediction", prediction, np.size(prediction))
        expected = self._floored(expected_error, len(value))
        unit = self._unit(expected)
        columns = [
            # Where the truth is low, the prediction was too high.
            self._scale.truth(value, unit * self._standard_quantile(expected, 1 - probability))
            for probability in self._checked_probabilities(probabilities)
        ]
        return np.column_stack(columns)

    def crps(self, expected_error: ArrayLike, residual: ArrayLike) -> FloatArray:
        """Return the continuous ranked probability score of each row: how far off the curve was.

        It is the integral over all x of the squared difference between the probability that the
        residual is at most x, and what came (Gneiting & Raftery 2007, JASA 102).

        Parameters
        ----------
        expected_error, residual : array-like of shape (n_samples,)
            On the error scale.

        Returns
        -------
        ndarray of shape (n_samples,)
            >= 0, lower is better; in units of the target on the absolute scale, in log units on
            the others.
        """
        came = check_column("residual", residual, np.size(residual))
        return self.crps_of_additive(expected_error, self._scale.of_residual(came))

    def crps_of_additive(self, expected_error: ArrayLike, residual: FloatArray) -> FloatArray:
        """Do the same for residuals that add already (`AdditiveScale`)."""
        expected = self._floored(expected_error, len(residual))
        unit = self._unit(expected)
        z = residual / unit
        lower, share = self._between_bins(expected)
        # ∫ (F − 1{u >= z})² du = (end − z) − 2 ∫_z^end F du + ∫ F² du, F being steps.
        width = np.diff(self.support)
        steps = self.cumulative[:, :-1] * width
        squares = steps @ self.cumulative[:, :-1].T
        upper = np.minimum(lower + 1, self.n_bins - 1)
        whole = (
            (1 - share) ** 2 * squares[lower, lower]
            + 2 * share * (1 - share) * squares[lower, upper]
            + share**2 * squares[upper, upper]
        )
        areas = np.column_stack([np.zeros(self.n_bins), np.cumsum(steps, axis=1)])
        at_end = areas[:, -1]
        before = np.stack([np.interp(z, self.support, one) for one in areas])
        before += np.maximum(z - self.support[-1], 0.0)
        rest = at_end[:, None] - before
        row = np.arange(len(z))
        beyond = (1 - share) * rest[lower, row] + share * rest[upper, row]
        score: FloatArray = unit * (self.support[-1] - z - 2 * beyond + whole)
        return np.maximum(score, 0.0)

    @property
    def _scale(self) -> AdditiveScale:
        return additive_scale(self.error)

    def _floored(self, expected_error: ArrayLike, n_rows: int) -> FloatArray:
        return np.maximum(check_expected_error(expected_error, n_rows), self.floor)

    def _unit(self, expected: FloatArray) -> FloatArray:
        """Return what the residuals of rows are divided by."""
        return self.typical * (expected / self.typical) ** self.slope

    def _between_bins(self, expected: FloatArray) -> tuple[IntArray, FloatArray]:
        """Place rows between the centres of two bins: the lower one, and the upper one's share."""
        place = np.interp(np.log(expected), self.centres, np.arange(self.n_bins))
        lower = np.minimum(place.astype(np.intp), max(self.n_bins - 2, 0))
        return lower, place - lower

    def _mixed(self, per_bin: FloatArray, lower: IntArray, share: FloatArray) -> FloatArray:
        upper = np.minimum(lower + 1, self.n_bins - 1)
        mixed: FloatArray = (1 - share) * per_bin[lower] + share * per_bin[upper]
        return mixed

    def _probability(self, expected_error: ArrayLike, low: float, high: float) -> FloatArray:
        """Return the probability of residuals that add from low to high, both ends included."""
        expected = self._floored(expected_error, np.size(expected_error))
        lower, share = self._between_bins(expected)
        upper = np.minimum(lower + 1, self.n_bins - 1)
        table = np.column_stack([np.zeros(self.n_bins), self.cumulative])
        unit = self._unit(expected)
        first = np.searchsorted(self.support, low / unit, side="left")
        last = np.searchsorted(self.support, high / unit, side="right")
        inside = (1 - share) * (table[lower, last] - table[lower, first])
        inside += share * (table[upper, last] - table[upper, first])
        n_rows = self._mixed(self.n_effective, lower, share)
        # Shares are differences of sums of weights: a hair below 0 is 0.
        return (n_rows * np.clip(inside, 0.0, 1.0) + 0.5) / (n_rows + 1)

    def _checked_probabilities(self, probabilities: Sequence[float]) -> Sequence[float]:
        fewest = float(self.n_effective.min())
        for one in probabilities:
            check_level("probability of a quantile", one)
            needed = 1 / min(one, 1 - one) - 1
            if fewest + _ROUNDING < needed:
                level = max(0.0, 100 * (1 - 2 / (fewest + 1)))
                msg = (
                    f"The {one:g} quantile needs at least {np.ceil(needed - _ROUNDING):.0f} "
                    f"residuals, and there are {fewest:.0f}: ask for an interval of at most "
                    f"{np.floor(level):.0f} %, or fit on more rows."
                )
                raise OptionError(msg)
        return probabilities

    def _standard_quantile(self, expected: FloatArray, probability: float) -> FloatArray:
        """Return a quantile of the standardised residual of each row, by bisection of the points."""
        lower, share = self._between_bins(expected)
        upper = np.minimum(lower + 1, self.n_bins - 1)
        n_rows = self._mixed(self.n_effective, lower, share)
        rank = (n_rows + 1) * min(probability, 1 - probability)
        rank = np.floor(rank + _ROUNDING)
        wanted = (rank if probability <= 0.5 else n_rows + 1 - rank) / n_rows - _ROUNDING  # noqa: PLR2004 - the median
        first = np.zeros(len(expected), dtype=np.intp)
        last = np.full(len(expected), len(self.support) - 1, dtype=np.intp)
        for _ in range(int(np.ceil(np.log2(len(self.support)))) + 1):
            middle = (first + last) // 2
            reached = (1 - share) * self.cumulative[lower, middle]
            reached += share * self.cumulative[upper, middle]
            enough = reached >= wanted
            last = np.where(enough, middle, last)
            first = np.where(enough, first, np.minimum(middle + 1, last))
        return self.support[last]
