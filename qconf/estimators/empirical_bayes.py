"""Estimate each group's error by empirical Bayes: shrunk to what the errors of groups are like."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from qconf._types import FloatArray, Table
from qconf.base import OnlineConfidenceEstimator
from qconf.core.validation import Interval
from qconf.encoding.columns import as_frame
from qconf.errors import TableError, did_you_mean
from qconf.learners.online.coordinates import ActiveCoordinates
from qconf.learners.online.count_rates import UNSEEN
from qconf.learners.variance_mixture import fit_variance_mixture
from qconf.residuals.absurd_residuals import squared

__all__ = ["EmpiricalBayesConfidence"]


class EmpiricalBayesConfidence(OnlineConfidenceEstimator):
    """Expect of a group what its residuals say, as far as groups were found to differ.

    For each column, its levels (numbers are cut into bins) are groups. How their variances differ
    is learned from all of them (`qconf.learners.variance_mixture`), and each is shrunk to that: a
    building with three sales nearly to the mean of buildings, one with three hundred hardly at
    all, and all of them where buildings do not differ. A building that was never seen is expected
    to be like the mean of buildings or the mean of rows, whichever is more. With several columns
    the groups' factors multiply; each column is held against what the others explain, in turns.

    Where there is one group that matters (a building, a seller, a zip code), name it; with all
    columns this is an error model without trees that can be read: `factors`.

    Parameters
    ----------
    columns : str, int, sequence of them, or None, default=None
        Columns to use, by name or position; None takes all.
    bins : int, default=32
        Bins between the 1st and 99th percentile of a number.
    dispersion : float, default=3.0
        How many times as uncertain as Normal ones squared residuals are: (kurtosis - 1) / 2, so
        1 is for Normal residuals; those of real tables have heavier tails. More shrinks more.
    sweeps : int, default=3
        How often `fit` goes over the columns.

    Attributes
    ----------
    base_squared_error_ : float
        Squared error that factors multiply.

    Notes
    -----
    A group's second moment is taken about 0, so that a valuation model that is off for a whole
    group is not called safe there; how uncertain the group's mean was is in its residuals. For
    the residuals of a model that learns along the stream, see `qconf.simulation.settled`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> building = np.repeat([f"b{i}" for i in range(200)], 50)
    >>> sigma = np.where(np.arange(10_000) < 5000, 0.05, 0.10)
    >>> est = EmpiricalBayesConfidence().fit(building.reshape(-1, 1), rng.normal(scale=sigma))
    >>> est.predict([["b7"], ["b190"], ["never seen"]]).round(2)
    array([0.05, 0.1 , 0.08])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "columns": [None, str, Integral, "array-like"],
        "bins": [Interval(Integral, 2, None, closed="left")],
        "dispersion": [Interval(Real, 1, None, closed="left")],
        "sweeps": [Interval(Integral, 1, None, closed="left")],
    }

    _dof: FloatArray
    _squares: FloatArray

    def __init__(
        self,
        columns: str | int | Sequence[str | int] | None = None,
        *,
        bins: int = 32,
        dispersion: float = 3.0,
        sweeps: int = 3,
    ) -> None:
        self.columns = columns
        self.bins = bins
        self.dispersion = dispersion
        self.sweeps = sweeps

    def factors(self) -> pd.DataFrame:
        """Tell which levels are hard: one row for each level of each column.

        Returns
        -------
        DataFrame of shape (n_levels, 4)
            ``column`` (a position among those used), ``level`` (its name, the number of a bin, or
            None for missing), ``rows``, and ``factor``, by which it multiplies the squared error.
        """
        check_is_fitted(self)
        places = [
            (column, level, place)
            for column, levels in self._active.levels.items()
            for level, place in levels.items()
        ]
        return pd.DataFrame(
            {
                "column": [column for column, _, _ in places],
                "level": pd.Series([level for _, level, _ in places], dtype=object),
                "rows": [self._dof[place] for *_, place in places],
                "factor": [float(np.exp(self._log_factor[place])) for *_, place in places],
            }
        )

    def _fit(self, X: Table, y: FloatArray) -> None:
        self._restart(X)
        place, square = self._places(X), squared(y)
        for _ in range(self.sweeps):
            # Each sweep starts the sums anew, held against better factors of the other columns.
            self._dof, self._squares = np.zeros_like(self._dof), np.zeros_like(self._squares)
            self._total = np.zeros(2)
            self._add(place, square)

    def _start(self, X: Table) -> None:
        frame = self._chosen(X)
        self._active = ActiveCoordinates(frame, self.bins)
        self._dof, self._squares, self._log_factor = np.zeros(0), np.zeros(0), np.zeros(0)
        self._unseen = np.zeros(frame.shape[1])
        #: Sums over rows, of squared residuals and of what the factors made of each row.
        self._total = np.zeros(2)
        self.base_squared_error_ = 0.0

    def _learn(self, X: Table, y: FloatArray) -> None:
        self._add(self._places(X), squared(y))

    def _places(self, X: Table) -> NDArray[np.int32]:
        """Return the groups of rows that will be learned from, and make room for new ones."""
        # Copies, so that rows that are refused leave no trace in what was learned before.
        self._active = self._active.copy()
        place = self._active.learn(self._chosen(X))[0]
        self._unseen = self._unseen.copy()
        self._grow(self._active.n_coordinates)
        return place

    def _add(self, place: NDArray[np.int32], square: FloatArray) -> None:
        """Add rows to the sums of each column in turn, and shrink its groups anew."""
        # Squares of zero have no scale to be measured in.
        base = self.base_squared_error_ or float(square.mean()) or 1.0
        total = self._log_factor[place].sum(axis=1)
        for k in range(place.shape[1]):
            of_column = place[:, k]
            others = total - self._log_factor[of_column]
            beyond = square / (base * np.exp(others))
            self._dof += np.bincount(of_column, minlength=len(self._dof))
            self._squares += np.bincount(of_column, beyond, minlength=len(self._dof))
            self._shrink(k)
            total = others + self._log_factor[of_column]
        self._total = self._total + np.array([square.sum(), np.exp(total).sum()])
        self.base_squared_error_ = float(self._total[0] / self._total[1])

    def _shrink(self, k: int) -> None:
        """Fit the prior of a column's groups, and take their posterior means for factors."""
        groups = np.array(list(self._active.levels[k].values()))
        dof = self._dof[groups] / self.dispersion
        squares = self._squares[groups] / self.dispersion
        prior = fit_variance_mixture(dof, squares)
        if prior is not None:
            factor = prior.posterior_mean(dof, squares)
            self._log_factor[groups] = np.log(factor)
            # The mean of groups, or of rows where large groups are the harder ones: a group that
            # is not known must not look safe.
            of_groups = float(prior.probability @ prior.variance)
            of_rows = float(np.average(factor, weights=dof)) if dof.any() else 0.0
            self._unseen[k] = np.log(max(of_groups, of_rows))

    def _grow(self, n_coordinates: int) -> None:
        def grown(array: FloatArray) -> FloatArray:
            return np.concatenate([array, np.zeros(n_coordinates - len(array))])

        self._dof, self._squares = grown(self._dof), grown(self._squares)
        self._log_factor = grown(self._log_factor)

    def _log_factors(self, place: NDArray[np.int32]) -> FloatArray:
        known: FloatArray = self._log_factor[np.maximum(place, 0)]
        return np.where(place == UNSEEN, self._unseen, known)

    def _predict(self, X: Table) -> FloatArray:
        place = self._active.find(self._chosen(X))[0]
        expected: FloatArray = np.sqrt(
            self.base_squared_error_ * np.exp(self._log_factors(place).sum(axis=1))
        )
        return expected

    def _chosen(self, X: Table) -> pd.DataFrame:
        """Keep the columns that are asked for."""
        frame = as_frame(X)
        if self.columns is None:
            return frame
        asked = [self.columns] if isinstance(self.columns, str | int) else list(self.columns)
        return frame.iloc[:, [self._position(frame, column) for column in asked]]

    def _position(self, frame: pd.DataFrame, column: Any) -> int:
        if column in frame.columns:
            return list(frame.columns).index(column)
        if isinstance(column, int) and 0 <= column < frame.shape[1]:
            return int(column)
        hint = did_you_mean(str(column), list(map(str, frame.columns)))
        msg = f"There is no column {column!r} to take groups from. {hint}"
        raise TableError(msg)
