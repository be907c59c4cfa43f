"""Say which sales each row may be held against: those known at its time, not its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import IntArray
from qconf.errors import OptionError
from qconf.explanation.comparables_rows import Rows
from qconf.learners.trees.shared_leaves import Window
from qconf.tables.columns import time_values

__all__ = ["known_before"]


def known_before(rows: Rows, sales: Rows, since: Any) -> tuple[Window, IntArray]:
    """Let each row see the sales of earlier times, and neither its own sale nor its group's.

    Parameters
    ----------
    rows, sales : Rows
        Sales in the order of their time.
        Without a time those that are alike in all features may be the row itself.
    since : time, default=None
        Earlier sales are not used.

    Returns
    -------
    window : Window
    n_known : ndarray of shape (n_rows,)
        How many sales that is.

    Raises
    ------
    OptionError
        If `since` is given and there is no time.
    """
    first = np.zeros(len(rows), dtype=np.intp)
    last = np.full(len(rows), len(sales), dtype=np.intp)
    if rows.time is not None:
        last = np.searchsorted(sales.time, rows.time, side="left").astype(np.intp)
        # Of a row without a time nothing is known to be earlier.
        last[np.asarray(pd.isna(rows.time))] = 0
    if since is not None:
        first += _position(sales, since)
    apart, offsets = _apart(rows, sales)
    row = np.repeat(np.arange(len(rows)), np.diff(offsets))
    inside = (apart >= first[row]) & (apart < last[row])
    n_known = np.maximum(last - first, 0) - np.bincount(row[inside], minlength=len(rows))
    return Window(first, last, apart, offsets), n_known


def _position(sales: Rows, since: Any) -> int:
    if sales.time is None:
        msg = (
            f"since={since!r} needs the time of sales, and no column was the time of this model's "
            "fit. Leave earlier sales out of the table."
        )
        raise OptionError(msg)
    dated = np.asarray(sales.time).dtype.kind == "M"
    try:
        moment = np.asarray(time_values(pd.Series([since]), "since"))[0]
        return int(np.searchsorted(sales.time, moment, side="left"))
    except (TypeError, ValueError):
        what = "a date, such as 2026-01-31" if dated else "a number, as the time of the fit is"
        msg = f"since must be {what}; got {since!r}."
        raise OptionError(msg) from None


def _apart(rows: Rows, sales: Rows) -> tuple[IntArray, IntArray]:
    """List the sales that are a row's own, or of its group, one row's after the other's."""
    pairs = []
    if rows.groups is not None and sales.groups is not None:
        pairs.append(_same(rows.groups, sales.groups))
    if rows.time is None:
        pairs.append(_same(pd.Series(rows.keys), pd.Series(sales.keys)))
    none = np.empty(0, dtype=np.intp)
    row = np.concatenate([none, *(one[0] for one in pairs)])
    place = np.concatenate([none, *(one[1] for one in pairs)])
    both = np.unique(row * max(len(sales), 1) + place)
    row, place = both // max(len(sales), 1), both % max(len(sales), 1)
    offsets = np.searchsorted(row, np.arange(len(rows) + 1)).astype(np.intp)
    return place.astype(np.intp), offsets


def _same(asked: pd.Series[Any], known: pd.Series[Any]) -> tuple[IntArray, IntArray]:
    """Pair what is equal and not missing: positions in the one and in the other."""
    codes, _ = pd.factorize(pd.concat([asked.astype(object), known.astype(object)]))
    own, others = codes[: len(asked)], codes[len(asked) :]
    order = np.argsort(others, kind="stable")
    low, high = (np.searchsorted(others[order], own, side=side) for side in ("left", "right"))
    count = np.where(own >= 0, high - low, 0)
    row = np.repeat(np.arange(len(own)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, order[np.repeat(low, count) + within]
