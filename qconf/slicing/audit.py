"""Audit anybody's confidence by slices: find them on the older half, measure them on the newer."""

from __future__ import annotations

from collections.abc import Sequence

from qconf._types import ArrayLike, ErrorScaleName, TableLike
from qconf.core.validation import check_column
from qconf.evaluation.sampling import row_codes
from qconf.slicing.auditing import Audit
from qconf.slicing.halves import halve
from qconf.slicing.measures import METRICS, Against, MetricName, Scores, check_metrics
from qconf.slicing.options import SliceOptions
from qconf.slicing.result import SliceAudit
from qconf.tables.roles import all_moments, as_names, as_table, check_known

__all__ = ["audit_slices"]


def audit_slices(
    X: TableLike,
    residual: ArrayLike,
    expected_error: ArrayLike,
    *,
    threshold: float,
    columns: Sequence[str] | str | None = None,
    max_columns: int = 2,
    metrics: Sequence[MetricName] | MetricName = METRICS,
    against: Against = "expected",
    tolerance: float = 0.25,
    min_rows: int = 100,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    levels: bool = True,
    confidence_level: float = 0.95,
    error: ErrorScaleName = "relative",
    random_state: int = 0,
) -> SliceAudit:
    """Audit a confidence score by slices: rows that share one or two properties.

    Slices that look worse are found on the older half of the rows. They, and every single
    property, are then measured on the newer half, with intervals that hold for all of them at
    once. No label of the newer half has a say in which slices are looked at.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_columns)
        Properties. Numbers and dates are cut at quantiles and where a shallow tree of the older
        errors would; of names the frequent ones are told apart; a missing value is a value.
    residual : array-like of shape (n_samples,)
        Signed (prediction - truth), of predictions made without having seen the truth.
    expected_error : array-like of shape (n_samples,)
        Expected errors >= 0, by an estimator that has not seen these residuals.
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    columns : str or sequence of str, default=None
        Properties to slice by; None is all columns.
    max_columns : {1, 2}, default=2
        How many properties a slice may have.
    metrics : sequence of str, default=("calibration", "outlier-rate", "bias")
        ``calibration``: errors are larger there, in units of the expected ones, than in all rows;
        ``outlier-rate``: there are more outliers; ``bias``: the mean residual is not zero, and
        another than that of all rows.
    against : {"expected", "all"}, default="expected"
        Whether outliers are held against those that were to be expected of these very rows, by
        their expected errors, or against the rate of all rows: slices that are known to be hard
        are then told too.
    tolerance : float, default=0.25
        What is of no matter: errors or outliers that are a quarter more than expected, a bias of
        a quarter of the root mean squared residual. A slice whose interval ends below is fine.
    min_rows : int, default=100
        Rows that a slice needs in each half.
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together are in one half, and are resampled together.
    time : array-like of shape (n_samples,), default=None
        When each row became known. None makes two halves at random. Intervals allow for errors
        that rise and fall slowly.
    levels : bool, default=True
        Whether to say how many properties the data support, which takes a few fits of trees.
    confidence_level : float, default=0.95
        With which all intervals hold at once.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale, for words alone.
    random_state : int, default=0

    Returns
    -------
    SliceAudit

    Raises
    ------
    TableError
        If the table cannot be used, or has too few rows.
    OptionError
        If an option is outside its range.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> zone, size = rng.choice(list("abcde"), 8000), rng.uniform(50, 200, 8000)
    >>> X = pd.DataFrame({"zone": zone, "size": size})
    >>> expected = rng.uniform(0.05, 0.15, 8000)
    >>> bad = (zone == "c") & (size > 140)
    >>> residual = rng.normal(scale=expected * np.where(bad, 1.8, 1.0))
    >>> audit = audit_slices(X, residual, expected, threshold=0.15)
    >>> [one.text for one in audit.worse], audit.level
    (['zone c and size above 139'], 2)
    """
    options = SliceOptions(
        check_metrics(metrics), against, tolerance, min_rows, max_columns, confidence_level,
        error, random_state,
    )  # fmt: skip
    options.check(threshold)
    table = as_table(X)
    if columns is not None:
        names = as_names(columns)
        for name in names:
            check_known(table, name)
        table = table[names]
    n_rows = len(table)
    scores = Scores(
        check_column("residual", residual, n_rows),
        check_column("expected error", expected_error, n_rows),
        float(threshold),
    )
    scores.check()
    codes = None if groups is None else row_codes("group", groups, n_rows)
    moments = None if time is None else all_moments(time, n_rows)
    halves = halve(n_rows, moments, codes, min_rows, random_state)
    return Audit(table, scores, halves, codes, moments, options).run(levels=levels)
