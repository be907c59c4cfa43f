"""Find the column that looks like the time of each row, where rows are about to be shuffled."""

from __future__ import annotations

from typing import Any

import pandas as pd

from qconf.suspicions.names import names_a_past_date, names_a_time

__all__ = ["time_column"]


def time_column(frame: pd.DataFrame) -> str | None:
    """Find the column of dates that most likely says when each row became known.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)

    Returns
    -------
    str or None
        Of several, one that is called a time, and then the latest. Dates that by their name
        belong to the thing itself (when it was built) do not count.

    Examples
    --------
    >>> import pandas as pd
    >>> dates = pd.date_range("2024-01-01", periods=3)
    >>> time_column(pd.DataFrame({"built": dates, "sold_on": dates}))
    'sold_on'
    """
    dated = [
        str(name)
        for name in frame
        if _holds_dates(frame[name]) and not names_a_past_date(str(name))
    ]
    moving = [name for name in dated if frame[name].min() < frame[name].max()]
    ranked = [(names_a_time(name), _latest(frame.loc[:, name]), name) for name in moving]
    return max(ranked)[2] if ranked else None


def _holds_dates(column: pd.Series[Any]) -> bool:
    dtype = column.dtype
    return bool(pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype))


def _latest(column: pd.Series[Any]) -> pd.Timestamp:
    latest: Any = column.max()
    if isinstance(latest, pd.Period):
        latest = latest.to_timestamp()
    return pd.Timestamp(latest.tz_convert(None) if latest.tzinfo is not None else latest)
