"""Adjust prices of comparables, and split each adjustment over properties: plain arithmetic.

On the relative and the log scale an adjustment is a factor, whose logarithm splits into a sum. In
money, a part of it is worth its logarithm times the logarithmic mean of the price and the adjusted
price: so parts add up, in whatever order they are taken (Ang 2004, Energy Policy 32: the
logarithmic mean Divisia index).
"""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray

__all__ = ["adjusted_prices", "log_mean", "on_scale", "split_adjustments"]

#: Logarithms closer than this: the series is as exact as the quotient.
_CLOSE = 1e-6


def adjusted_prices(value: FloatArray, residual: FloatArray, *, on_ratios: bool) -> FloatArray:
    """Return what comparables would have cost, had they been like the row.

    The price is moved by what the model says of the row beyond what it said of the sale without
    having seen its price: y exp(f(x) − f₋(xᵢ)) = exp(f(x)) exp(−rᵢ) with the residual rᵢ.

    Parameters
    ----------
    value, residual : ndarray of shape (n_pairs,)
        The model's value of the row, and the sale's residual: a log ratio or a difference.
    on_ratios : bool

    Returns
    -------
    ndarray of shape (n_pairs,)
    """
    return value * np.exp(-residual) if on_ratios else value - residual


def log_mean(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the logarithmic mean, (a − b) / (log a − log b); a where they are equal.

    Examples
    --------
    >>> log_mean(np.array([1.0, 2.0]), np.array([np.e, 2.0])).round(6)
    array([1.718282, 2.      ])
    """
    ratio = np.log(b) - np.log(a)
    near = np.abs(ratio) < _CLOSE
    apart = np.where(near, 1.0, ratio)
    return a * np.where(near, 1.0 + ratio / 2 + ratio**2 / 6, np.expm1(apart) / apart)


def on_scale(
    parts: FloatArray, row_value: FloatArray, sale_value: FloatArray, *, logs: bool, on_ratios: bool
) -> FloatArray:
    """Turn parts of a difference into parts of a log ratio, or the other way, where need be.

    Parameters
    ----------
    parts : ndarray of shape (n_pairs, n_columns)
        Of the difference between what trees say of a row and of a sale; of logarithms if `logs`.
    row_value, sale_value : ndarray of shape (n_pairs,)
        What they are worth to the model.
    logs, on_ratios : bool
        What parts are of, and what they are to be of.
    """
    if logs == on_ratios:
        return parts
    mean = log_mean(row_value, sale_value)[:, np.newaxis]
    return parts * mean if logs else parts / mean


def split_adjustments(
    parts: FloatArray,
    price: FloatArray,
    adjusted: FloatArray,
    *,
    on_ratios: bool,
    exact: BoolArray,
) -> FloatArray:
    """Return parts in units of the target that add up to each adjustment.

    Parameters
    ----------
    parts : ndarray of shape (n_pairs, n_parts)
        Of the log ratio of the adjusted price to the price, or of their difference.
    price, adjusted : ndarray of shape (n_pairs,)
    on_ratios : bool
    exact : ndarray of shape (n_parts,), dtype bool
        Which parts may take up what rounding leaves: the largest of them does.

    Returns
    -------
    ndarray of shape (n_pairs, n_parts)
    """
    money = parts * log_mean(price, adjusted)[:, np.newaxis] if on_ratios else parts.copy()
    largest = np.argmax(np.where(exact, np.abs(money), -1.0), axis=1)
    rows = np.arange(len(money))
    money[rows, largest] = 0.0
    money[rows, largest] = (adjusted - price) - money.sum(axis=1)
    return money
