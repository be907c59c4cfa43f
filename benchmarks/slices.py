"""Whether `audit_slices` finds a slice that is worse, and nothing where nothing is worse.

Results are kept in pieces of 20 tables in ``.cache/slices/``; a run that was stopped goes on. Peers
get squared errors in units of the expected ones, and all rows at once. (With absolute ones
deepchecks' trees, whose least gain is a number without a unit, do not split at all.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from benchmarks.pieces import CACHE, kept
from benchmarks.slice_worlds import NULLS, PLANTED, THRESHOLD, SliceTable, SliceWorld
from qconf import audit_slices

__all__ = ["measured", "run", "summed"]

_PIECE = 20
_CACHE = CACHE / "slices"
#: A thousand tables tell whether 5 % is held; the others are told to a per cent or two.
_TABLES = {"Student's t5": 1000, "2,000 rows": 1000}
_OTHER_TABLES = 200
_PLANTED_TABLES = 100

#: Returns the slices that are told, as masks of rows.
Finder: TypeAlias = Callable[[SliceTable, int], list[Any]]


def _qconf(table: SliceTable, seed: int) -> list[Any]:
    audit = audit_slices(
        table.X, table.residual, table.expected, threshold=THRESHOLD, groups=table.groups,
        time=table.time, levels=False, random_state=seed,
    )  # fmt: skip
    return [audit.holds(one) for one in audit.worse]


def _sliceline(table: SliceTable, seed: int) -> list[Any]:  # noqa: ARG001 - one signature
    """Take the ten slices of at most two properties with the best scores.

    Its default weight, alpha = 0.6, cannot score a slice of 3 % above zero unless errors are 22
    times as large, and nor can 0.95; this one is chosen in its favour.
    """
    from sliceline.slicefinder import Slicefinder  # noqa: PLC0415 - a peer, not for all runs

    codes = np.column_stack([_binned(column, 10) for _, column in table.X.items()])
    errors = (table.residual / table.expected) ** 2
    finder: Any = Slicefinder(alpha=0.99, k=10, max_l=2, min_sup=200, verbose=False).fit(
        codes, errors
    )
    return [
        np.logical_and.reduce(
            [codes[:, i] == value for i, value in enumerate(top) if value is not None]
        )
        for top in finder.top_slices_[:10]
    ]


def _weak_segments(table: SliceTable, seed: int) -> list[Any]:
    """Find deepchecks' weak segments, written out from its source (0.19.1).

    For each pair of the first ten columns a tree of depth 5, no leaf below 5 % of the rows and no
    split that gains less than 0.003, is grown on the errors of 10,000 rows; its worst leaf is a
    segment, and the three worst of these are shown. It chooses between squared and absolute error
    by cross-validation; the tree is of squared errors here. Names are ordered by their mean error.
    """
    from sklearn.tree import DecisionTreeRegressor  # noqa: PLC0415

    errors = (table.residual / table.expected) ** 2
    rows = np.random.default_rng(seed).permutation(len(errors))[:10_000]
    columns = [_ordered(column, errors) for _, column in table.X.items()]
    found = []
    for i in range(len(columns)):
        for j in range(i + 1, len(columns)):
            both = np.column_stack([columns[i], columns[j]])
            tree = DecisionTreeRegressor(
                max_depth=5, min_weight_fraction_leaf=0.05, min_samples_leaf=5,
                min_impurity_decrease=0.003, random_state=42,
            ).fit(both[rows], errors[rows])  # fmt: skip
            leaf = tree.apply(both)
            means = pd.Series(errors[rows]).groupby(leaf[rows]).mean()
            if len(means) > 1:
                found.append((float(means.max()), leaf == means.idxmax()))
    found.sort(key=lambda one: -one[0])
    return [mask for _, mask in found[:3]]


def _binned(column: pd.Series[Any], bins: int) -> Any:
    if column.dtype.kind == "f":
        column = pd.qcut(column, bins, duplicates="drop").astype(str)
    return pd.factorize(column.fillna("missing"))[0] + 1


def _ordered(column: pd.Series[Any], errors: Any) -> Any:
    """Return numbers without gaps; names in the order of their mean errors, rare ones together."""
    if column.dtype.kind == "f":
        return column.fillna(column.mean()).to_numpy()
    names = column.fillna("None")
    rare = names.map(names.value_counts(normalize=True)) < 0.05
    names = names.where(~rare, "Other")
    return names.map(pd.Series(errors).groupby(names.to_numpy()).mean().rank()).to_numpy()


FINDERS: dict[str, Finder] = {
    "qconf": _qconf, "SliceLine, top ten": _sliceline, "deepchecks' weak segments": _weak_segments
}  # fmt: skip


def run(_: Path | None, seeds: int) -> pd.DataFrame:
    """Count over many tables of each world; other `seeds` would not change much."""
    del seeds
    # What is asked for first: found or not, and any flag at all.
    order = [("planted", PLANTED), ("no effect", NULLS)]
    parts = []
    for kind, worlds in order:
        for world in worlds:
            firsts = range(0, _tables_of(kind, world), _PIECE)
            parts += [_piece(kind, world, first) for first in firsts]
            print(f"slices: {kind}, {world.name}", flush=True)
    return summed(pd.concat(parts))


def _piece(kind: str, world: SliceWorld, first: int) -> pd.DataFrame:
    """Measure some tables, unless that was done before."""
    name = f"{kind}-{world.name}-{first}".replace(" ", "_").replace("'", "")
    tables = range(first, first + _PIECE)
    path = _CACHE / f"{name}.parquet"
    return kept(path, lambda: pd.DataFrame(measured(kind, world, tables)))


def _tables_of(kind: str, world: SliceWorld) -> int:
    return _PLANTED_TABLES if kind == "planted" else _TABLES.get(world.name, _OTHER_TABLES)


def measured(
    kind: str, world: SliceWorld, tables: range, finders: dict[str, Finder] | None = None
) -> Iterator[dict[str, Any]]:
    """Audit tables of a world, by number; peers are asked where a slice is planted."""
    if finders is None:
        finders = FINDERS if kind == "planted" else {"qconf": _qconf}
    for number in tables:
        table = world.table(np.random.default_rng([2027, number]))
        for name, finder in finders.items():
            told = finder(table, number)
            inside = [float(table.planted[one].mean()) for one in told]
            held = [float(one[table.planted].mean()) for one in told]
            yield {
                "kind": kind,
                "world": world.name,
                "finder": name,
                "flags": len(told),
                # Most of its rows are planted, and most of what is planted is in it.
                "found": any(a >= 0.5 and b >= 0.5 for a, b in zip(inside, held, strict=True)),
                "wrong": sum(share < 0.5 for share in inside),
                "no_worse": sum(share <= table.planted.mean() for share in inside),
            }


def summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over the tables of each world.

    ``wrong`` is the share of slices told in which fewer than half of the rows are planted,
    ``no_worse`` the share of those with no more planted rows than all have.
    """
    told = []
    for (kind, world, finder), own in rows.groupby(["kind", "world", "finder"], sort=False):
        flags = int(own["flags"].sum())
        any_flag = float((own["flags"] > 0).mean())
        planted = kind == "planted"
        told.append(
            {
                "kind": kind,
                "world": world,
                "finder": finder,
                "tables": len(own),
                "any_flag": round(any_flag, 4),
                "standard_error": round(float(np.sqrt(any_flag * (1 - any_flag) / len(own))), 4),
                "flags": round(flags / len(own), 3),
                "found": round(float(own["found"].mean()), 4) if planted else None,
                "wrong": round(own["wrong"].sum() / max(flags, 1), 4) if planted else None,
                "no_worse": round(own["no_worse"].sum() / max(flags, 1), 4) if planted else None,
            }
        )
    return pd.DataFrame(told)
