"""Backtests and choices between valuation models, as Markdown."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.markdown import markdown

__all__ = ["models_summary"]


def models_summary(results: Path) -> list[str]:
    """Put together what there is."""
    parts = []
    if (results / "backtest.csv").exists():
        parts += ["## A backtest of four valuation models and five estimators"]
        parts += [markdown(pd.read_csv(results / "backtest.csv").round(2))]
    if (results / "unlabelled.csv").exists():
        parts += ["## Choosing a model for each place without prices: regret, %"]
        parts += [_regrets(results / "unlabelled.csv")]
    if (results / "comparables.csv").exists():
        parts += ["## Five comparables as a valuation: median absolute error, %"]
        parts += [_compared(results / "comparables.csv")]
    return parts


def _compared(path: Path) -> str:
    """Put the tables side by side: means over seeds."""
    by = pd.read_csv(path).groupby("scenario", sort=False)
    ways = ["model", "comparables", "plain_comparables", "regressor", "plain_regressor"]
    error = 100 * by[[*ways, "neighbours", "neighbours_on_logs"]].mean()
    ratio = by[["of_neighbours", "plain_of_neighbours"]].mean()
    return markdown(error.round(2).join(ratio.round(2)).reset_index())


def _regrets(path: Path) -> str:
    """Put the tables side by side: means over seeds, and how often sums are held."""
    measured = pd.read_csv(path)
    regret = 100 * measured.pivot_table("regret", "rule", "scenario", sort=False)
    held = (
        100
        * measured[measured["rule"] == "qconf at 0.8"]
        .groupby("scenario", sort=False)[["sum_holds", "sum_holds_independent"]]
        .mean()
    )
    lines = [
        f"- {scenario}: 80 % intervals hold {one['sum_holds']:.0f} % of the sums; were errors "
        f"independent, {one['sum_holds_independent']:.0f} %"
        for scenario, one in held.iterrows()
    ]
    return "\n".join([markdown(regret.round(2).reset_index()), "", *lines])
