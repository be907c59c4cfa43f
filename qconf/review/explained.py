"""Why each estimate that is looked into is what it is, as it is told now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from qconf.errors import OptionError, QconfError
from qconf.explanation.comparables import comparables
from qconf.explanation.row_explanation import explain_row
from qconf.explanation.row_explanation import plain as plain_comparables
from qconf.explanation.sales_of_file import kept_sales, sales_of_file
from qconf.review.intake import ScoredOutcomes

if TYPE_CHECKING:
    import pandas as pd

    from qconf.scoring.decisions import Decisions
    from qconf.tables.schema import Schema

__all__ = ["Explain", "explained_row", "explanations", "finite"]

#: What explains rows: given them, one plain value of JSON each.
Explain = Callable[["pd.DataFrame"], Sequence[Any]]
#: Where there is no explanation, why.
_WHY_NONE = "cannot_be_explained"


def explanations(
    explain: Explain | bool, rows: ScoredOutcomes, chosen: Sequence[int], sales: Any = None
) -> list[Any]:
    """Explain the rows that were chosen.

    Parameters
    ----------
    explain : callable or bool
        True asks the model for what ``qconf explain`` tells; what cannot be explained says so.
    rows : ScoredOutcomes
    chosen : sequence of int
        Positions.
    sales : DataFrame or path, default=None
        Of which comparables are chosen; None is those that the model keeps, if it does.

    Returns
    -------
    list
        One plain value a row; None without `explain`.

    Raises
    ------
    OptionError
        If there is not one a row.
    """
    if explain is False or not len(chosen):
        return [None] * len(chosen)
    frame = rows.frame.iloc[list(chosen)].reset_index(drop=True)
    if explain is True:
        known = _sales(rows, sales)
        return [_of_row(rows, frame.iloc[[at]], known) for at in range(len(frame))]
    told = list(explain(frame))
    if len(told) != len(frame):
        msg = f"The explanations must be one a row: got {len(told)} for {len(frame)} rows."
        raise OptionError(msg)
    return told


def _sales(rows: ScoredOutcomes, sales: Any) -> Any:
    if isinstance(sales, str | PathLike):
        return sales_of_file(fspath(sales), rows.schema, rows.reading)
    return kept_sales(rows.pair, rows.target) if sales is None else sales


def _of_row(rows: ScoredOutcomes, frame: pd.DataFrame, sales: Any) -> dict[str, Any]:
    return explained_row(
        rows.pair, frame[list(rows.columns)], schema=rows.schema, decisions=rows.decisions,
        sales=sales, target=rows.target,
    )  # fmt: skip


def explained_row(
    pair: Any,
    frame: pd.DataFrame,
    *,
    schema: Schema,
    decisions: Decisions,
    sales: Any,
    target: str | None,
    score: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Explain one row in plain values; what cannot be explained says so.

    Parameters
    ----------
    pair : ConfidentRegressor
    frame : DataFrame of shape (1, n_columns)
    schema : Schema
    decisions : Decisions
    sales : DataFrame, PreparedSales or None
        Of which comparables are chosen.
    target : str or None
        Their column of prices.
    score : dict, default=None
        What `qconf score` says of the row, if that is known.
    """

    def alike() -> dict[str, Any] | None:
        if sales is None:
            return None
        return plain_comparables(
            comparables(pair, frame, sales=sales, target=target, random_state=0)
        )

    try:
        # While loops of the one work without the GIL, there is time for the other.
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(alike)
            told = explain_row(pair, frame, schema=schema, decisions=decisions, score=score)
            whole = {**told.to_dict(), "comparables": waiting.result()}
    except QconfError as error:
        # A case without an explanation is still one.
        return {_WHY_NONE: str(error)}
    plain: dict[str, Any] = finite(whole)
    return plain


def finite(value: Any) -> Any:
    """Return plain values; what is not a number is not known."""
    if isinstance(value, dict):
        return {name: finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
