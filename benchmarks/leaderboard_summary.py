"""The leaderboard of peers as Markdown tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.leaderboard import REFERENCE
from benchmarks.markdown import by_scenario, markdown
from benchmarks.merit import MEAN

__all__ = ["leaderboard_summary"]

_MEASURES = {"best_decile_rate": ("best-decile outlier rate, %", 100), "aurc": ("AURC", 1)}
_BY = ["among", "against"]
#: What no table may be above.
_WORSE = 1.10


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
    parts = _quotable(merit) if len(merit) else []
    for measure, (what, unit) in _MEASURES.items() if len(merit) else ():
        for (among, against), rows in merit[merit["measure"] == measure].groupby(_BY, sort=False):
            parts += [f"## `{REFERENCE}` against the {against}, {among}: {what}"]
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


def _quotable(merit: pd.DataFrame) -> list[str]:
    """Sum up in one table: the geometric means, and how the single tables lie around them."""
    lines = []
    for (measure, among, against), rows in merit.groupby(["measure", *_BY], sort=False):
        mean = rows[rows["scenario"] == MEAN].iloc[0]
        tables = rows[rows["scenario"] != MEAN]
        peer = tables["peer"].iloc[0] if against == "best over all tables" else "its own"
        lowest, highest = tables["ratio"].min(), tables["ratio"].max()
        lines.append(
            {
                "measure": _MEASURES[str(measure)][0].partition(",")[0],
                f"`{REFERENCE}` divided by the": f"{against} ({peer}), {among}",
                "tables": len(tables),
                "geometric mean (95 %)": f"{mean['ratio']:.2f} "
                f"({mean['low']:.2f} to {mean['high']:.2f})",
                "from table to table": f"{lowest:.2f} to {highest:.2f}",
                "clearly better, clearly worse": f"{(tables['high'] < 1).sum()}, "
                f"{(tables['low'] > 1).sum()}",
                "worse than 1.10 beyond the interval": _listed(tables[tables["low"] > _WORSE]),
            }
        )
    return [f"## `{REFERENCE}` beside other packages", markdown(pd.DataFrame(lines))]


def _listed(tables: pd.DataFrame) -> str:
    return ", ".join(tables["scenario"]) or "none"


def _against_best(merit: pd.DataFrame, unit: float) -> str:
    """One row a table; the last one is the geometric mean."""
    interval = [f"{low:.2f} to {high:.2f}" for low, high in merit[["low", "high"]].to_numpy()]
    table = pd.DataFrame(
        {
            "table": merit["scenario"],
            "seeds": merit["seeds"].astype("Int64"),
            "peer": merit["peer"],
            "its mean": (merit["theirs"] * unit).round(4),
            f"{REFERENCE}": (merit["own"] * unit).round(4),
            "ratio": merit["ratio"].map("{:.3f}".format),
            "95 % interval": interval,
        }
    )
    last = table["table"] == MEAN
    return markdown(pd.concat([table[~last], table[last]]))
