"""The levels of the bootstrap as Markdown tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.markdown import markdown

__all__ = ["levels_summary"]


def levels_summary(results: Path) -> list[str]:
    """Put spreads beside the true one, and then who ranks best.

    Parameters
    ----------
    results : Path
        The folder of CSV files.

    Returns
    -------
    list of str
        Headings and tables; nothing where nothing was measured.
    """
    parts = []
    if (results / "bootstrap-levels.csv").exists():
        parts += ["## Levels of the bootstrap: spread over replicates / true sampling spread"]
        parts += [_spreads(pd.read_csv(results / "bootstrap-levels.csv"))]
    if (results / "bootstrap-levels-ranks.csv").exists():
        parts += ["## The same: outliers in the best decile of the simulated world, %"]
        parts += [_ranks(pd.read_csv(results / "bootstrap-levels-ranks.csv"))]
    return parts


def _spreads(measured: pd.DataFrame) -> str:
    """Mean ratio, and in brackets that of the median group."""
    mean, median = (measured[name].map("{:.2f}".format) for name in ("ratio", "ratio_median"))
    return (
        "Of the mean spread, and in brackets of the median spread; by spread of group means.\n\n"
        + _wide(measured.assign(told=mean + " (" + median + ")"), "archetype", "told")
    )


def _ranks(measured: pd.DataFrame) -> str:
    keys = ["group_mean_sd", "level", "bound"]
    mean = 100 * measured.groupby(keys, sort=False)["outlier_rate"].mean()
    told = mean.map("{:.3f}".format).reset_index()
    return "Means over worlds; by spread of group means.\n\n" + _wide(told, "bound", "outlier_rate")


def _wide(measured: pd.DataFrame, rows: str, values: str) -> str:
    column = measured["level"] + ", " + measured["group_mean_sd"].map("{:g}".format)
    order = column.unique()
    table = measured.assign(column=column).set_index([rows, "column"])[values]
    lines = [
        {rows: row, **{name: table.loc[row, name] for name in order}}
        for row in measured[rows].unique()
    ]
    return markdown(pd.DataFrame(lines))
