"""Replace groups by hashes that are the same in every part, on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike
from qconf.core.frames import as_series
from qconf.counting.sort_keys import Keys
from qconf.errors import TableError

__all__ = ["group_hashes", "mixed"]

#: Beyond this a float has lost digits of a whole number, and two ids may be one.
_EXACT = 2.0**53


def mixed(numbers: Keys) -> Keys:
    """Mix 64-bit numbers, each to another one (the last step of SplitMix64)."""
    out = numbers ^ (numbers >> np.uint64(30))
    out = out * np.uint64(0xBF58476D1CE4E5B9)
    out ^= out >> np.uint64(27)
    out = out * np.uint64(0x94D049BB133111EB)
    out ^= out >> np.uint64(31)
    return out


def group_hashes(groups: ArrayLike, rows: Keys) -> tuple[Keys, str]:
    """Hash the groups of rows.

    Whole numbers have one hash, whatever type they come in: where a part has gaps, ids are floats.
    A row without a group is a group of its own. What tells it from others must not hang on its
    place, so two of them that are alike in score and residual, to the last bit, count as one: that
    can only make intervals wider.

    Parameters
    ----------
    groups : array-like of shape (n_samples,)
    rows : ndarray of shape (n_samples,), dtype uint64
        What tells rows without a group apart.

    Returns
    -------
    hashes : ndarray of shape (n_samples,), dtype uint64
    kind : str
        ``numbers``, ``times`` or ``text``; empty if all are missing. Hashes of two kinds never
        meet, so parts of one table must have one.

    Raises
    ------
    TableError
        If there is not one group a row.

    Examples
    --------
    >>> rows = np.arange(3, dtype=np.uint64)
    >>> whole, _ = group_hashes([7, 8, 9], rows)
    >>> gap, kind = group_hashes([7.0, None, 9.0], rows)
    >>> (whole == gap).tolist(), kind
    ([True, False, True], 'numbers')
    """
    values = as_series(groups, "group", len(rows))
    missing = values.isna().to_numpy()
    hashes = mixed(rows ^ np.uint64(0x5851F42D4C957F2D))
    if missing.all():
        return hashes, ""
    known = values[~missing] if missing.any() else values
    hashes[~missing], kind = _hashes(known)
    return hashes, kind


def _hashes(values: pd.Series[Any]) -> tuple[Keys, str]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels, kind = _hashes(pd.Series(values.cat.categories))
        return levels[values.cat.codes.to_numpy()], kind
    if pd.api.types.is_object_dtype(values.dtype):
        values = values.infer_objects()
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_complex_dtype(
        values.dtype
    ):
        return mixed(_whole_or_bits(values)), "numbers"
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        moments = pd.DatetimeIndex(values).tz_localize(None) if values.dt.tz is None else None
        moments = pd.DatetimeIndex(values).tz_convert("UTC") if moments is None else moments
        return mixed(moments.as_unit("us").asi8.view(np.uint64)), "times"
    return _of_texts(values), "text"


def _whole_or_bits(values: pd.Series[Any]) -> Keys:
    """Return whole numbers as such, and of all others the bits."""
    if pd.api.types.is_unsigned_integer_dtype(values.dtype):
        return values.to_numpy(dtype=np.uint64)
    if pd.api.types.is_integer_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=np.int64).view(np.uint64)
    floats = values.to_numpy(dtype=np.float64)
    whole = (np.abs(floats) < _EXACT) & (np.floor(floats) == floats)
    as_whole = np.where(whole, floats, 0.0).astype(np.int64).view(np.uint64)
    return np.where(whole, as_whole, floats.view(np.uint64))


def _of_texts(values: pd.Series[Any]) -> Keys:
    try:
        texts = values.map(str).to_numpy(dtype=object)
        return pd.util.hash_array(texts, encoding="utf-8")
    except (TypeError, ValueError, UnicodeError) as error:
        msg = f"The groups must be numbers, dates or text; {error}."
        raise TableError(msg) from error
