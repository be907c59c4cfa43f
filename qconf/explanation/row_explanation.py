"""All that there is to say of one estimate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qconf.errors import TableError
from qconf.explanation.alternatives import Alternatives
from qconf.explanation.cells import Cells
from qconf.explanation.contributions import Asked
from qconf.explanation.error_explanation import ErrorExplanation, error_reasons
from qconf.explanation.pool import Pool
from qconf.explanation.value_explanation import ValueExplanation, value_contributions
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import score_frame
from qconf.tables.schema import Schema

__all__ = ["RowExplanation", "explain_row"]


@dataclass(frozen=True, eq=False)
class RowExplanation:
    """One estimate: its inputs, its comparables, its error, and what would change it.

    Attributes
    ----------
    score : dict
        What `qconf score` says of the row: ``prediction``, ``expected_error``, ``low``, ...
    inputs : DataFrame
        ``property``, ``cell``, ``typical``, ``mark`` and ``note``, in the order of the fit.
    error : ErrorExplanation
    value : ValueExplanation
    alternatives : DataFrame
        `qconf.explanation.alternatives.alternatives`.
    comparables : Comparables or None
        None without sales.
    """

    score: dict[str, Any]
    inputs: pd.DataFrame
    error: ErrorExplanation
    value: ValueExplanation
    alternatives: pd.DataFrame
    comparables: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "score": self.score,
            "inputs": _records(self.inputs),
            "comparables": None if self.comparables is None else plain(self.comparables),
            "error": _only_row(self.error.to_dict()),
            "value": _only_row(self.value.to_dict()),
            "alternatives": _records(self.alternatives),
        }


def explain_row(
    model: Any,
    frame: pd.DataFrame,
    *,
    schema: Schema,
    decisions: Decisions,
    together: Iterable[Sequence[str]] | None = None,
    comparables: Any = None,
    score: dict[str, Any] | None = None,
) -> RowExplanation:
    """Say all of one row.

    Parameters
    ----------
    model : ConfidentRegressor or SelectiveRegressor
    frame : DataFrame of shape (1, n_features)
        With the columns of `schema`; no target.
    schema : Schema
    decisions : Decisions
    together : iterable of sequences of str, default=None
        Columns that are changed as one.
    comparables : Comparables, default=None
        Of this row.
    score : dict, default=None
        What `qconf score` says of it, if that is known.

    Returns
    -------
    RowExplanation

    Raises
    ------
    TableError
        If the row cannot be scored.
    OptionError
        If the model cannot be explained.
    """
    if score is None:
        scored = score_frame(model, schema, frame, decisions)
        if scored.reasons:
            msg = f"The row cannot be explained, for it cannot be scored. {scored.reasons[0]}"
            raise TableError(msg)
        (score,) = scored.batch.to_pylist()
    pool = Pool(model, frame if schema.named else frame.to_numpy())
    cells = Cells(pool)
    asked = Asked(pool, together)
    others = Alternatives(pool, cells, frame, schema, together)
    blocks = {"as is": pool.as_is(), "mixed": asked.block(0), "others": others.block}
    there = {name: block for name, block in blocks.items() if block is not None}
    # All at once: most of what one question takes hangs on no row.
    said = dict(zip(there, pool.ask(*there.values()), strict=True))
    found = asked.told(said["as is"], [said.get("mixed")])
    return RowExplanation(
        score,
        _inputs(cells),
        error_reasons(model, cells, found),
        value_contributions(cells, found),
        others.told(said.get("others"), decisions),
        comparables,
    )


def _inputs(cells: Cells) -> pd.DataFrame:
    found = [cells.cell(0, name) for name in cells.names]
    return pd.DataFrame(
        {
            "property": cells.names,
            "cell": [one.text for one in found],
            "typical": [cells.typical(name) for name in cells.names],
            "mark": [one.mark for one in found],
            "note": [one.note for one in found],
        }
    )


def plain(comparables: Any) -> dict[str, Any]:
    """Return the tables of comparables as plain values."""
    summary = _records(comparables.summary)
    return {
        **summary[0],
        "comparables": _records(comparables.table.drop(columns="row")),
        "adjustments": _records(comparables.adjustments.drop(columns="row")),
    }


def _only_row(told: dict[str, Any]) -> dict[str, Any]:
    (row,) = told.pop("rows")
    del row["row"]
    return {**told, **row}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values: no NumPy, no times, nothing missing but None."""
    names = [str(name) for name in table.columns]
    # Column by column: pandas takes longer for a few rows than for their values.
    columns = [[_value(one) for one in table[name].tolist()] for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.item() if hasattr(value, "item") else str(value)
