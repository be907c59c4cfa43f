"""Counts of rows from which all figures of an evaluation follow: mergeable, in a few passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Self

import numpy as np

from qconf._types import ArrayLike, BoolArray, FloatArray
from qconf.core.frames import as_series
from qconf.core.validation import check_column
from qconf.counting.borders import border_cells
from qconf.counting.cell_counts import CellCounts
from qconf.counting.cell_sums import CellSums
from qconf.counting.columns import columns_of, resampled_columns
from qconf.counting.grid import Grid, first_grid
from qconf.counting.group_hashes import group_hashes
from qconf.counting.kept_rows import KeptRows
from qconf.counting.known_groups import KnownGroups
from qconf.counting.planning import (
    cell_of_each_score,
    finer_grid,
    is_settled,
    summing_cells,
)
from qconf.counting.replicates import Replicates, unit_of
from qconf.counting.seen_rows import SeenRows
from qconf.counting.settings import Settings
from qconf.counting.sort_keys import Keys, sort_keys
from qconf.errors import OptionError, TableError
from qconf.evaluation.evaluate import OUTLIER_RATES
from qconf.evaluation.metrics.row_metric import RowMetric

if TYPE_CHECKING:
    from qconf.counting.result import CountedEvaluation

__all__ = ["RiskCoverageCounts"]

#: Rows that are worked on at once: their columns stay in the processor's cache.
_BLOCK = 2**16
#: Fourth powers of larger numbers would overflow.
_LARGEST = 1e75
#: Groups whose type is looked at where no more is needed.
_LOOKED_AT = 100


class RiskCoverageCounts:
    """Evaluate a confidence score on more rows than fit in memory.

    Rows come in parts, by `update`, and the counts of parts are merged. Up to 131,072 rows one pass
    over them is enough; of more, the first pass counts scores by their first 16 bits, and each
    further one, made by `next_pass`, looks closer at where a figure is decided: three in all, as a
    rule. `evaluate_parts` conducts them. Every figure is the same, to the last bit, whatever the
    order of the rows and however they were split and merged.

    Parameters
    ----------
    threshold : float, default=0.15
        A row with abs(residual) > threshold is an outlier.
    fraction : float, default=0.1
        Share of rows called safest, in (0, 1].
    outlier_rates : sequence of float, default=(0.05, 0.1)
        For which outlier rates to tell the coverage.
    metrics : iterable of (str or RowMetric), default=()
        What else to tell of the safest rows and of all, as of `qconf.evaluate`.
    n_resamples : int or None, default=None
        Bootstrap replicates; None is 1000, and 200 of groups, where each takes time for every row.
    random_state : int, default=0
        Seeds the replicates.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = rng.uniform(0.02, 0.2, size=5000)
    >>> residual = rng.normal(scale=sigma)
    >>> counts = RiskCoverageCounts().update(sigma[:3000], residual[:3000])
    >>> other = RiskCoverageCounts().update(sigma[3000:], residual[3000:])
    >>> result = counts.merge(other).evaluate()
    >>> result.overall.outlier_rate.value, result.best_decile.outlier_rate.value
    (0.1852, 0.0)
    """

    def __init__(
        self, *, threshold: float = 0.15, fraction: float = 0.1,
        outlier_rates: Sequence[float] = OUTLIER_RATES, metrics: Iterable[str | RowMetric] = (),
        n_resamples: int | None = None, random_state: int = 0,
    ) -> None:  # fmt: skip
        self._settings = Settings.checked(
            threshold=threshold, fraction=fraction, outlier_rates=outlier_rates, metrics=metrics,
            n_resamples=n_resamples, random_state=random_state,
        )  # fmt: skip
        self._number = 1
        self._before: SeenRows | None = None
        self._cells = CellCounts.nothing(first_grid())
        self._begin()

    def _begin(self) -> None:
        """Forget all rows of this pass."""
        self._seen = SeenRows()
        self._groups = KnownGroups()
        self._kept = KeptRows()
        self._sums: CellSums | None = None

    @property
    def pass_number(self) -> int:
        """Which pass over the rows this is, from 1."""
        return self._number

    @property
    def is_last(self) -> bool:
        """Whether no other pass is needed."""
        return self._sums is not None or (self._number == 1 and self._kept.are_all)

    @property
    def n_rows(self) -> int:
        """Rows that this pass has seen."""
        return self._seen.n

    def __repr__(self) -> str:
        """Return a line: which pass, and how many rows it has seen."""
        last = ", the last" if self.is_last else ""
        return f"<RiskCoverageCounts of {self.n_rows:,} rows, pass {self._number}{last}>"

    def update(
        self, expected_error: ArrayLike, residual: ArrayLike, groups: ArrayLike | None = None
    ) -> Self:
        """Count rows.

        Parameters
        ----------
        expected_error : array-like of shape (n_samples,)
            Any score whose lower values mean more confidence.
        residual : array-like of shape (n_samples,)
            Signed or absolute residuals, of predictions made without having seen the truth.
        groups : array-like of shape (n_samples,), default=None
            Rows that belong together, wherever they are met: numbers, dates or text.

        Returns
        -------
        RiskCoverageCounts
            Itself.

        Raises
        ------
        TableError
            If a column is not finite numbers, or the lengths differ; nothing is counted then.
        OptionError
            If other parts came without groups, or with groups of another type.
        """
        residuals = check_column("residual", residual, np.size(residual))
        scores = check_column("expected error", expected_error, len(residuals))
        for what, values in (("residual", residuals), ("expected error", scores)):
            if np.abs(values).max(initial=0) > _LARGEST:
                msg = f"The {what} must lie within ±1e75, whose square can still be squared."
                raise TableError(msg)
        if len(residuals) == 0:
            return self
        keys = sort_keys(scores)
        rows = SeenRows.number(keys, residuals)
        hashes, kind = (None, "") if groups is None else self._hashed(groups, rows)
        self._seen.check_groups(groups is not None, kind)
        for start in range(0, len(keys), _BLOCK):
            block = slice(start, start + _BLOCK)
            own = None if hashes is None else hashes[block]
            self._add(keys[block], residuals[block], rows[block], own)
        return self

    def _hashed(self, groups: ArrayLike, rows: Keys) -> tuple[Keys | None, str]:
        """Hash groups where that is needed: not while cells alone are counted."""
        if self._sums is not None or (self._number == 1 and self._kept.are_all):
            return group_hashes(groups, rows)
        values = as_series(groups, "group", len(rows))
        return None, group_hashes(values[:_LOOKED_AT], rows[:_LOOKED_AT])[1]

    def _add(self, keys: Keys, residual: FloatArray, rows: Keys, groups: Keys | None) -> None:
        settings = self._settings
        outlier: BoolArray = np.abs(residual) > settings.threshold
        if self._sums is not None:
            self._seen.add(rows, np.zeros(0))
            self._sums.add(keys, residual, outlier, groups, settings.metrics, settings.threshold)
            if groups is not None:
                self._groups.add(groups)
            return
        self._seen.add(rows, self._largest(keys, residual))
        self._cells.add(keys, outlier)
        if self._number == 1:
            self._kept.add(keys, residual, np.zeros_like(keys) if groups is None else groups)

    def _largest(self, keys: Keys, residual: FloatArray) -> FloatArray:
        """Return the greatest absolute value of each column that is resampled."""
        size = float(np.abs(residual).max())
        if not self._settings.metrics:
            return np.array([size, size * size])
        columns = columns_of(keys, residual, self._settings.metrics, self._settings.threshold)
        return np.array([np.abs(one).max() for one in resampled_columns(columns)])

    def merge(self, other: RiskCoverageCounts) -> Self:
        """Add the rows of another part.

        Parameters
        ----------
        other : RiskCoverageCounts
            Of the same settings and the same pass; it is left as it is.

        Returns
        -------
        RiskCoverageCounts
            Itself.

        Raises
        ------
        OptionError
            If they do not go together.
        """
        self._check_alike(other)
        self._seen.merge(other._seen)
        self._groups.merge(other._groups)
        if self._sums is not None and other._sums is not None:
            self._sums.merge(other._sums)
            return self
        self._cells.merge(other._cells)
        self._kept.merge(other._kept)
        return self

    def _check_alike(self, other: RiskCoverageCounts) -> None:
        if not isinstance(other, RiskCoverageCounts):
            msg = f"Counts merge with counts, not with a {type(other).__name__}: use update for rows."
            raise OptionError(msg)
        own, theirs = self._settings.to_dict(), other._settings.to_dict()
        for name, value in own.items():
            if value != theirs[name]:
                msg = (
                    f"Counts merge with those of the same {name}: {value!r} here, {theirs[name]!r} "
                    "there. Count one of them anew."
                )
                raise OptionError(msg)
        if self._number != other._number:
            msg = (
                f"Counts merge with those of the same pass: {self._number} here, {other._number} "
                "there. Finish the one for all rows, then begin the next (next_pass)."
            )
            raise OptionError(msg)
        if not self._same_cells(other):
            msg = (
                f"These counts of pass {self._number} follow from different earlier passes: begin "
                "both from copies of one next_pass()."
            )
            raise OptionError(msg)

    def _same_cells(self, other: RiskCoverageCounts) -> bool:
        same_end = (self._sums is None) == (other._sums is None)
        return same_end and np.array_equal(self._cells.grid.edges, other._cells.grid.edges)

    def empty(self) -> RiskCoverageCounts:
        """Return counts of the same pass that have seen no row yet: what each worker begins with."""
        made = self._like()
        made._before, made._number = self._before, self._number
        if self._sums is not None:
            made._cells = self._cells
            made._sums = self._no_sums(self._sums.grid, self._sums.is_kept)
        else:
            made._cells = CellCounts.nothing(self._cells.grid)
        return made

    def next_pass(self) -> RiskCoverageCounts:
        """Return counts that have seen no row yet and look closer: `update` them with all rows again.

        Raises
        ------
        TableError
            If no row was counted.
        OptionError
            If this was the last pass, or has seen other rows than the one before.
        """
        if self._sums is not None:
            msg = "This was the last pass: evaluate() tells the figures."
            raise OptionError(msg)
        self._check_whole()
        made = self._like()
        made._before, made._number = self._seen, self._number + 1
        counts = self._cells.only_occupied()
        border = border_cells(counts, self._settings.fraction, self._settings.outlier_rates)
        few = self._number == 1 and self._kept.are_all
        if few and not counts.is_tie.all():
            made._cells = CellCounts.nothing(cell_of_each_score(self._kept.sorted()[0]))
        elif (self._number > 1 or counts.is_tie.all()) and is_settled(counts, border):
            made._cells = counts
            part = summing_cells(counts, border)
            first = np.flatnonzero(np.diff(part, prepend=-1))
            edges = counts.grid.edges[first]
            made._sums = made._no_sums(Grid(edges), (border & ~counts.is_tie)[first])
        else:
            grid = finer_grid(counts, border, evenly=self._number == 1)
            made._cells = CellCounts.nothing(grid)
        return made

    def _like(self) -> RiskCoverageCounts:
        made = RiskCoverageCounts.__new__(RiskCoverageCounts)
        made._settings = self._settings
        made._begin()
        return made

    def _no_sums(self, grid: Grid, is_kept: BoolArray) -> CellSums:
        settings, before = self._settings, self._before
        replicates = None
        if before is not None and before.grouped:
            units = np.array([unit_of(float(one)) for one in before.largest])
            replicates = Replicates.nothing(
                len(grid), units, settings.replicates(grouped=True), settings.random_state
            )
        return CellSums.nothing(grid, is_kept, 6 + 2 * len(settings.metrics), replicates)

    def _check_whole(self) -> None:
        if self._seen.n == 0:
            again = "" if self._number == 1 else f" in pass {self._number}: update it with all rows"
            msg = f"No rows were counted{again or ': update it with some first'}."
            raise TableError(msg)
        if self._before is not None:
            self._seen.check_same(self._before, self._number)

    def evaluate(self, *, confidence_level: float = 0.95) -> CountedEvaluation:
        """Tell what the score is worth.

        Parameters
        ----------
        confidence_level : float, default=0.95
            Confidence level of all intervals.

        Returns
        -------
        CountedEvaluation

        Raises
        ------
        TableError
            If no row was counted, or there is one group alone.
        OptionError
            If another pass is needed, or this one has seen other rows than the one before.
        """
        from qconf.counting.telling import evaluation_of  # noqa: PLC0415 - it builds on counts

        self._check_whole()
        if not self.is_last:
            msg = (
                f"After pass {self._number}, the rows must be gone over again: counts = "
                "counts.next_pass(), then update it with all rows; evaluate_parts does all of it."
            )
            raise OptionError(msg)
        last = self
        while last._sums is None:
            last = last.next_pass()
            keys, residual, groups = self._kept.sorted()
            rows = SeenRows.number(keys, residual)
            last._seen.check_groups(self._seen.grouped, self._seen.kind)
            last._add(keys, residual, rows, groups if self._seen.grouped else None)
        return evaluation_of(
            last._settings, last._cells, last._sums, last._groups, confidence_level, self._number
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the counts to a file, whole or not at all.

        Raises
        ------
        OptionError
            If a metric is not one of qconf's own.
        OutputError
            If the file cannot be written.
        """
        from qconf.counting.state_file import save_counts  # noqa: PLC0415 - it builds on counts

        save_counts(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> RiskCoverageCounts:
        """Read counts from a file; no code of the file runs.

        Raises
        ------
        TableError
            If it cannot be read, or holds no counts.
        """
        from qconf.counting.state_file import load_counts  # noqa: PLC0415 - it builds on counts

        return load_counts(path)
