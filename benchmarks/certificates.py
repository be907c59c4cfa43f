"""How often certificates break their promise, and how many rows they cover, in simulated tables.

Results are kept in pieces of 100 tables in ``.cache/certificates/``; a run that was stopped goes
on. Other rules are written out from their published formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from benchmarks.certified_worlds import THRESHOLD, WORLDS, Table, World
from qconf import certify
from qconf.certification.binomial import lower_tail, upper_limits
from qconf.certification.cut_offs import CutOffs
from qconf.certification.sequence import last_passed

__all__ = ["CONTENDERS", "Contender", "measured", "run", "summed", "tables_of"]

_TABLES, _PIECE = 2000, 100
#: Of other sizes the coverage is asked for, which fewer tables tell.
_TABLES_OF_OTHER_SIZES = {"independent rows, 500": 1000, "independent rows, 10000": 1000}
_CACHE = Path(__file__).parent / ".cache" / "certificates"
_DELTA = 0.05

#: Finds a cut-off, from the rows to certify on, their world and older rows.
Contender: TypeAlias = Callable[[Table, World, Table], float]


def _ours(table: Table, world: World, history: Table | None) -> float:
    return certify(
        table.score,
        table.residual,
        threshold=THRESHOLD,
        outlier_rate=world.outlier_rate,
        groups=table.groups,
        history=None if history is None else (history.score, history.residual),
    ).cut_off


def _qconf(table: Table, world: World, history: Table) -> float:  # noqa: ARG001 - one signature
    return _ours(table, world, None)


def _qconf_with_history(table: Table, world: World, history: Table) -> float:
    return _ours(table, world, history)


def _published(table: Table, world: World, history: Table) -> float:
    """Start 100 cut-offs where older rows have the smallest p-value; rows as independent."""
    cut_offs = CutOffs.of(table.score, 100)
    older, ours = (_p_values(cut_offs, one, world) for one in (history, table))
    last, _ = last_passed(ours <= _DELTA, int(np.argmin(older)))
    return -np.inf if last is None else float(cut_offs.scores[last])


def _holm(table: Table, world: World, history: Table) -> float:  # noqa: ARG001
    """MAPIE's default for a precision: Holm's correction over 100 cut-offs, the best one passed."""
    cut_offs = CutOffs.of(table.score, 100)
    p_values = _p_values(cut_offs, table, world)
    order = np.argsort(p_values, kind="stable")
    passed = p_values[order] <= _DELTA / np.arange(len(order), 0, -1)
    certified = order[: len(order) if passed.all() else int(np.argmin(passed))]
    return float(cut_offs.scores[certified].max(initial=-np.inf))


def _sgr(table: Table, world: World, history: Table) -> float:  # noqa: ARG001
    """Geifman & El-Yaniv (2017): a binary search, each look with delta / ceil(log2 m).

    Rows that tie are counted together, as they are accepted.
    """
    cut_offs = CutOffs.of(table.score, len(table.score))
    n, outliers = cut_offs.cumulated(table.score), cut_offs.cumulated(table.score, table.outlier)
    looks = int(np.ceil(np.log2(len(table.score))))
    passed = upper_limits(outliers, n, 1 - _DELTA / looks) <= world.outlier_rate
    low, high = -1, len(cut_offs) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if passed[middle] else (low, middle - 1)
    return -np.inf if low < 0 else float(cut_offs.scores[low])


def _naive(table: Table, world: World, history: Table) -> float:  # noqa: ARG001
    """Take the largest set whose observed outlier rate is low enough: no guarantee at all."""
    cut_offs = CutOffs.of(table.score, len(table.score))
    n = cut_offs.cumulated(table.score)
    rate = cut_offs.cumulated(table.score, table.outlier) / n
    return float(cut_offs.scores[rate <= world.outlier_rate].max(initial=-np.inf))


def _p_values(cut_offs: CutOffs, table: Table, world: World) -> Any:
    n, outliers = cut_offs.cumulated(table.score), cut_offs.cumulated(table.score, table.outlier)
    return lower_tail(outliers, n, world.outlier_rate)


CONTENDERS: dict[str, Contender] = {
    "qconf, with older rows": _qconf_with_history,
    "qconf": _qconf,
    "smallest p of older rows": _published,
    "SGR": _sgr,
    "Holm (MAPIE)": _holm,
    "largest observed": _naive,
}


def run(_: Path | None, seeds: int) -> pd.DataFrame:
    """Count over thousands of tables of each world; other `seeds` would not change much."""
    del seeds
    _CACHE.mkdir(parents=True, exist_ok=True)
    parts = []
    for world in WORLDS:
        for first in range(0, tables_of(world), _PIECE):
            path = _CACHE / f"{world.replace(' ', '_').replace('%', 'per_cent')}-{first}.parquet"
            if not path.exists():
                piece = pd.DataFrame(measured(world, range(first, first + _PIECE)))
                part = path.with_suffix(".part")
                piece.to_parquet(part)
                part.replace(path)
            parts.append(pd.read_parquet(path))
        print(f"certificates: {world}", flush=True)
    return summed(pd.concat(parts))


def tables_of(world: str) -> int:
    """Return how many tables of a world are made."""
    return _TABLES_OF_OTHER_SIZES.get(world, _TABLES)


def measured(
    world: str, tables: range, contenders: Mapping[str, Contender] | None = None
) -> Iterator[dict[str, Any]]:
    """Certify tables of a world, by number, in each way; None is all `CONTENDERS`."""
    made = WORLDS[world]
    for number in tables:
        rng = np.random.default_rng([2027, number])
        table, history = made.table(rng), made.table(rng)
        for name, contender in (CONTENDERS if contenders is None else contenders).items():
            cut_off = contender(table, made, history)
            accepts = cut_off > -np.inf
            yield {
                "world": world,
                "contender": name,
                "violated": accepts and made.risk(cut_off) > made.outlier_rate,
                "coverage": float((table.score <= cut_off).mean()),
                "nothing": not accepts,
            }


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over the tables of each world: violations with their standard error, coverage."""
    told = []
    for (world, contender), own in rows.groupby(["world", "contender"], sort=False):
        violated, n_tables = float(own["violated"].mean()), len(own)
        coverage, best = float(own["coverage"].mean()), WORLDS[str(world)].best_coverage
        told.append(
            {
                "world": world,
                "contender": contender,
                "tables": n_tables,
                "violations": round(violated, 4),
                "standard_error": round(float(np.sqrt(violated * (1 - violated) / n_tables)), 4),
                "coverage": round(coverage, 4),
                "of_truth_known": round(coverage / best, 4),
                "nothing": round(float(own["nothing"].mean()), 4),
            }
        )
    return pd.DataFrame(told)
