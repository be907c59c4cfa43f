"""Tables as Markdown."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.ratios import HALF_A_POINT

__all__ = ["by_scenario", "markdown"]


def by_scenario(
    measured: pd.DataFrame, column: str, unit: float, reference: str | None = "residual"
) -> str:
    """Put the means over seeds of a measured column into a table, scenarios side by side.

    Parameters
    ----------
    measured : DataFrame
        With columns scenario, estimator, and the one asked for.
    column : str
    unit : float
        What to multiply with.
    reference : str or None, default="residual"
        Estimators are sorted by the mean of their ratios to this one.

    Returns
    -------
    str
    """
    table = measured.pivot_table(index="estimator", columns="scenario", values=column) * unit
    if reference is not None:
        shrunk = table + (unit * HALF_A_POINT if column == "best_decile_rate" else 0)
        relative = shrunk / shrunk.loc[reference]
        # A contender that is missing somewhere is compared where it is.
        table[f"ratio to {reference}"] = np.exp(np.log(relative).mean(axis=1))
        table = table.sort_values(f"ratio to {reference}")
    return markdown(table.round(4 if column == "aurc" else 2).reset_index())


def markdown(table: pd.DataFrame) -> str:
    """Write a table as Markdown; what is missing stays empty."""
    rows = [list(map(str, table.columns)), ["---"] * table.shape[1]]
    rows += [["" if pd.isna(value) else str(value) for value in row] for row in table.to_numpy()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
