"""Score rows, explain them, and keep what was told."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.review.explained import explained_row
from qconf.review.row_keys import row_keys
from qconf.scoring.kept_rows import score_frame
from qconf.serve.rows import read_rows

if TYPE_CHECKING:
    from qconf.serve.context import ServeContext
    from qconf.serve.served_model import ServedModel

__all__ = ["Told", "estimate_rows", "tell_rows"]


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


@dataclass(frozen=True)
class _Scored:
    """A row with its estimate."""

    inputs: dict[str, Any]
    frame: pd.DataFrame
    estimate: dict[str, Any]


def estimate_rows(
    served: ServedModel, rows: Sequence[Mapping[str, Any]]
) -> tuple[dict[int, _Scored], dict[int, str]]:
    """Score rows; return those that could be, and why others could not."""
    new = read_rows(served, rows)
    problems = dict(new.problems)
    if not new.at:
        return {}, problems
    scored = score_frame(served.pair, served.schema, new.frame, served.decisions)
    for place, reason in scored.reasons.items():
        problems[new.at[place]] = reason
    good = [place for place in range(len(new.at)) if place not in scored.reasons]
    estimates = scored.batch.to_pylist()
    return {
        new.at[place]: _Scored(new.inputs[place], new.frame.iloc[[place]], plain(estimates[i]))
        for i, place in enumerate(good)
    }, problems


def tell_rows(
    context: ServeContext, rows: Sequence[Mapping[str, Any]], explain: bool = False
) -> list[Told]:
    """Score rows, keep the estimates, and return what is told of each."""
    served = context.served
    found, problems = estimate_rows(served, rows)
    explained = {
        at: explained_row(
            served.pair, one.frame, schema=served.schema, decisions=served.decisions,
            sales=served.sales, target=served.card.target,
        ) if explain else None
        for at, one in found.items()
    }  # fmt: skip
    ids = context.store.add_estimates(
        _record(served, one, explained[at]) for at, one in found.items()
    )
    told = {
        at: Told(name, one.estimate, explained[at])
        for name, (at, one) in zip(ids, found.items(), strict=True)
    }
    return [told[at] if at in told else Told(problem=problems[at]) for at in range(len(rows))]


def _record(served: ServedModel, one: _Scored, explanation: Any) -> dict[str, Any]:
    columns = list(one.frame.columns) if served.key is None else [served.key]
    frame = one.frame if served.key is None else pd.DataFrame({served.key: [one.inputs[served.key]]})
    (key,) = row_keys(frame, columns, is_id=served.key is not None)
    return {
        "row_key": key, "key_columns": columns, "model": served.digest, "inputs": one.inputs,
        "estimate": one.estimate, "explanation": explanation,
    }  # fmt: skip


def plain(estimate: Mapping[str, Any]) -> dict[str, Any]:
    """Return an estimate as JSON has it: what is not a number is not known."""
    return {
        name: None if isinstance(one, float) and not math.isfinite(one) else one
        for name, one in estimate.items()
    }
