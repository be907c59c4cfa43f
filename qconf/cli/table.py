"""Draw the ranking as a table for people."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from qconf.cli.drawing import drawn, in_units, page_width
from qconf.cli.terminal import shown
from qconf.comparison.result import Comparison, Ranked
from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_percent, percent_range

__all__ = ["ranking_text"]

#: From here on, the table has room for the seconds that each estimator took.
_WIDE = 97


def ranking_text(comparison: Comparison) -> str:
    """Draw a comparison: what was done, the ranking, and the verdict.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
        At most 100 columns wide, or 80 where the terminal has fewer; without colour.
    """
    return drawn(
        *_heading(comparison),
        _ranking(comparison),
        comparison.verdict,
        *(f"Note: {one}" for one in comparison.notes),
        "",
        *_footing(comparison),
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
    wide = page_width() >= _WIDE
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1) if wide else 0)
    safest = f"safest {100 * comparison.fraction:g} %: {n_safest:,} rows"
    # A long name is folded; numbers are not.
    table.add_column("\nestimator", overflow="fold")
    table.add_column(f"{safest}\noutliers ({100 * comparison.confidence_level:g} %)", no_wrap=True)
    table.add_column("mean abs\nerror", justify="right", no_wrap=True)
    table.add_column("behind the best,\n% points", no_wrap=True)
    table.add_column("\nAURC", justify="right", no_wrap=True)
    if wide:
        table.add_column("\nseconds", justify="right", no_wrap=True)
    for one in comparison.ranking:
        cells = _cells(one, is_best=one is comparison.ranking[0])
        table.add_row(*cells[: len(table.columns)])
    return table


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
    return ["AURC: area under the risk-coverage curve; lower is better.", f"Seconds: {split}."]
