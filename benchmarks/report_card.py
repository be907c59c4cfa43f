"""A report card: how often its intervals hold the truth under clusters, and how long it takes.

Rows come in groups that share a shock: in their errors (a zip code that the model values too high,
or follows badly), in their prices, and in whether they have a value at all. The truth of a figure
is what a table of two million rows of the same process gives.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, norm

from qconf._types import FloatArray, IntArray
from qconf.avm.report import avm_report
from qconf.avm.result import AvmReport

__all__ = [
    "WORLDS",
    "coverage",
    "figures_of",
    "outside_by_chance",
    "report_on",
    "rows_of_groups",
    "run",
    "seconds",
    "table_of",
    "truths",
]

TABLES = 500
_RESAMPLES = 300
_EDGES = (0.0, 0.07, 0.1, 0.14, np.inf)


@dataclass(frozen=True)
class World:
    """How many rows each group of a table has.

    Attributes
    ----------
    sizes : callable
        ``sizes(rng)`` gives the rows of each group.
    clustered : bool
        Whether groups share anything.
    """

    sizes: Callable[[np.random.Generator], IntArray]
    clustered: bool = True


WORLDS = {
    "40 groups of 50 rows": World(lambda _: np.full(40, 50)),
    "100 groups of 3 to 60 rows": World(
        lambda rng: np.exp(rng.uniform(np.log(3), np.log(60), 100)).astype(np.intp)
    ),
    "2,000 independent rows": World(lambda _: np.ones(2000, dtype=np.intp), clustered=False),
}


def run(_: Path | None, seeds: int) -> dict[str, pd.DataFrame]:
    """Count over 500 tables of each world, and time a million rows."""
    del seeds
    told = []
    for name in WORLDS:
        told.append(coverage(name, range(TABLES)))
        print(f"report-card: {name}", flush=True)
    return {"report-card": pd.concat(told), "report-card-seconds": pd.DataFrame(seconds())}


def coverage(name: str, tables: range) -> pd.DataFrame:
    """Say of each figure how often its interval holds what a table of two million rows gives.

    Beside it, of a rate, how many events or non-events it rests on, whichever are fewer: with less
    than about five, coverage comes in steps and no interval is near 95 %.
    """
    truth = truths(name)
    held: dict[tuple[str, str, str], list[bool]] = {}
    worth: dict[tuple[str, str, str], list[float]] = {}
    for number in tables:
        table = table_of(name, np.random.default_rng([2032, number]))
        report = report_on(table, n_resamples=_RESAMPLES, random_state=number)
        for figure, estimate in figures_of(report):
            if figure in truth and np.isfinite(estimate.interval).all():
                held.setdefault(figure, []).append(truth[figure] in estimate)
                worth.setdefault(figure, []).append(estimate.n_effective or np.nan)
    return pd.DataFrame(
        {
            "world": name, "section": section, "band": band, "figure": figure,
            "truth": round(truth[section, band, figure], 5),
            "tables": len(one), "coverage": round(float(np.mean(one)), 4),
            "events": round(
                float(np.mean(worth[section, band, figure]))
                * min(truth[section, band, figure], 1 - truth[section, band, figure]), 1,
            ),
        }
        for (section, band, figure), one in held.items()
    )  # fmt: skip


def outside_by_chance(n_tables: int, low: float = 0.93, high: float = 0.97) -> float:
    """Say how likely a figure that is held in 95 % of all tables is seen outside of a range.

    Examples
    --------
    >>> round(outside_by_chance(500), 3)
    0.03
    """
    below = binom.cdf(np.ceil(low * n_tables) - 1, n_tables, 0.95)
    above = binom.sf(np.floor(high * n_tables), n_tables, 0.95)
    return float(below + above)


def seconds(n_rows: int = 1_000_000, n_resamples: int = 500) -> Iterator[dict[str, Any]]:
    """Time a report of a million rows: without groups, and with 10,000."""
    rng = np.random.default_rng(0)
    table = rows_of_groups(rng, np.full(max(n_rows // 100, 2), 100), clustered=True)
    for groups in (False, True):
        given = table if groups else table.drop(columns="group")
        begin, worked = time.perf_counter(), time.process_time()
        report_on(given, n_resamples=n_resamples)
        yield {
            "rows": len(table),
            "resamples": n_resamples,
            "groups": groups,
            "seconds": round(time.perf_counter() - begin, 1),
            # What is left of them where other programs take the cores.
            "cpu_seconds": round(time.process_time() - worked, 1),
            "peak_gigabytes": round(
                resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2
            ),
        }


def report_on(table: pd.DataFrame, **options: Any) -> AvmReport:
    """Report on a table, with everything that it has."""
    return avm_report(
        table["value"], table["truth"], expected_error=table["fsd"], ccs=table["ccs"],
        tiers=table["tier"], groups=table.get("group"), **options,
    )  # fmt: skip


def figures_of(report: AvmReport) -> Iterator[tuple[tuple[str, str, str], Any]]:
    """List all figures; bands of the price are numbered, since their borders move."""
    for section, blocks in report.sections.items():
        for number, block in enumerate(blocks):
            band = f"fifth {number + 1}" if section == "price_bands" else block.band
            for figure in block.figures.values():
                yield (section, band, figure.name), figure.estimate


@cache
def truths(name: str) -> dict[tuple[str, str, str], float]:
    """Return each figure of a table that is a thousand times as large."""
    world = WORLDS[name]
    rng = np.random.default_rng(2031)
    sizes = np.concatenate([world.sizes(rng) for _ in range(1000)])
    table = rows_of_groups(rng, sizes, clustered=world.clustered).drop(columns="group")
    return {figure: one.value for figure, one in figures_of(report_on(table, n_resamples=2))}


def table_of(name: str, rng: np.random.Generator) -> pd.DataFrame:
    """Make one table of a world."""
    world = WORLDS[name]
    return rows_of_groups(rng, world.sizes(rng), clustered=world.clustered)


def rows_of_groups(rng: np.random.Generator, sizes: IntArray, *, clustered: bool) -> pd.DataFrame:
    """Draw groups with a shift and a scale of their errors, a price level, and a rate of misses."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    n_rows = len(group)

    def shared(spread: float) -> FloatArray:
        drawn: FloatArray = spread * rng.normal(size=len(sizes))[group]
        return drawn if clustered else np.zeros(n_rows)

    fsd = np.exp(rng.normal(np.log(0.1), 0.4, n_rows))
    truth = np.exp(12.5 + shared(0.3) + rng.normal(scale=0.35, size=n_rows))
    error = shared(0.03) + fsd * np.exp(shared(0.2)) * rng.normal(size=n_rows)
    value = truth * np.exp(error)
    value[rng.random(n_rows) < 0.05 * np.exp(shared(0.5))] = np.nan
    return pd.DataFrame(
        {
            "truth": truth,
            "value": value,
            "fsd": fsd,
            "ccs": 100 * (2 * norm.cdf(0.1 / fsd) - 1),
            "tier": pd.cut(fsd, list(_EDGES), labels=["A", "B", "C", "D"]),
            "group": group,
        }
    )
