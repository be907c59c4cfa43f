"""Fit the distribution of residuals in units of their expected errors."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

import numpy as np

from qconf._types import ArrayLike, ErrorScaleName, FloatArray
from qconf.core.frames import as_series
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError
from qconf.probability.additive import additive_scale
from qconf.probability.choosing import best_settings, half_lives
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.options import check_expected_error, check_positive_number
from qconf.probability.summing_up import Rows, Settings, summed_up
from qconf.tables.roles import moments_of

__all__ = ["fit_error_distribution"]

#: What is tried: slopes of calibration, and numbers of bins by expected error.
_SLOPES, _BINS = (1.0, 0.85, 0.7), (1, 5)


def fit_error_distribution(
    residual: ArrayLike,
    expected_error: ArrayLike,
    *,
    error: ErrorScaleName = "relative",
    time: ArrayLike | None = None,
    half_life: float | Literal["auto"] | None = None,
    slope: float | Literal["auto"] = "auto",
    bins: int | Literal["auto"] = "auto",
) -> ErrorDistribution:
    """Fit the empirical distribution of standardised residuals, residual / expected error.

    Parameters
    ----------
    residual : array-like of shape (n_samples,)
        Signed residuals on the error scale, each made without having seen its row's truth.
    expected_error : array-like of shape (n_samples,)
        Expected errors, >= 0, each from an estimator that has not seen its row's residual: of its
        own rows an estimator is too sure.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale of both.
    time : array-like of shape (n_samples,), default=None
        When each row became known: dates or numbers. What is chosen is then judged forward.
    half_life : float, "auto" or None, default=None
        Age, in days or in units of `time`, at which a row counts half; None if all count alike.
        ``"auto"`` tries all of the time and half of it.
    slope : float or "auto", default="auto"
        The power that expected errors are raised to before residuals are divided by them, in
        (0, 1]; below 1 they lie too far apart (the calibration slope of Cox 1958, Biometrika 45).
        ``"auto"`` tries 0.85 and 0.7.
    bins : int or "auto", default="auto"
        Into how many bins of equal size by expected error the rows are cut (Mondrian).
        ``"auto"`` tries five.

    Returns
    -------
    ErrorDistribution

    Raises
    ------
    TableError
        If there are no rows, or a column is not finite numbers, one a row.
    OptionError
        If an option is outside its rule.

    Notes
    -----
    Beside ``"auto"``, what is plainest is kept unless something else has a lower mean continuous
    ranked probability score on rows held out, in all parts but one at most: four stretches of
    time, each by what is earlier; without a time five parts at random, each by the others. Fewer
    than 250 rows do not tell. Half-lives are not tried unless asked for: those that had scored
    best so far made the next period worse more often than better
    (docs/decisions/0033-probabilities.md).
    """
    came = check_column("residual", residual, np.size(residual))
    if len(came) == 0:
        msg = "There are no residuals to fit a distribution of."
        raise TableError(msg)
    scale = additive_scale(error)
    expected = check_expected_error(expected_error, len(came))
    age = None if time is None else _age(time, len(came))
    _check_half_life(half_life, age)
    _check_slope(slope)
    _check_bins(bins, len(came))
    rows = Rows(scale.of_residual(came), expected, age, scale.name)
    tried = product(
        half_lives(age) if half_life == "auto" else [half_life],
        _SLOPES if slope == "auto" else [float(slope)],
        _BINS if bins == "auto" else [int(bins)],
    )
    return summed_up(rows, best_settings([Settings(*one) for one in tried], rows))


def _age(time: ArrayLike, n_rows: int) -> FloatArray:
    """Return how long before the newest row each row became known, in days or in units of time."""
    moments, known = moments_of(as_series(time, "time", n_rows))
    missing = 0 if known is None else int((~known).sum())
    if missing:
        msg = f"The time is missing in {missing} of {n_rows} rows; leave those rows out."
        raise TableError(msg)
    moments = np.asarray(moments)
    age = moments.max() - moments
    days = age / np.timedelta64(1, "D") if moments.dtype.kind == "M" else age
    return np.asarray(days, dtype=np.float64)


def _check_half_life(half_life: Any, age: FloatArray | None) -> None:
    if half_life is None or half_life == "auto":
        return
    check_positive_number("half-life", half_life, "90 days (or None for equal weights, or 'auto')")
    if age is None:
        msg = f"A half-life ({half_life:g}) weighs rows by their age: give the time of each row."
        raise OptionError(msg)


def _check_slope(slope: Any) -> None:
    if slope == "auto":
        return
    check_positive_number("slope", slope, "1 (or 'auto')")
    if slope > 1:
        msg = f"The slope must lie in (0, 1], or be 'auto'; got {slope:g}."
        raise OptionError(msg)


def _check_bins(bins: Any, n_rows: int) -> None:
    if bins == "auto":
        return
    if not isinstance(bins, int) or isinstance(bins, bool) or not 1 <= bins <= n_rows:
        msg = (
            f"The bins must be 'auto' or an integer from 1 to the number of rows ({n_rows}), "
            f"got {bins!r}."
        )
        raise OptionError(msg)
