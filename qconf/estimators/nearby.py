"""Predict error size from the residuals of rows nearby, in place and in value."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.utils.validation import check_is_fitted

from qconf._types import BoolArray, FloatArray, IntArray, TableLike
from qconf.base import PREDICTION, ConfidenceEstimator
from qconf.core.restored import is_array, require
from qconf.core.validation import Interval, StrOptions
from qconf.encoding.encoded import Encoded
from qconf.encoding.place_columns import find_place, named_place
from qconf.encoding.place_points import PlacePoints
from qconf.errors import TableError
from qconf.learners.nearest_points import NearestPoints

__all__ = ["NearbyConfidence", "Places", "places_of"]

Places = tuple[str, str] | Literal["infer"] | None

#: A bias that is below this share of the root mean squared residual is as good as none.
_NO_BIAS = 0.1
#: Rows that are searched, at most: time grows with rows times queries.
_MOST_ROWS = 50_000


def places_of(X: Encoded, names: list[str], places: Places) -> tuple[str, str] | None:
    """Return the names of the columns that tell the place of a row, if there are such.

    Parameters
    ----------
    X : Encoded of shape (n_samples, n_features)
    names : list of str
        Of its columns; empty for a table without names.
    places : (str, str), "infer" or None
        What the user says; ``"infer"`` looks for latitude and longitude (`find_place`).

    Raises
    ------
    OptionError
        If named columns are not there, or hold no numbers.
    """
    if places is None:
        return None
    return find_place(X, names) if places == "infer" else named_place(X, names, places)


class NearbyConfidence(ConfidenceEstimator):
    """Expect the errors of the training rows nearby, in place and in what they are worth.

    A valuation model does not know what happens in a street. Where it was far off, or off to one
    side, for the nearest houses, it will be for the next one; all the more if they were predicted
    to be worth about as much. Errors that are alike nearby are spatial autocorrelation (Dubin 1988,
    Review of Economics and Statistics 70), and local means of residuals correct for it in
    valuation (Bourassa, Cantoni & Hoesli 2010, Journal of Real Estate Research 32).

    Distances are those of `PlacePoints`: on a sphere, and with the prediction as one more axis. So
    of many rows at one place, flats of a building or houses of a zip code, those of a like value
    are asked. A row whose place is not known is expected to have the errors of all rows.

    Parameters
    ----------
    n_neighbors : int, default=7
        How many rows are asked.
    places : "infer" or (str, str), default="infer"
        Columns of latitude and longitude, or of x and y of a map; which of both is told by
        their values. ``"infer"`` finds columns that are called latitude and longitude.
    max_rows : int, default=50_000
        Rows that are searched, at most; evenly spaced in the table of `fit`.

    Attributes
    ----------
    places_ : (str, str)
        The columns that tell the place.
    points_ : PlacePoints
    rows_ : NearestPoints or None
        Those that are searched; None if no place is known.
    residual_ : ndarray of shape (n_kept,)
        Residuals of the rows that are searched.
    usual_ : float
        Root mean squared residual.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> where = rng.uniform([47, -123], [48, -122], size=(2000, 2))
    >>> homes = pd.DataFrame(where, columns=["lat", "long"])
    >>> residual = rng.normal(scale=np.where(homes["lat"] < 47.5, 0.1, 0.3))
    >>> est = NearbyConfidence(100).fit(homes, residual)
    >>> est.predict(pd.DataFrame({"lat": [47.2, 47.8], "long": -122.5})).round(1)
    array([0.1, 0.3])
    """

    averages_unseen: ClassVar[bool] = False
    winsorises: ClassVar[bool] = True
    takes_encoded = True
    n_features_in_: int
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "places": [StrOptions({"infer"}), tuple, list],
        "max_rows": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        n_neighbors: int = 7,
        *,
        places: tuple[str, str] | Literal["infer"] = "infer",
        max_rows: int = _MOST_ROWS,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.places = places
        self.max_rows = max_rows

    def signals(self, X: TableLike) -> FloatArray:
        """Say more than one number of each row, for a blend.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, 2)
            The expected error, and how far the mean of the residuals nearby is from zero: in units
            of the residuals, > 0, lower is more confident.
        """
        check_is_fitted(self)
        return self._signals(self._checked_table(X, reset=False))

    def check_restored(self) -> None:
        """Check what comes from a file: residuals of points are looked up.

        Raises
        ------
        ValueError
        """
        if "rows_" not in vars(self):
            return
        require(
            isinstance(self.points_, PlacePoints) and self.points_.fits(self.n_features_in_),
            "the places are no points",
        )
        n_rows = 0 if self.rows_ is None else len(self.rows_)
        require(
            isinstance(self.rows_, NearestPoints | None)
            and is_array(self.residual_, np.float64, (n_rows,)),
            "the rows nearby are no points, or have no residuals",
        )

    def _fit(self, X: Encoded, y: FloatArray) -> None:
        names = list(getattr(self, "feature_names_in_", []))
        found = places_of(X, names, self.places)
        if found is None:
            msg = (
                "NearbyConfidence finds no columns of latitude and longitude; name the two that "
                'tell the place: places=("y", "x").'
            )
            raise TableError(msg)
        self.places_ = found
        first, second = map(names.index, found)
        value = names.index(PREDICTION) if PREDICTION in names else None
        if value is not None and not X.is_measured(value):
            value = None
        self.points_ = PlacePoints(X.matrix, (first, second), value)
        kept = _thinned(self.points_.known(X.matrix), self.max_rows)
        rows = self.points_(X.matrix[kept])
        self.rows_ = NearestPoints(rows, self.n_neighbors) if len(kept) else None
        self.residual_: FloatArray = y[kept]
        self.usual_ = float(np.sqrt(np.mean(y**2))) + float(np.finfo(np.float64).tiny)

    def _signals(self, X: Encoded) -> FloatArray:
        # As one more row of which nothing is known: a few rows without any error are luck.
        n_rows = 1 + min(int(self.n_neighbors), len(self.residual_))
        squares = np.full(len(X), self.usual_**2)
        # As far from zero as chance alone takes the mean of so many residuals.
        bias = np.full(len(X), self.usual_ / np.sqrt(n_rows))
        known = self.points_.known(X.matrix)
        if self.rows_ is not None and known.any():
            residual = self.residual_[self.rows_(self.points_(X.matrix[known]))]
            squares[known] = ((residual**2).sum(axis=1) + self.usual_**2) / n_rows
            bias[known] = np.abs(residual.sum(axis=1) / n_rows)
        return np.column_stack([np.sqrt(squares), bias + _NO_BIAS * self.usual_])

    def _predict(self, X: Encoded) -> FloatArray:
        expected: FloatArray = self._signals(X)[:, 0]
        return expected


def _thinned(known: BoolArray, most: int) -> IntArray:
    """List the rows whose place is known, or so many of them, evenly spaced."""
    rows = np.flatnonzero(known)
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]
