"""Which types of Arrow hold which kind of column, and the values of one read as the other.

A conversion is allowed where it loses nothing. Numbers become floats, as every learner reads them:
a batch with gaps must not look other than one without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qconf.core.plain_columns import DATES, DURATIONS, LEVELS, NUMBERS

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["fits", "read_typed", "what_it_holds"]

_TEXTS = ("string", "large_string", "string_view", "binary", "large_binary", "fixed_size_binary",
          "binary_view", "nested")  # fmt: skip
_NUMBERS = ("integer", "floating", "boolean", "decimal", "time")
_TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def what_it_holds(kind: pa.DataType) -> str:
    """Name the kind of column that a type of Arrow is read as when there is no model yet.

    Examples
    --------
    >>> import pyarrow as pa
    >>> [what_it_holds(kind) for kind in (pa.int8(), pa.date32(), pa.dictionary(pa.int8(), "str"))]
    ['numbers', 'dates', 'text']
    """
    plain = _plain(kind)
    if _is(plain, *_TEXTS) or _is(kind, "dictionary"):
        # Categories are names of levels, but for those that are floats.
        return NUMBERS if _is(plain, "floating", "decimal", "boolean") else LEVELS
    if _is(plain, "timestamp", "date"):
        return DATES
    return DURATIONS if _is(plain, "duration") else NUMBERS


def fits(kind: pa.DataType, wanted: str) -> bool:
    """Tell whether a type of Arrow can be read as a kind of column without loss.

    Examples
    --------
    >>> import pyarrow as pa
    >>> fits(pa.int64(), "numbers"), fits(pa.string(), "numbers"), fits(pa.int64(), "text")
    (True, False, False)
    """
    plain = _plain(kind)
    if _is(plain, "null"):
        return True
    if wanted == NUMBERS:
        return _is(plain, *_NUMBERS)
    if wanted == LEVELS:
        # Whole decimals that are too long for floats were text at the fit, too.
        long = _is(plain, "decimal") and plain.scale == 0
        return long or _is(plain, *_TEXTS) or (_is(kind, "dictionary") and _is(plain, "integer"))
    if wanted == DATES:
        return _is(plain, "timestamp", "date")
    return _is(plain, "duration", "time")


def read_typed(array: pa.Array, kind: str) -> Any:
    """Read an array of Arrow as a kind of column that its type fits.

    Parameters
    ----------
    array : pyarrow.Array
    kind : str

    Returns
    -------
    ndarray or Series of shape (n_rows,)
        Floats, datetime64 in UTC, timedelta64, or text; missing values are NaN, NaT or None.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    array = _without_wrapping(array)
    if kind == NUMBERS:
        return _floats(array)
    if kind == LEVELS:
        return _texts(array).to_pandas()
    if pa.types.is_null(array.type):
        return np.full(len(array), "NaT", dtype="M8[us]" if kind == DATES else "m8[us]")
    if kind == DATES:
        if pa.types.is_timestamp(array.type) and array.type.tz is not None:
            array = array.cast(pa.timestamp(array.type.unit, "UTC"))
            array = array.cast(pa.timestamp(array.type.unit))
        return array.to_pandas(date_as_object=False)
    if pa.types.is_time(array.type):
        array = array.cast(_whole(array.type)).cast(pa.int64()).cast(pa.duration(array.type.unit))
    return array.to_pandas()


def _floats(array: pa.Array) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    kind = array.type
    if pa.types.is_time(kind):
        return _floats(array.cast(_whole(kind))) / _TICKS[kind.unit]
    if pa.types.is_boolean(kind):
        array = array.cast(pa.int8())
    # Floats beyond 2**53 are the nearest: no learner reads more than that.
    return array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)


def _whole(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return pa.int32() if kind.bit_width == 32 else pa.int64()  # noqa: PLR2004 - bits


def _texts(array: pa.Array) -> pa.Array:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    if pa.types.is_nested(array.type):
        written = [None if value is None else str(value) for value in array.to_pylist()]
        return pa.array(written, type=pa.string())
    if pa.types.is_floating(array.type):
        written = [None if x is None or x != x else _number(x) for x in array.to_pylist()]  # noqa: PLR0124 - NaN
        return pa.array(written, type=pa.string())
    return array.cast(pa.string())


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _without_wrapping(array: pa.Array) -> pa.Array:
    """Take an array out of an extension type or a dictionary."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _plain(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _is(kind: pa.DataType, *names: str) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return any(getattr(pa.types, f"is_{name}")(kind) for name in names)
