"""What a row's decision would be if one of its inputs were another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.core.plain_columns import DATES, DURATIONS
from qconf.core.validation import select_rows
from qconf.explanation.cells import Cell, Cells
from qconf.explanation.conflicts import conflicting_pairs
from qconf.explanation.pool import Block, Pool
from qconf.explanation.properties import Property, properties_of
from qconf.scoring.batch import one_batch
from qconf.scoring.decisions import Decisions
from qconf.scoring.table_scores import error_of_one_fit, unusable
from qconf.tables.schema import Schema

__all__ = ["Alternatives", "alternatives"]

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

    Returns
    -------
    DataFrame
        What would change the tier or the acceptance first, then by how much the value moves:
        ``property``, ``cell``, ``to``, ``which`` (typical, lower,
        higher, or as another source that disagrees), ``value``,
        ``value_change``, ``expected_error``, ``error_factor``, ``tier``, ``accept`` and
        ``changes_decision``; tier and acceptance are None where the model has none.
    """
    pool = Pool(model, frame if schema.named else frame.to_numpy())
    asked = Alternatives(pool, Cells(pool), frame, schema, together)
    if not asked.steps:
        return asked.told(None, decisions)
    return asked.told(pool.ask(asked.block)[0], decisions)


class Alternatives:
    """What a model has to be asked of a row with other inputs, and what it said.

    Parameters
    ----------
    pool : Pool
        Of one row.
    cells : Cells
    frame : DataFrame of shape (1, n_features)
        The row.
    schema : Schema
    together : iterable of sequences of str, or None

    Attributes
    ----------
    steps : list
        What could be otherwise.
    block : Block
        The row as it is, and with each step.
    """

    def __init__(
        self,
        pool: Pool,
        cells: Cells,
        frame: pd.DataFrame,
        schema: Schema,
        together: Iterable[Sequence[str]] | None,
    ) -> None:
        self._pair, self._cells = pool.pair, cells
        self.steps = list(_steps(self._pair, cells, properties_of(cells.names, together)))
        self.block: Block = None
        if not self.steps:
            return
        if pool.is_coded:
            codes = [{cells.place(n): code for n, code in s.codes.items()} for s in self.steps]
            self.block = pool.changed(1, [{}, *codes])
        else:
            rows = _changed(cells, frame, self.steps)
            self.block = schema.read(one_batch(rows)).table

    def told(self, said: FloatArray | None, decisions: Decisions) -> pd.DataFrame:
        """Return the table of `alternatives`.

        Parameters
        ----------
        said : ndarray of shape (1 + n_steps, 2), or None
            What the model said of `block`: values and expected errors; None without steps.
        decisions : Decisions
        """
        if said is None:
            return pd.DataFrame(columns=list(_COLUMNS))
        value, error = said.T
        central = error_of_one_fit(self._pair, self.block, error)
        decided = decisions.of_rows(self._pair, error, central)
        tier, accept = (decided.get(name, [None] * len(value)) for name in ("tier", "accept"))
        bad = unusable(value, error_scale(self._pair.error))
        rows = []
        for i, step in enumerate(self.steps, 1):
            if bad[i]:
                continue
            cells = [self._cells.cell(0, name).text for name in step.codes]
            to = [self._cells.written(self._cells.place(n), code) for n, code in step.codes.items()]
            own = None if tier[i] is None else str(tier[i])
            accepted = None if accept[i] is None else bool(accept[i])
            rows.append((
                step.name, ", ".join(cells), ", ".join(to), step.which, float(value[i]),
                float(value[i] - value[0]), float(error[i]),
                float(error[i] / error[0]) if error[0] > 0 else np.nan,
                own, accepted, (tier[i], accept[i]) != (tier[0], accept[0]),
            ))  # fmt: skip
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        size = table["value_change"].abs().to_numpy(dtype=np.float64)
        same = ~table["changes_decision"].to_numpy(dtype=bool)
        return table.iloc[np.lexsort((-size, same))].reset_index(drop=True)


def _steps(pair: Any, cells: Cells, properties: Sequence[Property]) -> Iterator[_Step]:
    """List what could stand in each column; when it was, and what others predicted, is given."""
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
