"""Find keys: columns that number the rows, of which no model can learn and trees will try."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.encoding.columns import is_measured
from qconf.suspicions.names import names_a_key, names_a_past_date, names_a_time
from qconf.suspicions.view import sampled_rows, whole_numbers

__all__ = ["key_columns"]

#: Of a column whose name says that it is a key, so many values must differ.
_NEARLY_ALL = 0.95
_LEAST_ROWS = 20
#: So many pairs of equal numbers would be there by chance, if numbers had not been given out.
_EXPECTED_PAIRS = 20.0

_NUMBER_AS_TEXT = re.compile(r"\s*[-+$€£]?\d[\d ,.']*[,.]\d+\s*%?\s*|\s*[-+]?\d+[.,]?\s*%\s*")
_DATE_AS_TEXT = re.compile(r".*(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}:\d{2}).*", re.DOTALL)


def key_columns(frame: pd.DataFrame) -> list[str]:
    """Find columns of integers or text that only number the rows.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)

    Returns
    -------
    list of str
        Columns in which (nearly) all values differ and which are called a key, are text without
        spaces, rise from row to row, or are integers so close to each other that some would
        repeat by chance.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> key_columns(pd.DataFrame({"row": np.arange(100), "area": rng.uniform(size=100)}))
    ['row']
    """
    if len(frame) < _LEAST_ROWS:
        return []
    # A sample of so many rows tells most columns apart, and keeps the order of the rows.
    some = frame.iloc[sampled_rows(len(frame))]
    return [
        str(name)
        for name in frame
        if _may_be_key(some[name], str(name)) and _is_key(frame[name], str(name))
    ]


def _may_be_key(column: pd.Series[Any], name: str) -> bool:
    """Look at a sample only: half of a million keys have no twin in it."""
    if not _distinct(column.iloc[:200], name):
        return False
    if not _distinct(column, name):
        return False
    if is_measured(column):
        return whole_numbers(column) is not None
    texts = column.dropna().astype(str)
    return names_a_key(name) or _are_codes(texts.iloc[:500])


def _is_key(column: pd.Series[Any], name: str) -> bool:
    if not _distinct(column, name):
        return False
    if names_a_key(name) or not is_measured(column):
        return True
    integers = whole_numbers(column)
    if integers is None or names_a_time(name) or names_a_past_date(name):
        return False
    return bool((np.diff(integers) > 0).all()) or _given_out(integers)


def _distinct(column: pd.Series[Any], name: str) -> bool:
    try:
        n_distinct = column.nunique()
    except TypeError:
        return False
    n_known = int(column.notna().sum())
    return n_known > 0 and n_distinct >= n_known * (_NEARLY_ALL if names_a_key(name) else 1.0)


def _given_out(integers: FloatArray) -> bool:
    """Tell numbers that were given out from measurements, which repeat by chance.

    Of n numbers drawn from a range, about n² / (2 · range) pairs are equal.
    """
    low, high = np.quantile(integers, [0.25, 0.75])
    expected = (len(integers) / 2) ** 2 / (2 * max(high - low, 1.0))
    return bool(expected > _EXPECTED_PAIRS) or bool(np.ptp(integers) < 2 * len(integers))


def _are_codes(texts: pd.Series[Any]) -> bool:
    """Tell codes from prose, from numbers that were read as text, and from dates."""
    if texts.str.contains(r"\s", regex=True).mean() > 0.05:  # noqa: PLR2004 - hardly any
        return False
    for other in (_NUMBER_AS_TEXT, _DATE_AS_TEXT):
        if texts.map(lambda text, other=other: bool(other.fullmatch(text))).mean() > 0.5:  # noqa: PLR2004 - most
            return False
    return True
