"""Count the labels that have arrived before each moment, where labels come with a delay.

A label of time s has arrived at time t if s + delay < t: at that very moment it is not known yet.
Whole numbers, dates and durations are held against each other in whole steps of their unit, so
that no digit is lost and nothing overflows. Floats are rounded (0.1 + 0.2 is more than 0.3): there,
what differs by no more than three units in the last place of the largest of s, t and the delay is
equal, and the label not known.
"""

from __future__ import annotations

import math
from datetime import timedelta
from numbers import Integral, Real
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf.errors import OptionError

__all__ = ["arrived"]

#: Half a unit in the last place for each of s, t and their sum; as much again for s and t if they
#: are products, such as 3 * 0.1; and a half to spare.
_ROUNDINGS = 3
_LARGEST = np.iinfo(np.int64).max
_FARTHEST = float(np.finfo(np.float64).max)

#: Units of fixed length, in attoseconds.
_ATTOSECONDS: Final = {
    "W": 604_800 * 10**18,
    "D": 86_400 * 10**18,
    "h": 3_600 * 10**18,
    "m": 60 * 10**18,
    "s": 10**18,
    "ms": 10**15,
    "us": 10**12,
    "ns": 10**9,
    "ps": 10**6,
    "fs": 10**3,
    "as": 1,
}
_MONTHS: Final = {"Y": 12, "M": 1}


def arrived(moment: NDArray[Any], delay: Any = None) -> NDArray[np.int64]:
    """Count the labels that have arrived before each moment.

    Parameters
    ----------
    moment : ndarray of shape (n_rows,)
        Rising, none missing: numbers, datetime64 or timedelta64.
    delay : number, timedelta, pandas.DateOffset or None, default=None
        How long after its moment a label arrives: a number if moments are numbers; else a
        ``datetime.timedelta``, ``pandas.Timedelta`` or ``numpy.timedelta64`` of fixed length.
        With dates also a calendar offset, such as ``pandas.DateOffset(months=1)``.

    Returns
    -------
    ndarray of shape (n_rows,)
        Rising, at most a row's own position.

    Raises
    ------
    OptionError
        If the delay is negative, or of another kind than the moments.

    Examples
    --------
    >>> import numpy as np
    >>> arrived(np.array([1, 2, 3, 4]), 1).tolist()
    [0, 0, 1, 2]
    >>> arrived(np.arange(4) * 0.1, 0.1).tolist()
    [0, 0, 1, 2]
    """
    kind = moment.dtype.kind
    if delay is None:
        return _earlier(moment, moment)
    if kind == "M" and isinstance(delay, pd.offsets.BaseOffset):
        return _arrived_by_calendar(moment, delay)
    if kind in "mM":
        steps = _duration(delay, moment) // _step(moment.dtype)
        return _arrived_in_steps(moment.view(np.int64), steps)
    _check_number(delay)
    if kind == "f" and delay > 0:
        return _arrived_rounded(moment, float(delay))
    return _arrived_in_steps(moment, _whole(delay)) if kind != "f" else _earlier(moment, moment)


def _earlier(arrival: NDArray[Any], moment: NDArray[Any]) -> NDArray[np.int64]:
    return np.searchsorted(arrival, moment, side="left").astype(np.int64)


def _arrived_in_steps(moment: NDArray[Any], steps: int) -> NDArray[np.int64]:
    """Count for whole numbers; between these, a delay of 1.5 is over when one of 1 is."""
    whole = moment if moment.dtype.kind == "u" else moment.astype(np.int64)
    latest = int(np.iinfo(whole.dtype).max)
    if len(whole) == 0 or steps > min(latest - int(whole[0]), _LARGEST):
        return np.zeros(len(whole), dtype=np.int64)
    # What would arrive after the last moment there is, arrives then: too late for all.
    arrival = np.minimum(whole, whole.dtype.type(latest - steps)) + whole.dtype.type(steps)
    return _earlier(arrival, whole)


