"""Audit anybody's confidence by slices: find them on the older half, measure them on the newer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, get_args

import numpy as np

from qconf._types import ArrayLike, ErrorScaleName, IntArray, TableLike
from qconf.core.conventions import check_options, check_seed
from qconf.core.error_scale import error_scale
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError, not_one_of
from qconf.evaluation.sampling import row_codes
from qconf.slicing.figures import WORSE, figures_of
from qconf.slicing.halves import Halves, halve
from qconf.slicing.influence import Excesses, Newer
from qconf.slicing.levels import Level, supported_levels
from qconf.slicing.looking import looked_at
from qconf.slicing.measures import METRICS, Against, MetricName, Scores, check_metrics
from qconf.slicing.merging import merged
from qconf.slicing.properties import Property, properties_of
from qconf.slicing.result import MeasuredSlice, SliceAudit
from qconf.slicing.search import Older, find_suspects, n_candidates
from qconf.slicing.simultaneous import joint_quantile
from qconf.slicing.slices import Slice
from qconf.slicing.wording import slice_sentence
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
    metrics: Sequence[str] | str = METRICS,
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
        ``outlier-rate``: there are more outliers; ``bias``: the mean residual is another than
        that of all rows.
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
    options = _Options(
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
    return _Audit(table, scores, halves, codes, moments, options).run(levels=levels)


@dataclass(frozen=True)
class _Options:
    metrics: tuple[MetricName, ...]
    against: Against
    tolerance: float
    min_rows: int
    max_columns: int
    confidence_level: float
    error: ErrorScaleName
    seed: int

    def check(self, threshold: float) -> None:
        """Hold options against their ranges.

        Raises
        ------
        OptionError
        """
        check_options(
            threshold=threshold, fraction=1.0, confidence_level=self.confidence_level,
            outlier_rates=(),
        )  # fmt: skip
        check_seed(self.seed)
        error_scale(self.error)
        if self.against not in get_args(Against):
            raise OptionError(not_one_of("option against", self.against, get_args(Against)))
        if isinstance(self.max_columns, bool) or self.max_columns not in {1, 2}:
            msg = f"A slice has 1 or 2 properties (max_columns), not {self.max_columns!r}."
            raise OptionError(msg)
        least = 20
        if not isinstance(self.min_rows, Integral) or self.min_rows < least:
            msg = f"A slice needs at least {least} rows (min_rows), got {self.min_rows!r}."
            raise OptionError(msg)
        known = isinstance(self.tolerance, Real) and math.isfinite(self.tolerance)
        if not known or self.tolerance <= 0:
            msg = f"The tolerance must be a share > 0, such as 0.25, got {self.tolerance!r}."
            raise OptionError(msg)


@dataclass(frozen=True, eq=False)
class _Audit:
    """The rows of an audit, and what is asked of them."""

    table: Any
    scores: Scores
    halves: Halves
    groups: IntArray | None
    time: Any
    options: _Options

    def run(self, *, levels: bool) -> SliceAudit:
        """Find, measure and tell."""
        properties, older = self._older()
        suspects = find_suspects(older)
        rows, newer_scores = self.halves.newer, self.scores.take(self.halves.newer)
        measures = newer_scores.measures(
            self.options.metrics, self.scores.take(self.halves.older), self.options.against,
            self.options.tolerance,
        )  # fmt: skip
        newer = Newer(
            np.column_stack([one.excess for one in measures]), self._groups_of(rows),
            None if self.time is None else self.time[rows],
        )  # fmt: skip
        slices = looked_at(properties, suspects, rows, newer.groups, self.options.min_rows)
        if not slices:
            msg = (
                f"No slice has {self.options.min_rows} newer rows (of 10 groups, if there are "
                "groups): give more rows or columns, or a smaller min_rows (--min-rows)."
            )
            raise TableError(msg)
        inside = [one.holds(properties, rows) for one in slices]
        level, seed = self.options.confidence_level, self.options.seed
        excesses = Excesses.of(newer, inside, seed)
        quantile = joint_quantile(excesses.correlation, level, seed)
        figures = figures_of(measures, inside, excesses, quantile)
        told, explained = merged(slices, inside, figures, newer, quantile, self.options.min_rows)
        order = [*told, *(i for i in _by_evidence(figures) if i not in set(told))]
        measured = [
            self._measured(
                slices[i], properties, inside[i], figures[i],
                slices[explained[i]].text(properties) if i in explained else None,
                suspect=slices[i] in set(suspects),
            )
            for i in order
        ]  # fmt: skip
        tried = self._levels(properties, newer) if levels else ()
        return self._result(tuple(measured), tried, newer, newer_scores, older)

    def _older(self) -> tuple[list[Property], Older]:
        rows, options = self.halves.older, self.options
        scores = self.scores.take(rows)
        measures = scores.measures(options.metrics, scores, options.against, options.tolerance)
        excess = np.column_stack([one.excess for one in measures])
        properties = properties_of(self.table, rows, excess, options.min_rows, options.seed)
        if not properties:
            msg = (
                "Nothing to slice by: each column has one value, or none that is shared by "
                f"{options.min_rows} rows. Give other columns, or a smaller min_rows (--min-rows)."
            )
            raise TableError(msg)
        two_sided = np.array([one.two_sided for one in measures])
        older = Older(
            properties, rows, self.halves.newer, excess, two_sided, self._groups_of(rows),
            options.min_rows, options.max_columns,
        )  # fmt: skip
        return properties, older

    def _groups_of(self, rows: IntArray) -> IntArray | None:
        if self.groups is None:
            return None
        codes = np.unique(self.groups[rows], return_inverse=True)[1].astype(np.intp)
        return None if codes.max() == len(rows) - 1 else codes

    def _measured(
        self,
        one: Slice,
        properties: list[Property],
        inside: Any,
        figures: Any,
        explained_by: str | None,
        *,
        suspect: bool,
    ) -> MeasuredSlice:
        n, text = int(inside.sum()), one.text(properties)
        percent = self.options.error != "absolute"
        return MeasuredSlice(
            text=text,
            properties=tuple(properties[each.column].name for each in one.conditions),
            suspect=suspect,
            n=n,
            n_older=int(one.holds(properties, self.halves.older).sum()),
            share=n / len(inside),
            figures={each.metric: each for each in figures},
            explained_by=explained_by,
            sentence=slice_sentence(
                text, figures, n, percent=percent, against=self.options.against
            ),
            definition=one,
        )

    def _levels(self, properties: list[Property], newer: Newer) -> tuple[Level, ...]:
        older, rows = self.halves.older, self.halves.newer
        sizes = (self.scores.take(older).standardised, self.scores.take(rows).standardised)
        return supported_levels(
            properties, (older, rows), sizes, groups=newer.groups, time=newer.time,
            min_rows=self.options.min_rows, seed=self.options.seed,
        )  # fmt: skip

    def _result(
        self,
        slices: tuple[MeasuredSlice, ...],
        levels: tuple[Level, ...],
        newer: Newer,
        scores: Scores,
        older: Older,
    ) -> SliceAudit:
        return SliceAudit(
            slices=slices,
            levels=levels,
            scheme=self.halves.in_words,
            n_older=len(self.halves.older),
            n_newer=len(self.halves.newer),
            n_groups=None if newer.groups is None else int(newer.groups.max()) + 1,
            candidates=n_candidates(older),
            threshold=scores.threshold,
            tolerance=float(self.options.tolerance),
            confidence_level=float(self.options.confidence_level),
            error=self.options.error,
            against=self.options.against,
            calibration=float(np.sqrt(np.mean((scores.residual / scores.floored) ** 2))),
            outlier_rate=float(np.mean(np.abs(scores.residual) > scores.threshold)),
            bias=float(scores.residual.mean()),
            cells=tuple(older.properties),
        )


def _by_evidence(figures: Any) -> list[int]:
    """Order slices: what is worse first, then by how much it looks so."""

    def key(i: int) -> tuple[bool, float]:
        worse = any(one.verdict == WORSE for one in figures[i])
        return not worse, -max(one.evidence for one in figures[i])

    return sorted(range(len(figures)), key=key)
