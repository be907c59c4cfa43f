"""An explanation that was kept as plain values, as it was when it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from qconf.explanation.error_explanation import ErrorExplanation
from qconf.explanation.row_explanation import RowExplanation
from qconf.explanation.value_explanation import ValueExplanation

__all__ = ["restored_explanation"]

#: What holds text and what holds numbers, by table; a number that is not known is None.
_TABLES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "inputs": (("property", "cell", "typical", "mark", "note"), ()),
    "reasons": (
        ("property", "cell", "typical", "mark", "sentence"),
        ("factor", "contribution", "factor_alone"),
    ),
    "contributions": (("property", "cell", "typical"), ("contribution",)),
    "alternatives": (
        ("property", "cell", "to", "which"),
        ("value", "value_change", "expected_error", "error_factor"),
    ),
    "comparables": ((), ("rank", "weight", "price", "adjustment", "adjusted_price", "residual")),
    "adjustments": (("property",), ("rank", "adjustment")),
}
_NUMBERS: Final = {name for _, numbers in _TABLES.values() for name in numbers}
_FLAGS: Final = ("changes_decision",)
_FREE: Final = {
    "alternatives": ("tier", "accept", "changes_decision"),
    "comparables": ("sale",),
    "adjustments": ("sale", "sale_cell", "row_cell"),
}
_OF_SALES: Final = (
    "value", "comparables_value", "spread", "local_error", "effective_comparables", "known_sales"
)  # fmt: skip
_SCORES: Final = ("prediction", "expected_error", "low", "high")
_DECIDED: Final = ("p_within_10", "p_outlier")
#: What multiplies.
_FACTORS: Final = ("factor", "factor_alone")
#: Sums and products of larger numbers are none.
_MOST: Final = 1e100


class _OtherwiseError(ValueError):
    """It is no explanation of ours."""


@dataclass(frozen=True, eq=False)
class _KeptComparables:
    """The tables of comparables, without the sales that they were chosen of."""

    table: pd.DataFrame
    adjustments: pd.DataFrame
    summary: pd.DataFrame


def restored_explanation(kept: Any) -> RowExplanation | None:
    """Read an explanation that `RowExplanation.to_dict` wrote.

    Parameters
    ----------
    kept : plain value of JSON
        Need not be trusted; numbers that are not known may be None.

    Returns
    -------
    RowExplanation or None
        None if it is not one: a case may be kept with what somebody else's function told.

    Examples
    --------
    >>> restored_explanation({"cannot_be_explained": "why"}) is None
    True
    """
    try:
        return _restored(_mapping(kept))
    except _OtherwiseError:
        return None


def _restored(kept: Mapping[str, Any]) -> RowExplanation:
    score = dict(_mapping(kept.get("score")))
    _check_score(score)
    error, value = _mapping(kept.get("error")), _mapping(kept.get("value"))
    unit = error.get("unit")
    if unit not in ("percent", "units"):
        raise _OtherwiseError
    sales = kept.get("comparables")
    return RowExplanation(
        score,
        _table(kept.get("inputs"), "inputs"),
        ErrorExplanation(
            _of_row(_table(error.get("reasons"), "reasons")),
            _summary(error, ("typical_error", "expected_error", "standard_error")),
            str(unit),
        ),
        ValueExplanation(
            _of_row(_table(value.get("contributions"), "contributions")),
            _summary(value, ("typical_value", "value", "standard_error")),
        ),
        _table(kept.get("alternatives"), "alternatives"),
        None if sales is None else _comparables(_mapping(sales)),
    )


def _check_score(score: Mapping[str, Any]) -> None:
    for name in _SCORES:
        _number(score.get(name))
        if score.get(name) is None:
            raise _OtherwiseError
    for name in _DECIDED:
        _number(score.get(name))


def _comparables(kept: Mapping[str, Any]) -> _KeptComparables:
    return _KeptComparables(
        _of_row(_table(kept.get("comparables"), "comparables")),
        _of_row(_table(kept.get("adjustments"), "adjustments")),
        _summary(kept, _OF_SALES),
    )


def _table(kept: Any, name: str) -> pd.DataFrame:
    """Read rows; a column is of the kind that it had, whatever was in it."""
    texts, numbers = _TABLES[name]
    columns = [*texts, *numbers, *_FREE.get(name, ())]
    if not isinstance(kept, Sequence) or isinstance(kept, str):
        raise _OtherwiseError
    rows = [_mapping(one) for one in kept]
    if any(not set(columns) <= row.keys() for row in rows):
        raise _OtherwiseError
    # Columns in the order in which they were told.
    order = [one for one in (rows[0] if rows else columns) if one in columns]
    return pd.DataFrame({one: _column(one, [row[one] for row in rows], texts) for one in order})


def _column(name: str, cells: list[Any], texts: Sequence[str]) -> Any:
    if name in _NUMBERS:
        return [_number(one, above=0.0 if name in _FACTORS else -_MOST) for one in cells]
    if name in _FLAGS:
        return [_flag(one) for one in cells]
    return pd.Series([_text(one, needed=name in texts) for one in cells], dtype=object)


def _of_row(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(row=0)


def _summary(kept: Mapping[str, Any], names: Sequence[str]) -> pd.DataFrame:
    if not set(names) <= kept.keys():
        raise _OtherwiseError
    return pd.DataFrame({name: [_number(kept[name])] for name in names}, index=pd.Index([0]))


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _OtherwiseError
    return value


def _number(value: Any, above: float = -_MOST) -> float:
    if value is None:
        return float("nan")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not above < value < _MOST:
        raise _OtherwiseError
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _OtherwiseError
    return value


def _text(value: Any, *, needed: bool) -> Any:
    if needed and not isinstance(value, str):
        raise _OtherwiseError
    if not needed and not isinstance(value, str | int | float | bool | type(None)):
        raise _OtherwiseError
    return value
