"""Random sample testing: which rows to look at, and what a clean sample proves."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta, binom

from qconf._types import ArrayLike, FloatArray, IntArray
from qconf.core.conventions import check_options, check_seed
from qconf.core.grouping import group_codes
from qconf.errors import OptionError, TableError
from qconf.tables.roles import as_table, role_column

__all__ = ["certified_rate", "random_sample", "rows_to_certify"]

#: The column that says how many rows of the table each row of the sample stands for.
WEIGHT = "sampling_weight"
#: Beyond so many failures the search for a number of rows ends.
_MOST_ROWS = 10**9


def random_sample(
    table: Any, n: int, *, strata: str | ArrayLike | None = None, random_state: int = 0
) -> pd.DataFrame:
    """Draw rows at random, from each stratum in proportion to its size and at least one.

    Random sample testing is one of the five factors that the US rule on automated valuation
    models asks for (89 FR 64538, 2024). The same seed draws the same rows of the same table.

    Parameters
    ----------
    table : DataFrame, or table of polars, Arrow or the like
    n : int
        How many rows to draw.
    strata : str or array-like of shape (n_rows,), default=None
        A column whose values are the strata, such as tiers; rows without one are a stratum too.
    random_state : int, default=0

    Returns
    -------
    DataFrame of shape (n, n_columns + 1)
        The rows drawn, in the order of the table, and ``sampling_weight``: how many rows of the
        table each stands for. Rates of the sample, weighted by it, are rates of the table.

    Raises
    ------
    OptionError
        If there are fewer rows than are to be drawn, or more strata.
    TableError
        If there is no such column, or one named ``sampling_weight`` already.

    Examples
    --------
    >>> houses = pd.DataFrame({"id": range(100), "tier": ["A"] * 90 + ["B"] * 9 + ["C"]})
    >>> random_sample(houses, 10, strata="tier")["tier"].value_counts().to_dict()
    {'A': 8, 'B': 1, 'C': 1}
    """
    check_seed(random_state)
    frame = as_table(table)
    if WEIGHT in frame.columns:
        msg = f"The table has a column {WEIGHT!r} already, which the sample would write; rename it."
        raise TableError(msg)
    if not isinstance(n, Integral) or not 1 <= n <= len(frame):
        msg = f"The sample must have from 1 to {len(frame):,} rows, as the table has; got {n!r}."
        raise OptionError(msg)
    column = role_column(frame, "strata", strata)
    codes = np.zeros(len(frame), dtype=np.intp) if column is None else _strata(column)
    size = np.bincount(codes)
    drawn = _proportional(size, int(n))
    rng = np.random.default_rng(random_state)
    shuffled = rng.permutation(len(frame))
    # The first few of each stratum, in the order of the cards.
    by_stratum = shuffled[np.argsort(codes[shuffled], kind="stable")]
    place = np.arange(len(frame)) - np.repeat(np.cumsum(size) - size, size)
    rows = np.sort(by_stratum[place < np.repeat(drawn, size)])
    return frame.iloc[rows].assign(**{WEIGHT: (size / drawn)[codes[rows]]})


def certified_rate(n_failures: int, n_rows: int, *, confidence_level: float = 0.95) -> float:
    """Return the upper limit of a failure rate that a random sample proves (Clopper-Pearson).

    Parameters
    ----------
    n_failures : int
        Failures in the sample.
    n_rows : int
        Rows of the sample, drawn independently of each other.
    confidence_level : float, default=0.95

    Returns
    -------
    float
        With this confidence the true rate is at most so high; 1.0 if all rows failed.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> round(certified_rate(0, 59), 4), round(certified_rate(1, 59), 4)
    (0.0495, 0.0779)
    """
    _check_level(confidence_level)
    whole = isinstance(n_rows, Integral) and isinstance(n_failures, Integral)
    if not whole or n_rows < 1 or not 0 <= n_failures <= n_rows:
        msg = (
            "Failures and rows must be whole numbers, 0 <= failures <= rows and rows >= 1; got "
            f"{n_failures!r} of {n_rows!r}."
        )
        raise OptionError(msg)
    if n_failures == n_rows:
        return 1.0
    return float(beta.ppf(confidence_level, n_failures + 1, n_rows - n_failures))


def rows_to_certify(rate: float, *, n_failures: int = 0, confidence_level: float = 0.95) -> int:
    """Return how many rows a random sample needs to prove that a failure rate is at most so high.

    Parameters
    ----------
    rate : float
        In (0, 1).
    n_failures : int, default=0
        With how many failures among them the proof is still to hold.
    confidence_level : float, default=0.95

    Returns
    -------
    int

    Raises
    ------
    OptionError

    Examples
    --------
    >>> rows_to_certify(0.05), rows_to_certify(0.05, n_failures=3), rows_to_certify(0.01)
    (59, 153, 299)
    """
    _check_level(confidence_level)
    if not 0 < rate < 1:
        msg = f"The rate to certify must lie strictly between 0 and 1, such as 0.05; got {rate!r}."
        raise OptionError(msg)
    if not isinstance(n_failures, Integral) or n_failures < 0:
        msg = f"The number of failures must be a whole number >= 0, got {n_failures!r}."
        raise OptionError(msg)
    too_few, enough = n_failures, n_failures + 1
    while binom.cdf(n_failures, enough, rate) > 1 - confidence_level:
        too_few, enough = enough, 2 * enough
        if enough > _MOST_ROWS:
            msg = f"A rate of {rate!r} needs more than {_MOST_ROWS:,} rows; ask for a higher one."
            raise OptionError(msg)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if binom.cdf(n_failures, middle, rate) > 1 - confidence_level:
            too_few = middle
        else:
            enough = middle
    return int(enough)


def _strata(column: pd.Series[Any]) -> IntArray:
    """Replace strata by numbers; rows without one are together."""
    filled = column.astype(object).where(column.notna(), None)
    known = column.notna().to_numpy()
    codes = np.zeros(len(column), dtype=np.intp)
    codes[known] = group_codes(filled[known]) + 1
    return codes if not known.all() else codes - 1


def _proportional(size: IntArray, n: int) -> IntArray:
    """Share rows out over strata: one each, the rest in proportion, largest remainders first."""
    if len(size) > n:
        msg = (
            f"A sample of {n:,} rows cannot have one of each of {len(size):,} strata: draw "
            f"{len(size):,} or more, or name coarser strata."
        )
        raise OptionError(msg)
    quota: FloatArray = size * (n / size.sum())
    drawn = np.maximum(np.floor(quota).astype(np.intp), 1)
    while drawn.sum() != n:
        # The one that is furthest below, or above, what it should have.
        behind = quota - drawn
        if drawn.sum() < n:
            drawn[np.argmax(np.where(drawn < size, behind, -np.inf))] += 1
        else:
            drawn[np.argmin(np.where(drawn > 1, behind, np.inf))] -= 1
    return drawn


def _check_level(confidence_level: float) -> None:
    check_options(threshold=1.0, fraction=1.0, confidence_level=confidence_level, outlier_rates=())
