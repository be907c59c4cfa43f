"""The results as Markdown tables, from the committed CSV files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bootstrap_levels_summary import levels_summary
from benchmarks.bootstrap_summary import bootstrap_summary
from benchmarks.leaderboard_summary import leaderboard_summary
from benchmarks.markdown import by_scenario, markdown

__all__ = ["summary"]


def summary(results: Path) -> str:
    """Put what was measured into tables: means over seeds, ratios over tables."""
    parts = leaderboard_summary(results)
    if (results / "estimators.csv").exists():
        measured = pd.read_csv(results / "estimators.csv")
        parts += ["## Best-decile outlier rate, %", by_scenario(measured, "best_decile_rate", 100)]
        parts += ["## AURC", by_scenario(measured, "aurc", 1)]
        parts += ["## Seconds, one thread", by_scenario(measured, "seconds", 1, None)]
        parts += ["## The constant's interval", _null_contender(measured)]
    if (results / "calibration.csv").exists():
        parts += ["## Rows within one expected error, % points beside the share of all rows"]
        parts += [_calibrated(results / "calibration.csv")]
    if (results / "error-models.csv").exists():
        measured = pd.read_csv(results / "error-models.csv")
        parts += ["## Error models (`residual`): best-decile outlier rate, %"]
        parts += [by_scenario(measured, "best_decile_rate", 100, "squared")]
        parts += ["## The same: AURC", by_scenario(measured, "aurc", 1, "squared")]
        parts += ["## The same: mean squared expected error / mean squared residual"]
        parts += [by_scenario(measured, "level", 1, None)]
        parts += ["## The same: seconds, one thread", by_scenario(measured, "seconds", 1, None)]
    if (results / "drift.csv").exists():
        parts += [
            "## Residuals forward in time against shuffled ones",
            _drift(results / "drift.csv"),
        ]
    if (results / "quantiles.csv").exists():
        measured = pd.read_csv(results / "quantiles.csv")
        parts += ["## Learners of `quantile`: best-decile outlier rate, %"]
        parts += [by_scenario(measured, "best_decile_rate", 100, "boosted")]
        parts += ["## The same: AURC", by_scenario(measured, "aurc", 1, "boosted")]
        parts += ["## The same: seconds, one thread"]
        parts += [by_scenario(measured, "seconds", 1, None)]
    parts += bootstrap_summary(results)
    if (results / "linear-quantile.csv").exists():
        parts += ["## Linear quartiles", _linear(results / "linear-quantile.csv")]
    if (results / "boosting.csv").exists():
        parts += ["## LightGBM against scikit-learn", _engines(results / "boosting.csv")]
    if (results / "simulation.csv").exists():
        parts += [
            "## The simulated world: outliers in the best decile, %, by spread of group means"
        ]
        parts += [_simulated(results / "simulation.csv")]
    parts += levels_summary(results)
    if (results / "vowpal-wabbit.csv").exists():
        parts += ["## Vowpal Wabbit on the simulated world", _raced(results / "vowpal-wabbit.csv")]
    return "\n\n".join(parts) + "\n"


def _calibrated(path: Path) -> str:
    """Put the deciles of each table side by side, the safest first."""
    measured = pd.read_csv(path)
    index = ["scenario", "contender"]
    deciles = 100 * measured.pivot_table(index=index, columns="decile", values="beside_overall")
    error = 100 * measured.groupby(index)["standard_error"].mean()
    return markdown(deciles.assign(**{"standard error": error}).round(1).reset_index())


def _drift(path: Path) -> str:
    """Put both kinds of residuals side by side, with the ratio of their rates."""
    measured = pd.read_csv(path)
    wide = measured.pivot_table(
        index=["scenario", "estimator"], columns="residuals", values=["best_decile_rate", "aurc"]
    )
    rates, areas = 100 * wide["best_decile_rate"], wide["aurc"]
    table = pd.DataFrame(
        {
            "forward, outliers in %": rates["forward"].round(2),
            "shuffled, outliers in %": rates["shuffled"].round(2),
            "ratio of rates": (rates["forward"] / rates["shuffled"]).round(3),
            "forward, AURC": areas["forward"].round(4),
            "shuffled, AURC": areas["shuffled"].round(4),
            "ratio of AURC": (areas["forward"] / areas["shuffled"]).round(3),
        }
    )
    return markdown(table.reset_index())


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
    return "Ratios, LightGBM / scikit-learn; below 1 LightGBM is better.\n\n" + markdown(
        table.round(3)
    )


def _simulated(path: Path) -> str:
    measured = pd.read_csv(path)
    table = 100 * measured.pivot_table(
        index="estimator", columns="group_mean_sd", values="outlier_rate"
    )
    order = np.argsort(table[0.1].to_numpy())
    return markdown(table.iloc[order].round(3).reset_index())


def _raced(path: Path) -> str:
    """Medians over turns, and how many times as long all of Vowpal Wabbit's steps take."""
    measured = pd.read_csv(path)
    table = measured.groupby("contender", sort=False)[["seconds", "outlier_rate"]].median()
    plain = table[~table.index.str.contains(",")]["seconds"]
    table["outlier_rate"] *= 100
    ratio = plain.drop("qconf simulate").sum() / plain["qconf simulate"]
    named = table.rename(columns={"outlier_rate": "outliers, %"}).round(2).reset_index()
    return f"{markdown(named)}\n\nAll three steps take {ratio:.1f} times as long as qconf."


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
        "that was found.\n\n" + markdown(table.round(4))
    )
