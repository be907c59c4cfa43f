"""The leaderboard of peers as Markdown tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.leaderboard import REFERENCE
from benchmarks.markdown import by_scenario, markdown
from benchmarks.merit import MEAN

__all__ = ["leaderboard_summary"]

_MEASURES = {"best_decile_rate": ("best-decile outlier rate, %", 100), "aurc": ("AURC", 1)}


def leaderboard_summary(results: Path) -> list[str]:
    """Return headings and tables: against the best peers, and everybody; none if not measured.

    Parameters
    ----------
    results : Path
        The folder of ``leaderboard.csv`` and ``leaderboard-merit.csv``.

    Returns
    -------
    list of str
    """
    if not (results / "leaderboard.csv").exists():
        return []
    measured = pd.read_csv(results / "leaderboard.csv")
    merit = pd.read_csv(results / "leaderboard-merit.csv")
    parts = []
    for measure, (what, unit) in _MEASURES.items() if len(merit) else ():
        for among, rows in merit[merit["measure"] == measure].groupby("among"):
            parts += [f"## `{REFERENCE}` against the best of the {among}, table by table: {what}"]
            parts += [_against_best(rows, unit)]
    name = measured["contender"]
    ours = "**" + name + "**"
    contenders = measured.assign(estimator=name.where(measured["kind"] != "built-in", ours))
    reference = f"**{REFERENCE}**" if REFERENCE in set(name) else None
    for measure, (what, unit) in _MEASURES.items():
        parts += [f"## Leaderboard, our own in bold: {what}"]
        parts += [by_scenario(contenders, measure, unit, reference)]
    parts += ["## Leaderboard: seconds, one thread", by_scenario(contenders, "seconds", 1, None)]
    return parts


def _against_best(merit: pd.DataFrame, unit: float) -> str:
    """One row a table; the last one is the mean of the ratios."""
    interval = [f"{low:.2f} to {high:.2f}" for low, high in merit[["low", "high"]].to_numpy()]
    table = pd.DataFrame(
        {
            "table": merit["scenario"],
            "seeds": merit["seeds"].astype("Int64"),
            "best peer": merit["best_peer"],
            "its mean": (merit["peer"] * unit).round(4),
            f"{REFERENCE}": (merit["own"] * unit).round(4),
            "ratio": merit["ratio"].map("{:.3f}".format),
            "95 % interval": interval,
        }
    )
    last = table["table"] == MEAN
    return markdown(pd.concat([table[~last], table[last]]))
