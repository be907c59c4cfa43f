"""The results as Markdown tables, from the committed CSV files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta

from benchmarks.certificates_summary import certificates_summary
from benchmarks.leaderboard_summary import leaderboard_summary
from benchmarks.markdown import markdown
from benchmarks.models_summary import models_summary

__all__ = ["summary"]

#: Results that are tables for people as they are.
_AS_THEY_ARE = {
    "explanations": "Reasons: set the top reason's column to typical, and see where the error goes",
    "comparables-seconds": "Comparables of ten thousand rows among a million sales",
    "own-chance": "The blend on the same rows with ten of its own seeds",
    "million-rows": "All built-in estimators on a million rows of twenty columns",
    "evaluate-stream": "A billion rows judged, streamed",
    "scoring-stream": "Rows scored from Parquet to Parquet",
    "out-of-memory": "Rows fitted, scored and evaluated from Parquet",
    "out-of-memory-accuracy": "Models of drawn rows beside those of all rows, on later rows",
    "serving": "The service: what clients wait, and what fifty of them get at once",
    "slices": "Slices: any flag where nothing is wrong, and what is found where something is",
}


def summary(results: Path) -> str:
    """Put what was measured into tables: means over seeds, ratios over tables."""
    parts = leaderboard_summary(results) + certificates_summary(results)
    parts += models_summary(results)
    if (results / "calibration.csv").exists():
        parts += ["## Rows within one expected error, % points beside the share of all rows"]
        parts += [_calibrated(results / "calibration.csv")]
    if (results / "linear-quantile.csv").exists():
        parts += ["## Linear quartiles", _linear(results / "linear-quantile.csv")]
    if (results / "model-file.csv").exists():
        parts += [
            "## The file of a default blend on King County",
            _kept(results / "model-file.csv"),
        ]
    if (results / "probabilities.csv").exists():
        parts += [
            "## P(within 10 %): Brier score, and by how much it is above ours",
            _probabilities(results / "probabilities.csv"),
        ]
    if (results / "scoring.csv").exists():
        parts += ["## Scoring King County by a fitted blend", _scored(results / "scoring.csv")]
    parts += _as_they_are(results)
    if (results / "simulation.csv").exists():
        parts += [
            "## The simulated world: outliers in the best decile, %, by spread of group means"
        ]
        parts += [_simulated(results / "simulation.csv")]
    if (results / "vowpal-wabbit.csv").exists():
        parts += ["## Vowpal Wabbit on the simulated world", _raced(results / "vowpal-wabbit.csv")]
    if (results / "fingerprint.csv").exists():
        parts += ["## Batches that a shadow refuses, %", _refused(results / "fingerprint.csv")]
    return "\n\n".join(parts) + "\n"


def _as_they_are(results: Path) -> list[str]:
    parts = []
    for stem, title in _AS_THEY_ARE.items():
        if (results / f"{stem}.csv").exists():
            parts += [f"## {title}", markdown(pd.read_csv(results / f"{stem}.csv"))]
    return parts


def _calibrated(path: Path) -> str:
    """Put the deciles of each table side by side, the safest first."""
    measured = pd.read_csv(path)
    index = ["scenario", "contender"]
    deciles = 100 * measured.pivot_table(index=index, columns="decile", values="beside_overall")
    error = 100 * measured.groupby(index)["standard_error"].mean()
    told = deciles.assign(**{"standard error": error}).round(1)
    told["expected / squared residual, safest"] = (
        measured[measured["decile"] == 1].groupby(index)["level"].mean().round(2)
    )
    return markdown(told.reset_index())


def _kept(path: Path) -> str:
    """Medians over turns, or why there are none."""
    measured = pd.read_csv(path)
    by = measured.groupby("contender", sort=False)
    done = ["write", "open", "answer", "open_again"]
    table = by[["megabytes", *(f"seconds_to_{what}" for what in done)]].median()
    for name in ("names_to_trust", "failed"):
        table[name] = by[name].first().fillna("")
    return markdown(table.round(2).reset_index())


def _probabilities(path: Path) -> str:
    """Put the tables side by side: means over seeds, and paired intervals of the first."""
    measured = pd.read_csv(path).query("x == 0.1")
    table = measured.pivot_table(index="method", columns="scenario", values="brier", sort=False)
    first = measured[measured["seed"] == 0].set_index(["method", "scenario"])
    told = table.map("{:.4f}".format)
    for name, scenario in first.index:
        one = first.loc[(name, scenario)]
        if one["behind"] != 0:
            ends = f"{one['behind_low']:+.4f} to {one['behind_high']:+.4f}"
            told.loc[name, scenario] += f" ({ends})"
    ours = measured[measured["method"] == "qconf"].groupby("scenario", sort=False).first()
    lines = [
        f"- {scenario}: calibration error {one['calibration_error']:.3f} "
        f"({one['calibration_error_low']:.3f} to {one['calibration_error_high']:.3f}), mean excess "
        f"{one['mean_excess']:+.3f} ({one['mean_excess_low']:+.3f} to "
        f"{one['mean_excess_high']:+.3f}), 80 % intervals hold {one['interval_80_holds']:.3f}"
        for scenario, one in ours.iterrows()
    ]
    return "\n".join([markdown(told.reset_index()), "", "Ours:", "", *lines])


def _scored(path: Path) -> str:
    """Medians over turns; of one row, its CPU time is what counts."""
    measured = pd.read_csv(path)
    table = measured.groupby("what", sort=False)[["rows", "seconds", "cpu_seconds"]].median()
    table["rows a second"] = (table["rows"] / table["seconds"]).round(-2).astype(int)
    table["ms of CPU a row"] = (1000 * table["cpu_seconds"] / table["rows"]).round(4)
    return markdown(table.drop(columns=["rows", "cpu_seconds"]).round(4).reset_index())


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


def _refused(path: Path) -> str:
    """Sum up over seeds, and over tables, with exact 95 % intervals."""
    measured = pd.read_csv(path)
    columns = ["batches", "refused"]
    each = measured.groupby(["model", "mix", "scenario"], sort=False)[columns].sum().reset_index()
    total = measured.groupby(["model", "mix"], sort=False)[columns].sum().reset_index()
    both = pd.concat([each, total.assign(scenario="all")])
    difference = measured.groupby(["model", "scenario"])["difference"].median()
    both["median difference, %"] = [
        f"{100 * difference[key]:.1f}" if key in difference.index else ""
        for key in zip(both["model"], both["scenario"], strict=True)
    ]
    missed, n = both["batches"] - both["refused"], both["batches"]
    both["refused, %"] = 100 * both["refused"] / n
    both["low"] = 100 * np.nan_to_num(beta.ppf(0.025, both["refused"], missed + 1))
    both["high"] = 100 * np.nan_to_num(beta.ppf(0.975, both["refused"] + 1, missed), nan=1.0)
    return markdown(both.sort_values(["model", "mix"], kind="stable").round(2))


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
