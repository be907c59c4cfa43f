"""Counts of rows from which all figures of an evaluation follow: mergeable, in a few passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Self

import numpy as np

from qconf._types import ArrayLike, RowMetricName
from qconf.core.validation import check_column
from qconf.counting.one_pass import OnePass
from qconf.counting.settings import Settings
from qconf.errors import OptionError, TableError
from qconf.evaluation.evaluate import OUTLIER_RATES
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.scores import check_score

if TYPE_CHECKING:
    from qconf.counting.result import CountedEvaluation

__all__ = ["RiskCoverageCounts"]

#: Fourth powers of larger numbers would overflow.
_LARGEST = 1e75


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
        outlier_rates: Sequence[float] = OUTLIER_RATES,
        metrics: Iterable[RowMetricName | RowMetric] = (),
        n_resamples: int | None = None, random_state: int = 0,
    ) -> None:  # fmt: skip
        settings = Settings.checked(
            threshold=threshold, fraction=fraction, outlier_rates=outlier_rates, metrics=metrics,
            n_resamples=n_resamples, random_state=random_state,
        )  # fmt: skip
        self._pass = OnePass(settings)

    @classmethod
    def _of(cls, one: OnePass) -> Self:
        made = cls.__new__(cls)
        made._pass = one  # noqa: SLF001 - its own
        return made

    @property
    def pass_number(self) -> int:
        """Which pass over the rows this is, from 1."""
        return self._pass.number

    @property
    def is_last(self) -> bool:
        """Whether no other pass over the rows is needed."""
        return self._pass.is_last

    @property
    def n_rows(self) -> int:
        """Rows that this pass has seen."""
        return self._pass.seen.n

    def __repr__(self) -> str:
        """Return a line: which pass, and how many rows it has seen."""
        last = ", the last" if self.is_last else ""
        return f"<RiskCoverageCounts of {self.n_rows:,} rows, pass {self.pass_number}{last}>"

    def update(
        self, expected_error: ArrayLike, residual: ArrayLike, groups: ArrayLike | None = None,
        time: ArrayLike | None = None,
    ) -> Self:  # fmt: skip
        """Count rows.

        Parameters
        ----------
        expected_error : array-like of shape (n_samples,)
            Any score whose lower values mean more confidence.
        residual : array-like of shape (n_samples,)
            Signed or absolute residuals, of predictions made without having seen the truth.
        groups : array-like of shape (n_samples,), default=None
            Rows that belong together, wherever they are met: numbers, dates or text.
        time : array-like of shape (n_samples,), default=None
            When each row became known: dates or numbers. The intervals then allow for errors that
            rise and fall slowly, as those of `qconf.evaluate`.

        Returns
        -------
        RiskCoverageCounts
            Itself.

        Raises
        ------
        TableError
            If a column is not finite numbers, a time is missing, or the lengths differ; nothing is
            counted then.
        OptionError
            If other parts came without groups or times, or with such of another type.
        """
        residuals = check_column("residual", residual, np.size(residual))
        scores = check_score("expected error", expected_error, len(residuals))
        for what, values in (("residual", residuals), ("expected error", scores)):
            if np.abs(values).max(initial=0) > _LARGEST:
                msg = f"The {what} must lie within ±1e75, whose square can still be squared."
                raise TableError(msg)
        if len(residuals) == 0:
            return self
        self._pass.add(scores, residuals, groups, time)
        return self

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
        if not isinstance(other, RiskCoverageCounts):
            kind = type(other).__name__
            msg = f"Counts merge with counts, not with a {kind}: use update for rows."
            raise OptionError(msg)
        self._pass.check_alike(other._pass)
        self._pass.merge(other._pass)
        return self

    def empty(self) -> RiskCoverageCounts:
        """Return counts of the same pass that have seen no row yet: what a worker begins with."""
        return self._of(self._pass.empty())

    def next_pass(self) -> RiskCoverageCounts:
        """Return counts that look closer and have seen no row yet: update them with all again.

        Raises
        ------
        TableError
            If no row was counted.
        OptionError
            If this was the last pass, or has seen other rows than the one before.
        """
        if self._pass.sums is not None:
            msg = "This was the last pass over the rows: evaluate() tells the figures."
            raise OptionError(msg)
        return self._of(self._pass.next())

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
            If no row was counted, or there is one group alone, or one time.
        OptionError
            If another pass is needed, or this one has seen other rows than the one before.
        """
        from qconf.counting.telling import evaluation_of  # noqa: PLC0415 - workers only count

        one = self._pass
        one.check_whole()
        if not one.is_last:
            msg = (
                f"After pass {one.number} all rows must be gone over again: counts = "
                "counts.next_pass(), then update it with them; evaluate_parts does all of that."
            )
            raise OptionError(msg)
        while one.sums is None:
            one = one.next()
            one.add_kept(self._pass.kept, self._pass.seen)
        passes = self._pass.number
        return evaluation_of(
            one.settings, one.cells, one.sums, one.groups, confidence_level, passes
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
        from qconf.counting.state_file import save_pass  # noqa: PLC0415 - few keep them

        save_pass(self._pass, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> RiskCoverageCounts:
        """Read counts from a file; no code of the file runs.

        Raises
        ------
        TableError
            If it cannot be read, or holds no counts.
        """
        from qconf.counting.state_file import load_pass  # noqa: PLC0415 - as above

        return cls._of(load_pass(path))
