"""Results of certificates as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.markdown import markdown

__all__ = ["certificates_summary"]


def certificates_summary(results: Path) -> list[str]:
    """Put broken promises and coverage side by side; empty where nothing was measured."""
    parts: list[str] = []
    for name, title in (
        ("certificates", "Certificates in simulated tables"),
        ("certificate-variants", "Other ways to certify"),
    ):
        path = results / f"{name}.csv"
        if path.exists():
            parts += [f"## {title}", *_simulated(pd.read_csv(path))]
    path = results / "certificates-in-time.csv"
    if path.exists():
        parts += ["## Certificates in the next period", _in_time(pd.read_csv(path))]
    return parts


def _simulated(measured: pd.DataFrame) -> Iterator[str]:
    for column, told in (
        ("violations", "Promises broken, % of tables (5 are allowed)."),
        ("of_truth_known", "Rows certified, % of what the truth would accept."),
    ):
        table = 100 * measured.pivot_table(
            index="contender", columns="world", values=column, sort=False
        )
        yield f"{told}\n\n{markdown(table.round(1).reset_index())}"


def _in_time(measured: pd.DataFrame) -> str:
    """Sum up over origins: promises made and kept, what was accepted, what came."""
    measured = measured.assign(accepted=measured["next_coverage"] * measured["next"])
    measured["outliers"] = measured["next_outlier_rate"].fillna(0.0) * measured["accepted"]
    keys = ["scenario", "promise", "limit"]
    sums = measured.groupby(keys, sort=False)[
        ["promises", "kept", "as_limited", "accepted", "outliers", "next"]
    ].sum()
    told = pd.DataFrame(
        {
            "promises": sums["promises"],
            "kept": sums["kept"],
            "kept, chance allowed for": sums["as_limited"]
            .astype("Int64")
            .where(sums.index.get_level_values("promise") == "rows"),
            "accepted, %": (100 * sums["accepted"] / sums["next"]).round(1),
            "outliers among them, %": (100 * sums["outliers"] / sums["accepted"]).round(1),
        }
    ).reset_index()
    told["limit"] = (100 * told["limit"]).map("{:g} %".format)
    return markdown(told)
