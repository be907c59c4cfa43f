"""The result of a comparison in a sentence or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qconf.error_scale import error_scale

if TYPE_CHECKING:
    from qconf.comparison import Comparison
    from qconf.resampling import Estimate

__all__ = ["in_percent", "verdict"]


def in_percent(rate: float, digits: int = 1) -> str:
    """Write a rate as a percentage.

    Examples
    --------
    >>> in_percent(0.0312)
    '3.1 %'
    """
    return f"{100 * rate:.{digits}f} %"


def verdict(comparison: Comparison) -> str:
    """Say which estimator to trust, how far, and what cannot be told.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    best = comparison.ranking[0]
    decile = best.evaluation.best_decile
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    found = (
        f"Of the {decile.n:,} rows that {best.name} calls safest, "
        f"{_with_interval(decile.outlier_rate)} are {outlier}, "
        f"against {in_percent(comparison.overall.outlier_rate.value)} of all rows."
    )
    if decile.outlier_rate.interval[1] >= comparison.overall.outlier_rate.value:
        return f"No estimator is shown to have skill here. {found}"
    close = [one.name for one in comparison.ranking[1:] if not one.distinguishable]
    behind = len(comparison.ranking) - 1 - len(close)
    if close:
        return f"{found} Not distinguishable from it: {', '.join(close)}."
    if behind:
        return f"{found} Every other estimator is behind by more than chance."
    return found


def _with_interval(rate: Estimate) -> str:
    low, high = rate.interval
    return f"{in_percent(rate.value)} ({100 * low:.1f} to {100 * high:.1f})"
