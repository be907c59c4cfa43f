"""Residuals that add: what has to be divided by an expected error before it is compared.

A relative error cannot be below −100 % and has no upper end, so that ±z expected errors are not
alike on both sides, and a range made of them could reach below zero. Its logarithm,
log(prediction / truth), has neither end. The absolute error is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.errors import OptionError
from qconf.probability.options import check_positive_number

__all__ = ["AdditiveScale", "additive_scale"]

#: A prediction below this share of the truth counts as this share of it.
_LEAST_RATIO = 1e-6


@dataclass(frozen=True)
class AdditiveScale:
    """How residuals of one error scale become residuals that add, and back.

    Attributes
    ----------
    name : {"relative", "log", "absolute"}
        The error scale.
    of_residual : callable
        From residuals on the error scale to ones that add, shape (n_samples,).
    is_ratio : bool
        Whether a residual that adds is log(prediction / truth), or else prediction − truth.
    """

    name: str
    of_residual: Callable[[FloatArray], FloatArray]
    is_ratio: bool

    def within(self, x: float) -> tuple[float, float]:
        """Return the least and the largest residual of a value within ±x of the truth.

        Parameters
        ----------
        x : float
            A share of the truth, such as 0.10, on the relative and the log scale; in units of the
            target on the absolute one.

        Raises
        ------
        OptionError
            If it is not a number above 0, or no share where it must be one.

        Examples
        --------
        >>> low, high = additive_scale("log").within(0.10)
        >>> round(low, 4), round(high, 4)
        (-0.1054, 0.0953)
        """
        check_positive_number("distance x", x, "0.10 for 10 %" if self.is_ratio else "25000")
        if not self.is_ratio:
            return -x, x
        if x > 1:
            msg = f"The distance x is a share of the truth, at most 1: 0.10 is 10 %; got {x:g}."
            raise OptionError(msg)
        return _log1p(-x), _log1p(x)

    def beyond(self, threshold: float) -> tuple[float, float]:
        """Return the residuals, as they add, of errors of exactly ±threshold on the error scale.

        Raises
        ------
        OptionError
            If the threshold is not a number above 0.
        """
        check_positive_number("threshold", threshold, "0.15")
        if self.name == "relative":
            return _log1p(-threshold), _log1p(threshold)
        return -threshold, threshold

    def truth(self, prediction: FloatArray, residual: FloatArray) -> FloatArray:
        """Return the truth that a prediction with this residual has.

        Parameters
        ----------
        prediction, residual : ndarray of shape (n_samples,)
            Residuals that add.

        Returns
        -------
        ndarray of shape (n_samples,)
            Above 0 for ratios; not a number for a prediction <= 0, which is a ratio of nothing.
        """
        if not self.is_ratio:
            return prediction - residual
        with np.errstate(over="ignore"):
            truth: FloatArray = np.where(prediction > 0, prediction, np.nan) * np.exp(-residual)
        return truth


def additive_scale(error: str) -> AdditiveScale:
    """Look up how the residuals of an error scale are made to add.

    Parameters
    ----------
    error : {"relative", "log", "absolute"}

    Raises
    ------
    OptionError
        If there is no such error scale.
    """
    return _ADDITIVE[error_scale(error).name]


def _of_relative(residual: FloatArray) -> FloatArray:
    return np.log(np.maximum(1 + residual, _LEAST_RATIO))


def _as_is(residual: FloatArray) -> FloatArray:
    return residual


def _log1p(x: float) -> float:
    return -np.inf if x <= -1 else float(np.log1p(x))


_ADDITIVE: Final[dict[str, AdditiveScale]] = {
    one.name: one
    for one in (
        AdditiveScale("relative", _of_relative, is_ratio=True),
        AdditiveScale("log", _as_is, is_ratio=True),
        AdditiveScale("absolute", _as_is, is_ratio=False),
    )
}