def _arrived_rounded(moment: NDArray[np.floating], delay: float) -> NDArray[np.int64]:
    """Count for floats: a label that arrives at the very moment, but for rounding, is not known."""
    exact = moment.astype(np.promote_types(moment.dtype, np.float64))
    with np.errstate(over="ignore"):
        arrival, label = exact + delay, np.minimum(np.abs(exact - delay), _FARTHEST)
    largest = np.maximum(np.maximum(np.abs(exact), label), delay)
    # A unit in the last place of the moments' own type, which may be shorter than 64 bits.
    unit = np.finfo(moment.dtype).eps * np.ldexp(1.0, np.frexp(largest)[1] - 1)
    return np.maximum.accumulate(_earlier(arrival, exact - _ROUNDINGS * unit))


def _arrived_by_calendar(moment: NDArray[Any], delay: Any) -> NDArray[np.int64]:
    dates = pd.DatetimeIndex(moment)
    try:
        arrival = np.asarray(dates + delay)
    except (OverflowError, ValueError):
        msg = f"The delay is too long for dates: got {delay!r}."
        raise OptionError(msg) from None
    if (arrival < np.asarray(dates)).any():
        raise _negative(delay)
    return _earlier(np.maximum.accumulate(arrival), np.asarray(dates))


def _check_number(delay: Any) -> None:
    number = isinstance(delay, Real) and not isinstance(delay, bool | np.bool_ | np.timedelta64)
    if not number:
        msg = f"The delay must be a number, as the times are; got {delay!r}."
        raise OptionError(msg)
    if not -_FARTHEST < delay < _FARTHEST:
        msg = "The delay must be a finite number; it is infinite, or none."
        raise OptionError(msg)
    if delay < 0:
        raise _negative(delay)


def _whole(delay: Any) -> int:
    """Return the largest whole number that is no more than a delay, but for rounding."""
    if isinstance(delay, Integral):
        return int(delay)
    nearest: int = round(delay)
    rounding = _ROUNDINGS * np.spacing(float(delay))
    return int(nearest if abs(delay - nearest) <= rounding else math.floor(delay))


def _duration(delay: Any, moment: NDArray[Any]) -> int:
    """Return a delay in attoseconds."""
    length = delay.to_timedelta64() if isinstance(delay, pd.Timedelta) else delay
    if isinstance(length, timedelta):
        attoseconds = length // timedelta(microseconds=1) * _ATTOSECONDS["us"]
    elif isinstance(length, np.timedelta64) and not np.isnat(length):
        attoseconds = int(length.astype(np.int64)) * _unit_of(length)
    else:
        kind = "dates" if moment.dtype.kind == "M" else "durations"
        msg = (
            f"The delay must be a timedelta, as the times are {kind}; got {delay!r}. "
            "Type pandas.Timedelta(days=30), for instance."
        )
        raise OptionError(msg)
    if attoseconds < 0:
        raise _negative(delay)
    return attoseconds


def _unit_of(length: np.timedelta64) -> int:
    unit, count = np.datetime_data(length.dtype)
    if unit in _ATTOSECONDS:
        return count * _ATTOSECONDS[unit]
    if unit in _MONTHS:
        months = int(length.astype(np.int64)) * count * _MONTHS[unit]
        msg = (
            f"The delay must have a fixed length, and months and years have none; got {length!r}. "
            f"Type pandas.DateOffset(months={months}), or a number of days."
        )
    else:
        msg = f"The delay must have a unit; got {length!r}. Type pandas.Timedelta(days=30)."
    raise OptionError(msg)


def _step(dtype: np.dtype[Any]) -> int:
    """Return the length of one step of datetime64 or timedelta64, in attoseconds."""
    unit, count = np.datetime_data(dtype)
    return count * _ATTOSECONDS[unit]


def _negative(delay: Any) -> OptionError:
    return OptionError(f"The delay must not be negative, got {delay!r}.")
