"""A comparison as people read it: what was done, the ranking, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qconf.comparison.scheme import rows_in_words
from qconf.core.error_scale import error_scale
from qconf.core.estimate import Estimate, in_percent, in_units, percent_range
from qconf.core.printable import shown
from qconf.evaluation.metrics.aurc import AURC
from qconf.report.grid import Column, Grid
from qconf.report.wrapping import folded

if TYPE_CHECKING:
    from qconf.comparison.result import Comparison, Ranked

__all__ = ["metric_grids", "ranking_grid", "ranking_parts", "verdict_of"]

#: About as wide as an error with its interval.
_LABEL = 28


def ranking_parts(comparison: Comparison, *, wide: bool) -> Iterator[str | Grid]:
    """Tell of a comparison: what was done, the ranking, and the verdict.

    Parameters
    ----------
    comparison : Comparison
    wide : bool
        Whether there is room for every column.

    Yields
    ------
    str or Grid
    """
    yield from _heading(comparison)
    yield ranking_grid(comparison, wide=wide)
    yield from metric_grids(comparison, at_once=3 if wide else 2)
    yield comparison.verdict
    yield from (f"Note: {one}" for one in comparison.notes)
    yield ""
    yield from _footing(comparison)


def _heading(comparison: Comparison) -> list[str]:
    overall = comparison.overall
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    rate = overall.outlier_rate
    return [
        rows_in_words(comparison),
        (
            f"Overall {in_percent(rate.value)} of the predictions are {outlier} "
            f"({percent_range(rate)}); mean absolute error {in_units(overall.mae.value)}."
        ),
    ]


def ranking_grid(comparison: Comparison, *, wide: bool) -> Grid:
    """Draw the ranking, the best first; wide with the seconds that each took."""
    n_safest = comparison.ranking[0].evaluation.best_decile.n
    safest = f"safest {100 * comparison.fraction:g} %: {n_safest:,} rows"
    columns = [
        Column("\nestimator", fold=True),
        Column(f"{safest}\noutliers ({100 * comparison.confidence_level:g} %)"),
        Column("mean abs\nerror", right=True),
        Column("behind the best,\n% points"),
        Column("\nAURC", right=True),
        *([Column("\nseconds", right=True)] if wide else []),
    ]
    rows = [_cells(one, is_best=one is comparison.ranking[0]) for one in comparison.ranking]
    return Grid(columns, [cells[: len(columns)] for cells in rows])


def metric_grids(comparison: Comparison, *, at_once: int) -> Iterator[Grid]:
    """Draw the metrics that were asked for: of each estimator's safest rows, and of all."""
    metrics = comparison.metrics
    safest = f"safest {100 * comparison.fraction:g} %"
    for begin in range(0, len(metrics), at_once):
        some = metrics[begin : begin + at_once]
        columns = [
            Column(folded(f"{one.label} ({100 * comparison.confidence_level:g} %)", _LABEL))
            for one in some
        ]
        told = [
            *((shown(one.name), one.evaluation.best_decile) for one in comparison.ranking),
            ("(all rows)", comparison.overall),
        ]
        rows = [
            [name, *(one.text(selection.metrics[one.name]) for one in some)]
            for name, selection in told
        ]
        yield Grid([Column(safest, fold=True), *columns], rows)


def _cells(one: Ranked, *, is_best: bool) -> list[str]:
    decile = one.evaluation.best_decile
    return [
        shown(one.name),
        f"{in_percent(decile.outlier_rate.value):>6} ({percent_range(decile.outlier_rate)})",
        in_units(decile.mae.value),
        "best" if is_best else _behind(one),
        f"{one.evaluation.aurc.value:.4f}",
        f"{one.seconds:.1f}",
    ]


def _behind(one: Ranked) -> str:
    low, high = one.difference_to_best.interval
    reach = f"{100 * one.difference_to_best.value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
    return reach if one.distinguishable else f"{reach}\nnot distinguishable"


def _footing(comparison: Comparison) -> list[str]:
    parts = {
        "valuation": "valuation model",
        "estimators": "estimators",
        "evaluation": "ranks and intervals",
        "other": "the rest",
    }
    split = ", ".join(f"{label} {comparison.seconds[part]:.1f}" for part, label in parts.items())
    metrics = [one.in_words() for one in comparison.metrics]
    return [AURC.in_words(), *metrics, f"Seconds: {split}."]


def verdict_of(comparison: Comparison) -> str:
    """Say which estimator to trust, how far, and what cannot be told."""
    best = comparison.ranking[0]
    decile = best.evaluation.best_decile
    overall = comparison.overall.outlier_rate
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    found = (
        f"Of the {decile.n:,} rows that {best.name} calls safest, "
        f"{_with_interval(decile.outlier_rate)} are {outlier}, "
        f"against {in_percent(overall.value)} of all rows."
    )
    skilled = [one for one in comparison.ranking if one.evaluation.has_skill]
    if not skilled:
        return f"No estimator is shown to have skill here. {found}"
    if decile.outlier_rate.interval[1] >= overall.value:
        found += _over_all_cut_offs(skilled[0], overall)
    close = [one.name for one in comparison.ranking[1:] if not one.distinguishable]
    behind = len(comparison.ranking) - 1 - len(close)
    if close:
        return f"{found} Not distinguishable from it: {', '.join(close)}."
    if behind:
        return f"{found} Every other estimator is behind by more than chance."
    return found


def _over_all_cut_offs(one: Ranked, overall: Estimate) -> str:
    return (
        f" Those rows alone do not show skill; over all cut-offs {one.name} has it: "
        f"AURC {one.evaluation.aurc.value:.4f}, without skill {overall.value:.4f}."
    )


def _with_interval(rate: Estimate) -> str:
    return f"{in_percent(rate.value)} ({percent_range(rate)})"
