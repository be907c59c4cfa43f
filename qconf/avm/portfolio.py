"""Check values, truths and what was said of them: the intake of a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray
from qconf.avm.expected_failures import TierLimits, tiers_of_fsd
from qconf.core.frames import as_series
from qconf.errors import TableError
from qconf.tables.roles import role_numbers

__all__ = ["Portfolio", "labels_of"]

#: Forecast standard deviations around 100 % are per cent that were not divided by 100.
_PER_CENT = 1.0
_MOST_LABELS = 50
_MISSING = "(missing)"


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Rows whose truth is known, each with a value or without one.

    Attributes
    ----------
    values : ndarray of shape (n_rows,)
        Not a number where the model gave none.
    truth : ndarray of shape (n_rows,)
    valued : ndarray of shape (n_rows,), dtype bool
    residual : ndarray of shape (n_rows,)
        (value - truth) / truth; 0 where there is no value.
    fsd : ndarray of shape (n_rows,) or None
        A share of the value, above 0; not a number where it, or the value, is missing.
    ccs : ndarray of shape (n_rows,) or None
        A probability; not a number likewise.
    tiers : ndarray of shape (n_rows,) of int, or None
        Positions in `tier_names`; -1 where there is no value.
    tier_limits : dict of str to (float or None)
        The tiers, each with the largest expected failure rate if its name stands for one.
    threshold : float
        A row that is off by more is a failure.
    """

    values: FloatArray
    truth: FloatArray
    valued: BoolArray
    residual: FloatArray
    fsd: FloatArray | None
    ccs: FloatArray | None
    tiers: IntArray | None
    tier_limits: dict[str, float | None]
    threshold: float

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        truth: ArrayLike,
        *,
        expected_error: ArrayLike | None,
        ccs: ArrayLike | None,
        tiers: ArrayLike | None,
        tier_limits: TierLimits,
        threshold: float,
    ) -> tuple[Portfolio, BoolArray]:
        """Check columns, and leave out the rows whose truth is missing.

        Returns
        -------
        Portfolio
        ndarray of shape (n_given,), dtype bool
            Which of the rows are in it.

        Raises
        ------
        TableError
            If lengths differ, a column is no numbers, a number is out of its range, or fewer
            than two rows have both a value and a truth.
        """
        truths = _positive("truth", truth, None)
        n_given = len(truths)
        value = _positive("value", values, n_given)
        known = ~np.isnan(truths)
        value, truths = value[known], truths[known]
        valued = ~np.isnan(value)
        if valued.sum() < 2:  # noqa: PLR2004 - one row has no spread
            msg = f"At least 2 rows must have both a value and a truth, found {valued.sum()}."
            raise TableError(msg)
        residual = np.where(valued, (value - truths) / truths, 0.0)
        fsd = None if expected_error is None else _fsd(expected_error, n_given)[known]
        score = None if ccs is None else _ccs(ccs, n_given)[known]
        codes, names = labels_of("tier", tiers, known)
        limits: dict[str, float | None] = dict.fromkeys(names)
        if codes is None and fsd is not None and tier_limits is not None:
            codes, limits = tiers_of_fsd(fsd, threshold, tier_limits)
        if codes is not None:
            codes = np.where(valued, codes, -1)
        for column in (fsd, score):
            if column is not None:
                column[~valued] = np.nan
        one = cls(value, truths, valued, residual, fsd, score, codes, limits, threshold)
        return one, known

    def part(self, members: BoolArray) -> Portfolio:
        """Return some of the rows, as a portfolio of their own."""
        columns = ("values", "truth", "valued", "residual", "fsd", "ccs", "tiers")
        given = {name: getattr(self, name) for name in columns}
        own: dict[str, Any] = {
            name: None if one is None else one[members] for name, one in given.items()
        }
        return replace(self, **own)


def labels_of(
    what: str, given: ArrayLike | None, known: BoolArray
) -> tuple[IntArray | None, tuple[str, ...]]:
    """Replace labels by numbers, in the order in which people list them.

    Parameters
    ----------
    what : str
        For the message.
    given : array-like of shape (n_given,) or None
        Categories keep their order, numbers and texts are sorted; missing ones come last.
    known : ndarray of shape (n_given,), dtype bool
        The rows that count.

    Returns
    -------
    ndarray of shape (n_rows,) of int, or None
    tuple of str

    Raises
    ------
    TableError
        If the length differs, or there are more than 50 of them.
    """
    if given is None:
        return None, ()
    column = as_series(given, what, len(known))[known].reset_index(drop=True)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("category" if _sortable(column) else "str").astype("category")
    column = column.cat.remove_unused_categories()
    names = [str(one) for one in column.cat.categories]
    if len(names) > _MOST_LABELS:
        msg = (
            f"The {what} must have at most {_MOST_LABELS} distinct values, found {len(names):,}. "
            "Name a column of classes, or put numbers into bands first."
        )
        raise TableError(msg)
    codes = column.cat.codes.to_numpy().astype(np.intp)
    if (codes < 0).any():
        codes[codes < 0] = len(names)
        names.append(_MISSING)
    return codes, tuple(names)


def _sortable(column: pd.Series[Any]) -> bool:
    return column.dtype != object or len({type(one) for one in column.dropna()}) <= 1


def _positive(what: str, given: ArrayLike, n_rows: int | None) -> FloatArray:
    numbers = role_numbers(as_series(given, what, n_rows), what)
    low = int((numbers <= 0).sum())
    if low:
        msg = (
            f"A {what} must be above 0; {low} of {len(numbers)} are not. A ratio of them means "
            "nothing: mend those rows, or remove them."
        )
        raise TableError(msg)
    return numbers


def _fsd(given: ArrayLike, n_rows: int) -> FloatArray:
    fsd = role_numbers(as_series(given, "FSD", n_rows), "FSD").copy()
    low = int((fsd <= 0).sum())
    if low:
        msg = (
            f"An FSD must be above 0; {low} of {n_rows} are not. Make those missing: a forecast "
            "without any error is none."
        )
        raise TableError(msg)
    middle = float(np.nanmedian(fsd)) if np.isfinite(fsd).any() else 0.0
    if middle > _PER_CENT:
        msg = (
            f"An FSD must be a share of the value, such as 0.08 for 8 %; the median is {middle:g}. "
            "Divide it by 100, or by the value."
        )
        raise TableError(msg)
    return fsd


def _ccs(given: ArrayLike, n_rows: int) -> FloatArray:
    """Read a score in per cent, or one of probabilities, which are nowhere above 1.

    A CCS of less than 1 % is rare: where most are, and a few are above 1, those are mistakes.
    """
    score = role_numbers(as_series(given, "CCS", n_rows), "CCS").copy()
    outside = int(((score < 0) | (score > 100)).sum())  # noqa: PLR2004 - per cent
    if outside:
        msg = f"A CCS must lie from 0 to 100 (%), or all from 0 to 1; {outside} of {n_rows} do not."
        raise TableError(msg)
    above = int((score > 1).sum())
    shares = int(((score > 0) & (score <= 1)).sum())
    if 0 < above < shares:
        msg = (
            f"A CCS must be in per cent, or all from 0 to 1; {shares} of {n_rows} lie from 0 to 1 "
            f"and {above} above, up to {np.nanmax(score):g}. Mend those above 1, or give all of it "
            "in per cent."
        )
        raise TableError(msg)
    return score / 100.0 if above else score
