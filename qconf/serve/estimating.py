"""Score rows, explain them, and keep what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.scoring.table_scores import score_table

if TYPE_CHECKING:
    from qconf.serve.context import ServeContext
    from qconf.serve.served_model import ServedModel

__all__ = ["Estimated", "Told", "estimate_each", "kept_columns", "tell_rows"]


@dataclass(frozen=True)
class Told:
    """What is told of a row.

    Attributes
    ----------
    id : str or None
        Of the estimate in the store; None if there is none.
    estimate : dict or None
        All that ``qconf score`` says.
    explanation : plain values or None
    problem : str or None
        Why there is no estimate.
    """

    id: str | None = None
    estimate: dict[str, Any] | None = None
    explanation: Any = None
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what is known."""
        return {name: one for name, one in vars(self).items() if one is not None}


@dataclass(frozen=True, eq=False)
class Estimated:
    """A row with its estimate.

    Attributes
    ----------
    inputs : dict
    row_key : str
    estimate : dict
    table : DataFrame of shape (n_rows, n_columns)
        Of all rows that were scored with it.
    place : int
        Where it is there.
    """

    inputs: dict[str, Any]
    row_key: str
    estimate: dict[str, Any]
    table: pd.DataFrame
    place: int

    @property
    def frame(self) -> pd.DataFrame:
        """The row as the model reads it, shape (1, n_columns)."""
        return self.table.iloc[[self.place]].reset_index(drop=True)


def estimate_each(served: ServedModel, rows: Sequence[Mapping[str, Any]]) -> list[Estimated | str]:
    """Score rows; for each return the estimate, or why there is none."""
    new = served.read(rows)
    told: list[Estimated | str] = [new.problems.get(at, "") for at in range(len(rows))]
    if not new.places:
        return told
    table = new.table if served.schema.named else new.table.to_numpy()
    scored = score_table(served.pair, table, served.schema, served.decisions)
    for place, reason in scored.reasons.items():
        told[new.places[place]] = reason
    estimates = _records(scored.scores, len(scored.rows))
    for estimate, place in zip(estimates, map(int, scored.rows), strict=True):
        one = Estimated(new.inputs[place], new.keys[place], estimate, new.table, place)
        told[new.places[place]] = one
    return told


def _records(scores: Mapping[str, Any], n_rows: int) -> list[dict[str, Any]]:
    """Return what is said of each row; what is not a number is not known."""
    columns = {name: _plain(values) for name, values in scores.items()}
    rows = zip(*columns.values(), strict=True) if columns else iter([()] * n_rows)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _plain(values: Any) -> list[Any]:
    column = np.asarray(values)
    if column.dtype.kind != "f":
        told: list[Any] = column.tolist()
        return told
    known = np.isfinite(column)
    return [one if good else None for one, good in zip(column.tolist(), known, strict=True)]


def key_columns(served: ServedModel) -> list[str]:
    """Name the columns that a row is known by."""
    return [one.name for one in served.inputs] if served.key is None else [served.key]


def kept_columns(served: ServedModel, one: Estimated, explanation: Any) -> dict[str, Any]:
    """Return what is kept of a row that was scored, as `FeedbackStore.add_estimates` takes it."""
    return {
        "row_key": one.row_key, "key_columns": key_columns(served), "model": served.digest,
        "inputs": one.inputs, "estimate": one.estimate, "explanation": explanation,
    }  # fmt: skip


def tell_rows(
    context: ServeContext, rows: Sequence[Mapping[str, Any]], explain: bool = False
) -> list[Told]:
    """Score rows, keep the estimates, and return what is told of each.

    Raises
    ------
    OptionError
        If a row cannot be kept.
    OutputError
        If the store cannot be written.
    """
    said = context.estimate(rows)
    found = [one for one in said if isinstance(one, Estimated)]
    explained = [context.explain(one) if explain else None for one in found]
    ids = context.keep(
        [
            kept_columns(context.served, one, explanation)
            for one, explanation in zip(found, explained, strict=True)
        ]
    )
    told = iter(
        Told(name, one.estimate, explanation)
        for name, one, explanation in zip(ids, found, explained, strict=True)
    )
    return [next(told) if isinstance(one, Estimated) else Told(problem=one) for one in said]
