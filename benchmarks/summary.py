"""The results as Markdown tables, from the committed CSV files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["summary"]


def summary(results: Path) -> str:
    """Put what was measured into tables: means over seeds, ratios over tables."""
    parts = []
    if (results / "estimators.csv").exists():
        measured = pd.read_csv(results / "estimators.csv")
        parts += ["## Best-decile outlier rate, %", _by_scenario(measured, "best_decile_rate", 100)]
        parts += ["## AURC", _by_scenario(measured, "aurc", 1)]
        parts += ["## Seconds, one thread", _by_scenario(measured, "seconds", 1, None)]
        parts += ["## The constant's interval", _null_contender(measured)]
    if (results / "quantiles.csv").exists():
        measured = pd.read_csv(results / "quantiles.csv")
        parts += ["## Learners of `quantile`: best-decile outlier rate, %"]
        parts += [_by_scenario(measured, "best_decile_rate", 100, "boosted")]
        parts += ["## The same: AURC", _by_scenario(measured, "aurc", 1, "boosted")]
        parts += ["## The same: seconds, one thread"]
        parts += [_by_scenario(measured, "seconds", 1, None)]
    if (results / "linear-quantile.csv").exists():
        parts += ["## Linear quartiles", _linear(results / "linear-quantile.csv")]
    if (results / "boosting.csv").exists():
        parts += ["## LightGBM against scikit-learn", _engines(results / "boosting.csv")]
    if (results / "simulation.csv").exists():
        parts += [
            "## The simulated world: outliers in the best decile, %, by spread of group means"
        ]
        parts += [_simulated(results / "simulation.csv")]
    if (results / "vowpal-wabbit.csv").exists():
        parts += ["## Vowpal Wabbit on the simulated world", _raced(results / "vowpal-wabbit.csv")]
    return "\n\n".join(parts) + "\n"


def _by_scenario(
    measured: pd.DataFrame, column: str, unit: float, reference: str | None = "residual"
) -> str:
    table = measured.pivot_table(index="estimator", columns="scenario", values=column) * unit
    if reference is not None:
        # Rates can be zero in one seed; over seeds and half an event they cannot.
        half_event = unit * 0.5 / (measured.groupby("scenario")["scored"].mean() * 0.1)
        shrunk = table + (half_event if column == "best_decile_rate" else 0)
        relative = shrunk / shrunk.loc[reference]
        # A contender that is missing somewhere is compared where it is.
        table[f"ratio to {reference}"] = np.exp(np.log(relative).mean(axis=1))
        table = table.sort_values(f"ratio to {reference}")
    return _markdown(table.round(4 if unit == 1 and reference else 2).reset_index())


def _null_contender(measured: pd.DataFrame) -> str:
    null = measured[measured["estimator"] == "constant"]
    held = (null["low"] <= null["overall_rate"]) & (null["overall_rate"] <= null["high"])
    return f"It holds the overall rate in {held.sum()} of {len(held)} runs."


def _engines(path: Path) -> str:
    measured = pd.read_csv(path)
    wide = measured.pivot_table(index=["scenario", "task"], columns="engine")
    table = pd.DataFrame(
        {
            "rmse": wide["rmse"]["lightgbm"] / wide["rmse"]["histogram"],
            "AURC": wide["aurc"]["lightgbm"] / wide["aurc"]["histogram"],
            "seconds": wide["seconds"]["lightgbm"] / wide["seconds"]["histogram"],
        }
    ).reset_index()
    return "Ratios, LightGBM / scikit-learn; below 1 LightGBM is better.\n\n" + _markdown(
        table.round(3)
    )


def _simulated(path: Path) -> str:
    measured = pd.read_csv(path)
    table = 100 * measured.pivot_table(
        index="estimator", columns="group_mean_sd", values="outlier_rate"
    )
    order = np.argsort(table[0.5].to_numpy())
    return _markdown(table.iloc[order].round(3).reset_index())


def _raced(path: Path) -> str:
    """Medians over turns, and how many times as long all of Vowpal Wabbit's steps take."""
    measured = pd.read_csv(path)
    table = measured.groupby("contender", sort=False)[["seconds", "outlier_rate"]].median()
    plain = table[~table.index.str.contains("tuned")]["seconds"]
    table["outlier_rate"] *= 100
    ratio = plain.drop("qconf simulate").sum() / plain["qconf simulate"]
    named = table.rename(columns={"outlier_rate": "outliers, %"}).round(2).reset_index()
    return f"{_markdown(named)}\n\nAll three steps take {ratio:.1f} times as long as qconf."


def _linear(path: Path) -> str:
    """Medians over turns, and how many times as long each takes as qconf."""
    measured = pd.read_csv(path)
    memory = measured.dropna(subset="memory").set_index("scenario")["memory"]
    timed = measured.dropna(subset="seconds")
    order = timed["scenario"].unique()
    seconds = timed.pivot_table(
        index="scenario", columns="contender", values="seconds", aggfunc="median", sort=False
    ).loc[order]
    excess = timed.pivot_table(
        index="scenario", columns="contender", values="excess_loss", aggfunc="max", sort=False
    ).loc[order]
    table = pd.DataFrame({"scenario": order, "qconf, seconds": seconds["qconf"].to_numpy()})
    table["qconf, extra memory / table"] = memory.loc[order].to_numpy()
    table["qconf, excess loss"] = excess["qconf"].map("{:.0e}".format).to_numpy()
    for name in seconds.columns.drop("qconf"):
        ratio, more = seconds[name] / seconds["qconf"], excess[name]
        told = [
            "" if np.isnan(times) else f"{times:.1f}x ({worse:.0e})"
            for times, worse in zip(ratio, more, strict=True)
        ]
        table[name] = told
    return (
        "How many times as long as qconf, and in brackets by how much the loss is above the best "
        "that was found.\n\n" + _markdown(table.round(4))
    )


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(map(str, table.columns)), ["---"] * table.shape[1]]
    rows += [["" if pd.isna(value) else str(value) for value in row] for row in table.to_numpy()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
