"""A backtest as people read it: what was done, every pair, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.backtesting.cross_words import cross_parts
from qconf.comparison.scheme import rows_in_words
from qconf.core.error_scale import error_scale
from qconf.core.estimate import Estimate, in_percent, in_units, percent_range
from qconf.core.printable import shown
from qconf.evaluation.metrics.aurc import AURC
from qconf.report.grid import Column, Grid

if TYPE_CHECKING:
    from qconf.backtesting.result import Backtest, RankedPair

__all__ = ["backtest_parts", "pairs_grid", "verdict_of"]

#: How many pairs a sentence names.
_NAMED = 6


def backtest_parts(backtest: Backtest) -> Iterator[str | Grid]:
    """Tell of a backtest: what was done, every pair, the verdict, and the crosses.

    Parameters
    ----------
    backtest : Backtest

    Yields
    ------
    str or Grid
    """
    yield rows_in_words(backtest)
    yield pairs_grid(backtest)
    yield verdict_of(backtest)
    yield from (f"Note: {one}" for one in backtest.notes)
    for old, new in backtest.crosses:
        yield ""
        yield from cross_parts(backtest.cross(old, new))
    yield ""
    yield from _footing(backtest)


def verdict_of(backtest: Backtest) -> str:
    """Say which pair to trust, how far, and what cannot be told."""
    best = backtest.ranking[0]
    decile, overall = best.evaluation.best_decile, best.evaluation.overall.outlier_rate
    outlier = error_scale(backtest.error).in_words(backtest.threshold)
    found = (
        f"Of the {decile.n:,} rows that {best.name} calls safest, "
        f"{_with_range(decile.outlier_rate)} are {outlier}, against "
        f"{in_percent(overall.value)} of all its predictions."
    )
    close = [one.name for one in backtest.ranking[1:] if not one.distinguishable]
    if close:
        more = f" and {len(close) - _NAMED} more" if len(close) > _NAMED else ""
        return f"{found} Not distinguishable from it: {', '.join(close[:_NAMED])}{more}."
    if len(backtest.ranking) > 1:
        return f"{found} Every other pair is behind by more than chance."
    return found


def pairs_grid(backtest: Backtest) -> Grid:
    """Draw each pair in two lines: there is no page as wide as all that is told of it."""
    rates = list(backtest.ranking[0].evaluation.coverage_at)
    at = ", ".join(f"{100 * rate:g}" for rate in rates)
    level = f"{100 * backtest.confidence_level:g} %"
    columns = [
        Column("\nvaluation\n+ confidence", fold=True),
        Column(
            f"safest {100 * backtest.fraction:g} %:\noutliers ({level}),\nbehind the best, % points"
        ),
        Column("\n\nAURC", right=True),
        Column("all rows:\noutliers,\nerror", right=True),
        Column(f"\ncoverage\nat {at} %", right=True),
        Column("error /\nexpec-\nted", right=True),
        Column("\nsec-\nonds", right=True),
    ]
    best = backtest.ranking[0]
    return Grid(columns, [_cells(one, is_best=one is best) for one in backtest.ranking])


def _cells(one: RankedPair, *, is_best: bool) -> list[str]:
    evaluation = one.evaluation
    overall = evaluation.overall
    coverage = [f"{100 * at.value:.0f}" for at in evaluation.coverage_at.values()]
    behind = "best" if is_best else _behind(one)
    return [
        f"{shown(one.model)}\n+ {shown(one.estimator)}",
        f"{_with_range(evaluation.best_decile.outlier_rate)}\n{behind}",
        f"{evaluation.aurc.value:.4f}",
        f"{in_percent(overall.outlier_rate.value)}\n{in_units(overall.mae.value)}",
        ", ".join(coverage),
        f"{evaluation.calibration_ratio.value:.2f}",
        f"{one.seconds:.1f}",
    ]


def _behind(one: RankedPair) -> str:
    low, high = one.difference_to_best.interval
    reach = f"{100 * one.difference_to_best.value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
    return reach if one.distinguishable else f"{reach} ~"


def _footing(backtest: Backtest) -> Iterator[str]:
    if len(backtest.ranking) > 1:
        level = f"({100 * backtest.confidence_level:g} %, all pairs at once)"
        if all(one.distinguishable for one in backtest.ranking[1:]):
            yield f"Behind the best: all differences are more than chance {level}."
        else:
            yield f"~: not distinguishable from the best {level}."
    yield (
        "All rows: outliers among all predictions. Coverage: largest share of rows, in %, with no "
        "more outliers than that. Error / expected: root mean squares; above 1 errors are larger "
        "than expected."
    )
    yield AURC.in_words()
    for one in backtest.models:
        if one.same_as is not None:
            yield f"{one.name} is the same model as {one.same_as}; nothing was fitted for it."
    fits, spent = backtest.fits, backtest.seconds
    yield (
        f"Fits: {fits['valuation']:,} of valuation models ({spent['valuation']:.1f} s), "
        f"{fits['estimators']:,} of estimators ({spent['estimators']:.1f} s); ranks and intervals "
        f"{spent['evaluation']:.1f} s, the rest {spent['other']:.1f} s."
    )


def _with_range(rate: Estimate) -> str:
    return f"{in_percent(rate.value)} ({percent_range(rate)})"
