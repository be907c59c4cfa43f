"""Go over parts of rows as often as an evaluation by counts needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from qconf._types import ArrayLike, RowMetricName
from qconf.counting.counts import RiskCoverageCounts
from qconf.counting.result import CountedEvaluation
from qconf.errors import OptionError
from qconf.evaluation.evaluate import OUTLIER_RATES
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["evaluate_parts", "go_over"]

#: Expected errors and residuals of some rows, and their groups and times if there are any.
Part: TypeAlias = Sequence[ArrayLike | None]
_SHORTEST, _LONGEST = 2, 4


def evaluate_parts(
    parts: Iterable[Part] | Callable[[], Iterable[Part]], *, threshold: float = 0.15,
    fraction: float = 0.1, outlier_rates: Sequence[float] = OUTLIER_RATES,
    metrics: Iterable[RowMetricName | RowMetric] = (), confidence_level: float = 0.95,
    n_resamples: int | None = None, random_state: int = 0,
) -> CountedEvaluation:  # fmt: skip
    """Evaluate a confidence score on rows that come in parts, more than fit in memory.

    Parameters
    ----------
    parts : iterable of tuple, or callable that returns one
        Each ``(expected_error, residual)``, ``(expected_error, residual, groups)`` or
        ``(expected_error, residual, groups, time)``, array-likes of some rows, as of
        `RiskCoverageCounts.update`; groups are None where there is a time alone. Beyond 131,072
        rows they are gone over three times as a rule: a list, a dataset of files, or a function
        that begins anew, not an iterator or generator, which is empty after the first time.
    threshold, fraction, outlier_rates, metrics, n_resamples, random_state
        As of `RiskCoverageCounts`.
    confidence_level : float, default=0.95
        Confidence level of all intervals.

    Returns
    -------
    CountedEvaluation
        Its rank correlation, ``spearman``, is not a number: ranks of all rows would need all rows.

    Raises
    ------
    TableError
        If a column is not finite numbers, or there are no rows.
    OptionError
        If the parts can be gone over only once, or are others the second time.

    Examples
    --------
    >>> import numpy as np
    >>> def parts():
    ...     for seed in range(50):
    ...         rng = np.random.default_rng(seed)
    ...         sigma = rng.uniform(0.02, 0.2, size=4000)
    ...         yield sigma, rng.normal(scale=sigma)
    >>> result = evaluate_parts(parts)
    >>> result.overall.n, result.passes, result.best_decile.outlier_rate.value
    (200000, 3, 0.0)
    """
    if isinstance(parts, Iterator):
        msg = (
            "The parts can be gone over only once; a second pass needs them again: give a list, or "
            "a function that returns the iterator."
        )
        raise OptionError(msg)
    counts = RiskCoverageCounts(
        threshold=threshold, fraction=fraction, outlier_rates=outlier_rates, metrics=metrics,
        n_resamples=n_resamples, random_state=random_state,
    )  # fmt: skip

    def counted(plan: RiskCoverageCounts) -> RiskCoverageCounts:
        for part in parts() if callable(parts) else parts:
            plan.update(*_checked(part))
        return plan

    return go_over(counts, counted).evaluate(confidence_level=confidence_level)


def go_over(
    counts: RiskCoverageCounts, counted: Callable[[RiskCoverageCounts], RiskCoverageCounts]
) -> RiskCoverageCounts:
    """Do one pass after the other until the last.

    Parameters
    ----------
    counts : RiskCoverageCounts
        That have seen no row.
    counted : callable
        Updates such counts with all rows.
    """
    counts = counted(counts)
    while not counts.is_last:
        counts = counted(counts.next_pass())
    return counts


def _checked(part: Part) -> tuple[ArrayLike, ArrayLike, ArrayLike | None, ArrayLike | None]:
    if not (isinstance(part, Sequence) and _SHORTEST <= len(part) <= _LONGEST):
        msg = (
            "Each part must be (expected_error, residual) or (expected_error, residual, groups), "
            f"and time behind them if there is one; got a {type(part).__name__}."
        )
        raise OptionError(msg)
    expected_error, residual, groups, time = (*part, None, None)[:_LONGEST]
    if expected_error is None or residual is None:
        msg = "A part has no expected errors or no residuals: give one of each a row."
        raise OptionError(msg)
    return expected_error, residual, groups, time
