"""What is said of rows for monitors: tiers, periods, columns that may drift."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.probability.tiers import REFER, TIER_LIMITS, tiers

__all__ = ["ACCEPTED", "kinds_of", "monitored_columns", "outlier_probability", "periods_of"]

ACCEPTED = "the rows accepted"
_ALL = "all"


def outlier_probability(model: Any, expected: FloatArray, threshold: float) -> FloatArray | None:
    """Return how likely each row is an outlier; None of a model without a distribution."""
    known = getattr(model, "error_distribution_", None)
    if known is None or not len(expected):
        return None
    return np.asarray(known.probability_outlier(expected, threshold), dtype=np.float64)


def kinds_of(accepted: BoolArray, probability: FloatArray | None) -> dict[str, BoolArray]:
    """Tell which rows are accepted, and which are in each tier."""
    kinds = {ACCEPTED: accepted}
    if probability is not None:
        tier = tiers(probability)
        names = [chr(ord("A") + at) for at in range(len(TIER_LIMITS))] + [REFER]
        kinds |= {f"tier {name}": tier == name for name in names}
    return kinds


def monitored_columns(model: Any, table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the time, which always moves, and the group."""
    hidden = {model.time_name_, model.group_name_} - {None}
    return table.drop(columns=[name for name in table if name in hidden])


def periods_of(time: Any) -> NDArray[np.str_]:
    """Return the month of each date; of numbers, which have no calendar, one period.

    Examples
    --------
    >>> periods_of(np.array(["2026-11-26", "2026-12-01"], dtype="datetime64[D]")).tolist()
    ['2026-11', '2026-12']
    """
    moments = np.asarray(time)
    if moments.dtype.kind != "M":
        return np.full(len(moments), _ALL)
    return np.datetime_as_string(moments.astype("datetime64[M]"), unit="M").astype(np.str_)
