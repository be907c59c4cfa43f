"""Measure errors on a relative, logarithmic or absolute scale, fixed once at the border.

A *residual* is always prediction minus truth, so a positive one is an over-valuation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from qconf._types import FloatArray
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError, not_one_of

__all__ = ["ERROR_SCALES", "ErrorScale", "error_scale"]


@dataclass(frozen=True)
class ErrorScale:
    """One way of measuring how wrong a prediction is.

    Attributes
    ----------
    name : str
        ``relative``, ``log`` or ``absolute``.
    needs_positive : bool
        True if only positive targets can be measured this way.
    residual : callable
        ``residual(prediction, y)`` gives the signed errors, shape (n_samples,).
    spread : callable
        ``spread(expected_error, prediction)`` turns expected errors into the units of the
        target: to first order, one expected error around the prediction.
    describe : str
        ``"off by more than {}"``, to be filled with a threshold.
    """

    name: str
    needs_positive: bool
    residual: Callable[[FloatArray, FloatArray], FloatArray]
    spread: Callable[[FloatArray, FloatArray], FloatArray]
    around: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    describe: str

    def relative_spread(self, expected_error: FloatArray, prediction: FloatArray) -> FloatArray:
        """Return expected errors as shares of the prediction: the forecast standard deviation.

        Parameters
        ----------
        expected_error, prediction : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            `spread` / abs(prediction), without a unit: on the relative and, to first order, the
            log scale the expected error itself. Not a number where the prediction is 0.
        """
        if self.needs_positive:
            return expected_error
        shares = np.full(len(prediction), np.nan)
        np.divide(expected_error, np.abs(prediction), out=shares, where=prediction != 0)
        return shares

    def checked_residual(self, prediction: FloatArray, y: FloatArray) -> FloatArray:
        """Return the signed errors of predictions that can be measured on this scale.

        Raises
        ------
        TableError
            If a prediction has no logarithm where one is needed, or an error is not finite.
        """
        if self.name == "log" and len(prediction) and prediction.min() <= 0:
            msg = "The valuation model predicts values <= 0, which have no log error; use another."
            raise TableError(msg)
        return check_column("residual", self.residual(prediction, y), len(y))

    def in_words(self, threshold: float) -> str:
        """Say what an outlier at `threshold` is."""
        if self.name == "relative":
            return self.describe.format(f"{100 * threshold:g} %")
        return self.describe.format(f"{threshold:,g}")


def _relative(prediction: FloatArray, y: FloatArray) -> FloatArray:
    return (prediction - y) / y


def _log(prediction: FloatArray, y: FloatArray) -> FloatArray:
    return np.log(prediction) - np.log(y)


def _absolute(prediction: FloatArray, y: FloatArray) -> FloatArray:
    return prediction - y


def _times_prediction(expected_error: FloatArray, prediction: FloatArray) -> FloatArray:
    return expected_error * np.abs(prediction)


def _as_is(expected_error: FloatArray, prediction: FloatArray) -> FloatArray:  # noqa: ARG001 - one signature for all scales
    return expected_error


def _around_relative(
    expected_error: FloatArray, prediction: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return prediction / (1 + expected_error), prediction * (1 + expected_error)


def _around_log(
    expected_error: FloatArray, prediction: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return prediction * np.exp(-expected_error), prediction * np.exp(expected_error)


def _around_absolute(
    expected_error: FloatArray, prediction: FloatArray
) -> tuple[FloatArray, FloatArray]:
    return prediction - expected_error, prediction + expected_error


_OFF = "off by more than {}"
ERROR_SCALES: Final[dict[str, ErrorScale]] = {
    scale.name: scale
    for scale in (
        ErrorScale("relative", True, _relative, _times_prediction, _around_relative, _OFF),
        ErrorScale("log", True, _log, _times_prediction, _around_log, f"{_OFF} in log units"),
        ErrorScale("absolute", False, _absolute, _as_is, _around_absolute, _OFF),
    )
}


def error_scale(name: str) -> ErrorScale:
    """Look up an error scale by its name.

    Parameters
    ----------
    name : {"relative", "log", "absolute"}
        ``relative`` is (prediction − y) / y, ``log`` is log prediction − log y, ``absolute`` is
        prediction − y.

    Returns
    -------
    ErrorScale

    Raises
    ------
    OptionError
        If there is no such scale.

    Examples
    --------
    >>> import numpy as np
    >>> error_scale("relative").residual(np.array([110.0]), np.array([100.0]))
    array([0.1])
    """
    try:
        return ERROR_SCALES[name]
    except (KeyError, TypeError):
        raise OptionError(not_one_of("error scale", name, ERROR_SCALES)) from None
