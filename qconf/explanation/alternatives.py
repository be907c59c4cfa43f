"""What a row's decision would be if one of its inputs were another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf.core.plain_columns import DATES, DURATIONS
from qconf.core.validation import select_rows
from qconf.explanation.cells import Cell, Cells
from qconf.explanation.conflicts import conflicting_pairs
from qconf.explanation.contributions import pair_of
from qconf.explanation.properties import Property, properties_of
from qconf.scoring.batch import EXPECTED_ERROR
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import score_frame
from qconf.tables.schema import Schema

__all__ = ["alternatives"]

_COLUMNS = ("property", "cell", "to", "which", "value", "value_change", "expected_error",
            "error_factor", "tier", "accept", "changes_decision")  # fmt: skip


@dataclass(frozen=True)
class _Step:
    """An input that is another one, or several that are as in the typical row."""

    name: str
    which: str
    codes: dict[str, float]


def alternatives(
    model: Any,
    frame: pd.DataFrame,
    schema: Schema,
    decisions: Decisions,
    together: Iterable[Sequence[str]] | None = None,
    *,
    cells: Cells | None = None,
) -> pd.DataFrame:
    """Score a row again with each of its inputs set to the typical one, and to those beside it.

    Parameters
    ----------
    model : ConfidentRegressor or SelectiveRegressor
    frame : DataFrame of shape (1, n_features)
        A row that can be scored, with the columns of `schema`.
    schema : Schema
    decisions : Decisions
        What follows from an expected error.
    together : iterable of sequences of str, default=None
        Columns that are set to the typical row's at once, and not one by one.
    cells : Cells, default=None
        Of the row, if they are known already.

    Returns
    -------
    DataFrame
        What would change the tier or the acceptance first, then by how much the value moves:
        ``property``, ``cell``, ``to``, ``which`` (typical, lower,
        higher, or as another source that disagrees), ``value``,
        ``value_change``, ``expected_error``, ``error_factor``, ``tier``, ``accept`` and
        ``changes_decision``; tier and acceptance are None where the model has none.
    """
    if cells is None:
        cells = Cells(model, frame if schema.named else frame.to_numpy())
    steps = list(_steps(model, cells, properties_of(cells.names, together)))
    if not steps:
        return pd.DataFrame(columns=list(_COLUMNS))
    rows = _changed(cells, frame, steps)
    scored = score_frame(model, schema, rows, decisions)
    told = scored.batch.to_pandas()
    kept = np.setdiff1d(np.arange(len(rows)), list(scored.reasons))
    table = pd.DataFrame(
        [
            _told(cells, steps[at - 1], told.iloc[0], told.iloc[i])
            for i, at in enumerate(kept)
            if at > 0
        ],
        columns=list(_COLUMNS),
    )
    size = table["value_change"].abs().to_numpy(dtype=np.float64)
    same = ~table["changes_decision"].to_numpy(dtype=bool)
    order = np.lexsort((-size, same))
    return table.iloc[order].reset_index(drop=True)


def _steps(model: Any, cells: Cells, properties: Sequence[Property]) -> Iterator[_Step]:
    """List what could stand in each column; when it was, and what others predicted, is given."""
    pair = pair_of(model)
    given = getattr(pair.regressor_, "column", None)
    yield from _as_other_source(pair, cells)
    for one in properties:
        if {given, pair.time_name_} & set(one.columns):
            continue
        usual = {name: cells.typical_code(name) for name in one.columns}
        own = {name: cells.cell(0, name) for name in one.columns}
        if any(_differs(cell, usual[name]) for name, cell in own.items()):
            yield _Step(one.name, "typical", usual)
        if len(one.columns) > 1:
            continue
        (cell,) = own.values()
        for code in cell.column.beside(cell.code):
            if code != usual[one.name]:
                which = "lower" if code < cell.code else "higher"
                yield _Step(one.name, which, {one.name: code})


def _as_other_source(pair: Any, cells: Cells) -> Iterator[_Step]:
    """List what would stand there if one of two sources that disagree were as the other."""
    for names in conflicting_pairs(pair):
        one, other = (cells.cell(0, name) for name in names)
        if "conflict" in (one.mark, other.mark):
            for cell, right in ((one, other), (other, one)):
                name = cell.column.name
                yield _Step(name, f"as {right.column.name}", {name: right.code})


def _differs(cell: Cell, code: float) -> bool:
    both_missing = np.isnan(cell.code) and np.isnan(code)
    return cell.mark == "never seen" or not (both_missing or cell.code == code)


def _changed(cells: Cells, frame: pd.DataFrame, steps: list[_Step]) -> pd.DataFrame:
    """Repeat a row: as it is, and with one input changed in each further copy."""
    rows = select_rows(frame, np.zeros(len(steps) + 1, dtype=np.intp)).reset_index(drop=True)
    for name in dict.fromkeys(name for one in steps for name in one.codes):
        there: list[Any] = rows[name].tolist()
        for i, one in enumerate(steps, 1):
            if name in one.codes:
                there[i] = _cell(cells, name, one.codes[name])
        own = rows[name].dtype
        rows[name] = pd.Series(there, dtype=own if isinstance(own, np.dtype) else object)
    return rows


def _cell(cells: Cells, name: str, code: float) -> Any:
    """Return the cell that an encoder wrote as a code, as new rows have it."""
    at, encoder = cells.place(name), cells.background.encoder
    if at in encoder.levels_:
        return None if np.isnan(code) else cells.written(at, code)
    kind = encoder.kind_of(at)
    if kind == DATES:
        return pd.to_datetime(code, unit="D")
    return pd.to_timedelta(code, unit="D") if kind == DURATIONS else code


def _told(
    cells: Cells, step: _Step, before: pd.Series[Any], after: pd.Series[Any]
) -> tuple[Any, ...]:
    decided = [(before.get(name), after.get(name)) for name in ("tier", "accept")]
    value, error = float(after["prediction"]), float(after[EXPECTED_ERROR])
    was = float(before[EXPECTED_ERROR])
    return (
        step.name,
        ", ".join(cells.cell(0, name).text for name in step.codes),
        ", ".join(cells.written(cells.place(name), code) for name, code in step.codes.items()),
        step.which,
        value,
        value - float(before["prediction"]),
        error,
        error / was if was > 0 else np.nan,
        after.get("tier"),
        None if after.get("accept") is None else bool(after["accept"]),
        any(one != other for one, other in decided),
    )
