"""The distribution of residuals in units of their expected errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from qconf._types import ArrayLike, FloatArray
from qconf.core.validation import check_column
from qconf.errors import OptionError, not_one_of
from qconf.probability.additive import AdditiveScale, additive_scale
from qconf.probability.binned import BinnedDistribution
from qconf.probability.options import check_expected_error, check_level

__all__ = ["ErrorDistribution", "Side"]

#: Which errors are outliers: all, over-valuations only, or under-valuations only.
Side = Literal["both", "over", "under"]


@dataclass(frozen=True, eq=False)
class ErrorDistribution:
    """Weighted empirical distribution of signed standardised residuals, residual / expected error.

    It turns the expected error of a new row into probabilities and intervals, with no shape
    assumed. All it holds is arrays and plain numbers. Made by `fit_error_distribution`.

    Attributes
    ----------
    error : {"relative", "log", "absolute"}
        The error scale of residuals and expected errors.
    standardised : BinnedDistribution
        Of standardised residuals; of relative errors the logarithm is standardised. Its bins, if
        there are several, are by log expected error (Mondrian).
    floor : float
        A lower expected error counts as this one; above 0.
    typical : float
        The median expected error.
    slope : float
        A residual is divided by typical · (expected error / typical) ** slope.
    half_life : float or None
        Age at which a row counts half, in days or in units of the time; None if all count alike.
    resolution : float
        How far a probability may be off because only a few thousand points were kept; 0 if all
        were.
    n_rows : int
        Number of residuals.

    Examples
    --------
    >>> import numpy as np
    >>> from qconf import fit_error_distribution
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
    standardised: BinnedDistribution
    floor: float
    typical: float
    slope: float
    half_life: float | None
    resolution: float
    n_rows: int

    @property
    def n_bins(self) -> int:
        """Into how many bins by expected error the rows were cut."""
        return self.standardised.n_bins

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
        return self._probability(expected_error, *self._scale.within(x))

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
            low = -np.inf
        elif side == "under":
            high = np.inf
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
            where the prediction is not above 0.

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
            In units of the target. Ranks are rounded away from the median, so that between two
            quantiles lies at least what they promise.

        Raises
        ------
        OptionError
            If there are too few residuals for a quantile so far out.
        """
        value = check_column("prediction", prediction, np.size(prediction))
        expected = self._floored(expected_error, len(value))
        unit, at = self._unit(expected), np.log(expected)
        found = np.empty((len(value), len(probabilities)))
        for column, probability in enumerate(probabilities):
            self._check_enough(probability)
            # Where the truth is low, the prediction was too high.
            z = self.standardised.quantile(at, 1 - probability)
            found[:, column] = self._scale.truth(value, unit * z)
        return found

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
        """Score distributions of residuals that add already (`AdditiveScale`)."""
        expected = self._floored(expected_error, len(residual))
        unit = self._unit(expected)
        return unit * self.standardised.crps(np.log(expected), residual / unit)

    def tail_probability(self, expected_error: ArrayLike, residual: ArrayLike) -> FloatArray:
        """Return how likely a residual is that lies at least so far out: a two-sided p-value.

        Parameters
        ----------
        expected_error, residual : array-like of shape (n_samples,)
            On the error scale; neither has helped to make this distribution.

        Returns
        -------
        ndarray of shape (n_samples,)
            In (0, 1]: twice the smaller of the chances of a residual as low, and as high.

        Notes
        -----
        The far ends are generalized Pareto (`qconf.probability.tails`): of n residuals none is
        rarer than 1 / n. If rows of the fit had faults, such faults surprise less.
        """
        came = self._scale.of_residual(check_column("residual", residual, np.size(residual)))
        expected = self._floored(expected_error, len(came))
        z, at = came / self._unit(expected), np.log(expected)
        low, high = self.standardised.beyond(at, z)
        both: FloatArray = np.minimum(1.0, 2 * np.minimum(low, high))
        return both

    @property
    def _scale(self) -> AdditiveScale:
        return additive_scale(self.error)

    def _floored(self, expected_error: ArrayLike, n_rows: int) -> FloatArray:
        return np.maximum(check_expected_error(expected_error, n_rows), self.floor)

    def _unit(self, expected: FloatArray) -> FloatArray:
        """Return what the residuals of rows are divided by."""
        unit: FloatArray = self.typical * (expected / self.typical) ** self.slope
        return unit

    def _probability(self, expected_error: ArrayLike, low: float, high: float) -> FloatArray:
        """Return the probability of residuals that add from low to high, both ends included."""
        expected = self._floored(expected_error, np.size(expected_error))
        unit = self._unit(expected)
        return self.standardised.probability(np.log(expected), low / unit, high / unit)

    def _check_enough(self, probability: float) -> None:
        """Check that there are rows beyond a quantile, in each bin."""
        check_level("probability of a quantile", probability)
        there = float(self.standardised.n_effective.min())
        needed = self.standardised.needed(probability)
        if there < needed:
            most = max(0.0, 100 * (1 - 2 / (there + 1)))
            msg = (
                f"The {probability:g} quantile needs at least {np.ceil(needed):.0f} residuals, and "
                f"there are {there:.0f}: ask for an interval of at most {np.floor(most):.0f} %, or "
                "fit on more rows."
            )
            raise OptionError(msg)
