"""Look at a table before its numbers are believed: one line for each thing that is odd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import ErrorScale
from qconf.suspicions.dates import time_column
from qconf.suspicions.keys import key_columns
from qconf.suspicions.leaks import leaks
from qconf.suspicions.predictions import doubts_about_predictions
from qconf.suspicions.thresholds import doubts_about_threshold
from qconf.suspicions.typos import far_targets
from qconf.suspicions.units import price_list, unit_column
from qconf.suspicions.view import make_view, sampled_rows
from qconf.suspicions.wording import listed, option, short

__all__ = ["look_at"]

_SHOWN = 3


def look_at(
    features: pd.DataFrame,
    y: FloatArray,
    *,
    target_name: str,
    scale: ErrorScale,
    threshold: float,
    threshold_given: bool = True,
    prediction: FloatArray | None = None,
    prediction_name: str = "prediction",
    time: Any = None,
    time_name: str = "time",
    groups: Any = None,
    scores: pd.DataFrame | None = None,
    rows: IntArray | None = None,
) -> tuple[str, ...]:
    """Say what in a checked table gives reason to doubt the results.

    Nothing is changed, and a table of a million rows is looked at by a sample that is always
    the same.

    Parameters
    ----------
    features : DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    target_name : str
    scale : ErrorScale
    threshold : float
    threshold_given : bool, default=True
        Whether someone chose the threshold.
    prediction : ndarray of shape (n_samples,), default=None
    prediction_name : str, default="prediction"
    time : array-like of shape (n_samples,), default=None
        Dates or numbers.
    time_name : str, default="time"
    groups : array-like of shape (n_samples,), default=None
    scores : DataFrame of shape (n_samples, n_scores), default=None
        Columns that are judged as estimators.
    rows : ndarray of shape (n_samples,), default=None
        Positions in the table that was passed; None counts from 0.

    Returns
    -------
    tuple of str
        One line each, with what to do about it; empty if nothing is odd.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from qconf.core.error_scale import error_scale
    >>> rng = np.random.default_rng(0)
    >>> sales = pd.DataFrame({"m2": rng.uniform(50, 200, 500), "rate": rng.uniform(1, 9, 500)})
    >>> price = (sales["m2"] * sales["rate"]).to_numpy()
    >>> (line,) = look_at(
    ...     sales, price, target_name="price", scale=error_scale("relative"), threshold=0.15
    ... )
    >>> line.split("; ")[0]
    'The target can be computed: price = m2 * rate (within 1 % in 100 % of the rows)'
    """
    told = None if prediction is None else (prediction_name, prediction)
    view = make_view(features, y, target_name, told, None if time is None else (time_name, time))
    sample = sampled_rows(len(y))
    lines = _far_targets(y, rows)
    predicted = None if prediction is None else np.asarray(prediction, dtype=np.float64)[sample]
    if predicted is not None:
        lines += doubts_about_predictions(view.y, predicted)
    leaking, named = leaks(view, predicted, None if scores is None else scores.iloc[sample])
    lines += leaking
    # All rows, not the sample: "no row" is said of the table.
    lines += doubts_about_threshold(
        y, scale, threshold, threshold_given=threshold_given, prediction=prediction
    )
    lines += _units_and_keys(features.drop(columns=named), y, groups)
    if time is None:
        lines += _time(view.features)
    return tuple(lines)


def _far_targets(y: FloatArray, rows: IntArray | None) -> list[str]:
    far = far_targets(y)
    if not len(far):
        return []
    rest = np.delete(y, far)
    positions = far if rows is None else np.asarray(rows)[far]
    more = ", ..." if len(far) > _SHOWN else ""
    shown = ", ".join(str(position) for position in positions[:_SHOWN])
    values = ", ".join(short(value) for value in y[far][:_SHOWN])
    few, them = ("1 target is", "it") if len(far) == 1 else (f"{len(far)} targets are", "them")
    line = (
        f"{few} absurdly far from all others ({values}{more} in rows {shown}{more}, counted from "
        f"0; the rest lies between {short(rest.min())} and {short(rest.max())}): if they are "
        f"typos or codes, correct {them} or leave {them} empty in the table."
    )
    return [line]


def _units_and_keys(features: pd.DataFrame, y: FloatArray, groups: Any) -> list[str]:
    lines = []
    unit = None if groups is not None else unit_column(features, y)
    if unit is not None:
        name, count = unit
        lines.append(
            f"The feature {name!r} seems to name things that come more than once ({count} rows): "
            "a row is then predicted from its own earlier or later target; keep them together "
            f"({option('groups', name)})."
        )
    listing = price_list(features, y)
    if listing is not None and groups is None and (unit is None or unit[0] != listing):
        lines.append(
            f"The feature {listing!r} decides the target: rows that share its value have the same "
            f"target, as in a price list; keep them together ({option('groups', listing)})."
        )
    keys = [name for name in key_columns(features) if unit is None or name != unit[0]]
    if keys:
        what = "seems to number the rows" if len(keys) == 1 else "seem to number the rows"
        them = "it" if len(keys) == 1 else "them"
        which = "feature" if len(keys) == 1 else "features"
        lines.append(
            f"The {which} {listed(keys)} {what}: nothing can be learned from {them}; drop {them} "
            f"({option('drop', keys)})."
        )
    return lines


def _time(features: pd.DataFrame) -> list[str]:
    name = time_column(features)
    if name is None:
        return []
    line = (
        f"The feature {name!r} holds dates, but rows are shuffled: if it says when a row became "
        f"known, go forward in time ({option('time', name)})."
    )
    return [line]
