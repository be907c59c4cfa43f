"""What was measured of the bootstrap of leaves, as Markdown tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.markdown import markdown

__all__ = ["bootstrap_summary"]


def bootstrap_summary(results: Path) -> list[str]:
    """Write the sections of those results that there are."""
    parts: list[str] = []
    if (results / "bootstrap.csv").exists():
        measured = pd.read_csv(results / "bootstrap.csv")
        parts += ["## Replicates of leaves against refits: 50 each, paired differences"]
        parts += [_quality(measured), "## The same: spreads", _spreads(measured)]
    if (results / "bootstrap-seconds.csv").exists():
        parts += ["## 50 replicates of leaves: medians of seconds"]
        parts += [_seconds(pd.read_csv(results / "bootstrap-seconds.csv"))]
    return parts


def _quality(measured: pd.DataFrame) -> str:
    """Show every table and seed: an interval of several seeds' mean is not to be had from them."""
    table = measured[["scenario", "seed", "bound", "contender"]].copy()
    for name, title, unit, digits in (
        ("rate", "best-decile rate, %", 100, 2),
        ("aurc", "AURC", 1, 4),
    ):
        table[title] = (unit * measured[name]).round(digits)
        table[f"{title}: of refits"] = (unit * measured[f"{name}_of_refits"]).round(digits)
        columns = [f"{name}_{end}" for end in ("above", "low", "high")]
        table[f"{title}: above refits"] = [
            f"{above:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
            for above, low, high in unit * measured[columns].to_numpy()
        ]
    return markdown(table)


def _spreads(measured: pd.DataFrame) -> str:
    columns = ["spread_of_leaves", "spread_of_refits", "spread_correlation"]
    leaves = measured[measured["contender"] == "leaves"]
    means = leaves.groupby("scenario", sort=False)[columns].mean().round(3)
    named = means.set_axis(["leaves", "refits", "rank correlation"], axis=1)
    return (
        "Standard deviation over the replicates of the squared expected error, divided by their "
        "mean: the median of all rows, and how the rows' spreads correlate.\n\n"
        + markdown(named.reset_index())
    )


def _seconds(measured: pd.DataFrame) -> str:
    """Medians over turns; ratios are of each turn."""
    fit, predict = measured["fit"], measured["predict"]
    more, other = measured["fit_replicates"], measured["predict_replicates"]
    turns = measured.drop(columns="turn").assign(
        **{
            "fit, times": (fit + more) / fit,
            "predict, times": other / predict,
            "both, times": (fit + more + other) / (fit + predict),
        }
    )
    medians = turns.groupby(["rows", "threads"]).median().round(2).reset_index()
    return markdown(medians.astype({"rows": str, "threads": str}))
