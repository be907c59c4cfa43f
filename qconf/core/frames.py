"""Convert tables and columns of other libraries to pandas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qconf.errors import TableError

__all__ = ["as_frame_if_table", "as_series"]

#: How pyarrow writes down an index without a name.
_UNNAMED_INDEX = "__index_level_"


def as_frame_if_table(X: Any) -> Any:
    """Convert a table of polars, Arrow or the like to a DataFrame.

    Parameters
    ----------
    X : DataFrame, array-like, mapping, or any object with an Arrow stream (polars, pyarrow, ...)
        A lazy polars frame is collected.

    Returns
    -------
    DataFrame or object
        A DataFrame for what has named columns, anything else as it was passed.

    Raises
    ------
    TableError
        If the columns of a DataFrame have several levels of names, or two have the same.
    """
    if hasattr(X, "collect") and hasattr(X, "collect_schema"):
        X = X.collect()
    if type(X) is dict:  # a sparse matrix may be a mapping too
        X = pd.DataFrame(X)
    elif not isinstance(X, pd.DataFrame) and _has_arrow_columns(X):
        X = _from_arrow(X)
    if isinstance(X, pd.DataFrame):
        _check_names(X)
    return X


def as_series(values: Any, what: str, n_rows: int | None = None) -> pd.Series[Any]:
    """Convert one column of any library to a Series that counts its rows from 0.

    Parameters
    ----------
    values : array-like of shape (n_rows,)
        Also a Series of polars, an array of Arrow, or a table of one column.
    what : str
        What the column is, for the message: ``"time"``.
    n_rows : int or None, default=None
        How long it must be.

    Returns
    -------
    Series of shape (n_rows,)

    Raises
    ------
    TableError
        If it is not one column, or of another length.

    Examples
    --------
    >>> as_series([3, 1], "group", 3)
    Traceback (most recent call last):
        ...
    qconf.errors.TableError: The group has 2 values, the table 3 rows.
    """
    series = _series(values, what)
    if n_rows is not None and len(series) != n_rows:
        msg = f"The {what} has {len(series)} values, the table {n_rows} rows."
        raise TableError(msg)
    return series


def _series(values: Any, what: str) -> pd.Series[Any]:
    if isinstance(values, pd.Series):
        return values.reset_index(drop=True)
    if isinstance(values, pd.Index):
        return values.to_series(index=pd.RangeIndex(len(values)))
    values = as_frame_if_table(values)
    if isinstance(values, pd.DataFrame):
        values = values.to_numpy()
    elif hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        values = _arrow_column(values)
    # A Categorical, or an array of pandas' own types, is a column already.
    if not isinstance(values, pd.api.extensions.ExtensionArray):
        values = _one_column(values, what)
    return pd.Series(values)


def _one_column(values: Any, what: str) -> Any:
    shape = values.shape if hasattr(values, "shape") else _shape(values)
    if len(shape) == 2 and shape[1] == 1:  # noqa: PLR2004 - a table of one column
        return np.asarray(values)[:, 0]
    if len(shape) != 1:
        msg = f"The {what} must be one column, one value a row; got shape {tuple(shape)}."
        raise TableError(msg)
    if hasattr(values, "dtype"):
        return values
    # A list keeps its gaps and its dates; what is no sequence may still be an array.
    return list(values) if hasattr(values, "__iter__") else np.asarray(values)


def _shape(values: Any) -> tuple[int, ...]:
    try:
        # Not np.shape, which asks an array-like for its own.
        return np.asarray(values).shape
    except ValueError:
        # Rows of unequal length: a column of lists.
        return (len(values),)


def _has_arrow_columns(X: Any) -> bool:
    streams = hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__")
    return streams and (hasattr(X, "columns") or hasattr(X, "schema"))


def _from_arrow(X: Any) -> pd.DataFrame:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    table = X if isinstance(X, pa.Table) else pa.table(X)
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, date_as_object=False)
    unnamed = [name for name in frame.columns if str(name).startswith(_UNNAMED_INDEX)]
    return frame.drop(columns=unnamed)


def _arrow_column(values: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - as above

    streams = hasattr(values, "__arrow_c_stream__")
    column = pa.chunked_array(values) if streams else pa.array(values)
    return column.to_pandas(date_as_object=False)


def _check_names(frame: pd.DataFrame) -> None:
    if frame.columns.nlevels > 1:
        msg = (
            f"The columns have {frame.columns.nlevels} levels of names; one is needed: "
            "table.columns = ['_'.join(map(str, name)) for name in table.columns]."
        )
        raise TableError(msg)
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        repeated = next(name for i, name in enumerate(names) if name in names[:i])
        msg = f"The table has two columns named {repeated!r}; names must differ."
        raise TableError(msg)
