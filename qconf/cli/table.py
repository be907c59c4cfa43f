"""The ranking as a table for people."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from qconf.cli.drawing import drawn, in_units
from qconf.comparison import Comparison, Ranked
from qconf.error_scale import error_scale
from qconf.estimate import in_percent, percent_range

__all__ = ["ranking_text"]


def ranking_text(comparison: Comparison) -> str:
    """Draw a comparison: what was done, the ranking, and the verdict.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
        At most 100 columns wide, without colour.
    """
    return drawn(
        *_heading(comparison),
        _ranking(comparison),
        comparison.verdict,
        *(f"Note: {one}" for one in comparison.notes),
        "",
        _footing(comparison),
    )


def _heading(comparison: Comparison) -> list[str]:
    overall = comparison.overall
    rows = f"{comparison.rows:,} rows; {overall.n:,} scored in {comparison.scheme}"
    if comparison.history:
        rows += f", the first {comparison.history:,} only learned from"
    gone = [f"{n:,} left out ({why.replace('_', ' ')})" for why, n in comparison.left_out.items()]
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    rate = overall.outlier_rate
    return [
        "; ".join([rows, *gone]) + ".",
        (
            f"Overall {in_percent(rate.value)} of the predictions are {outlier} "
            f"({percent_range(rate)}); mean absolute error {in_units(overall.mae.value)}."
        ),
    ]


def _ranking(comparison: Comparison) -> Table:
    n_safest = comparison.ranking[0].evaluation.best_decile.n
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    safest = f"safest {100 * comparison.fraction:g} %: {n_safest:,} rows"
    # A long name is folded; numbers are not.
    table.add_column("\nestimator", overflow="fold")
    table.add_column(f"{safest}\noutliers ({100 * comparison.level:g} %)", no_wrap=True)
    table.add_column("mean abs\nerror", justify="right", no_wrap=True)
    table.add_column("\nbehind the best, % points", no_wrap=True)
    table.add_column("\nAURC", justify="right", no_wrap=True)
    table.add_column("\nseconds", justify="right", no_wrap=True)
    for one in comparison.ranking:
        table.add_row(*_cells(one, is_best=one is comparison.ranking[0]))
    return table


def _cells(one: Ranked, *, is_best: bool) -> list[str]:
    decile = one.evaluation.best_decile
    return [
        one.name,
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


def _footing(comparison: Comparison) -> str:
    parts = {
        "valuation": "valuation model",
        "estimators": "estimators",
        "evaluation": "ranks and intervals",
        "other": "the rest",
    }
    split = ", ".join(f"{label} {comparison.seconds[part]:.1f}" for part, label in parts.items())
    return f"Seconds: {split}."
