"""Sales of a file or of the fit, without those objected to, and with those that were missed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from qconf.errors import OptionError
from qconf.scoring.kept_rows import read_kept
from qconf.tables.schema import Schema

__all__ = ["kept_sales", "sales_of_file", "sales_with", "sales_without"]


def sales_of_file(path: str, schema: Schema, reading: Mapping[str, Any]) -> pd.DataFrame:
    """Read sales; each is called by its row in the file, counted from 1.

    Parameters
    ----------
    path : str
    schema : Schema
        Of the model.
    reading : mapping
        How text is read.

    Returns
    -------
    DataFrame of shape (n_sales, n_columns)
        With an index of texts.

    Raises
    ------
    TableError
    """
    return _counted(read_kept(path, schema, reading).frame)


def kept_sales(model: Any, target: str | None) -> pd.DataFrame | None:
    """Return the sales that a model keeps; each is called by its row in the fit, counted from 1.

    Rows without a price were in no fit, and are not counted.

    Parameters
    ----------
    model : ConfidentRegressor
    target : str or None
        What the column of prices is to be called; None is "target".

    Returns
    -------
    DataFrame of shape (n_sales, n_columns) or None
        With an index of texts; None if the model keeps none.
    """
    kept = getattr(getattr(model, "known_sales_", None), "kept", None)
    if kept is None:
        return None
    return _counted(pd.DataFrame(kept.table).assign(**{target or "target": kept.target}))


def _counted(sales: pd.DataFrame) -> pd.DataFrame:
    return sales.set_axis([str(number) for number in range(1, len(sales) + 1)], axis=0)


def sales_without(sales: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Leave sales out.

    Raises
    ------
    OptionError
        If there is no such sale.
    """
    for name in names:
        if name not in sales.index:
            msg = f"--without: there is no sale {name!r}; sales are rows 1 to {len(sales):,}."
            raise OptionError(msg)
    return sales.drop(index=list(names))


def sales_with(sales: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Add sales, called ``+1``, ``+2`` and so on; columns that they lack are missing."""
    named = added.set_axis([f"+{name}" for name in added.index], axis=0)
    unlike = [
        name for name in sales.columns if name in named and sales[name].dtype != named[name].dtype
    ]
    both = (one.astype(dict.fromkeys(unlike, object)) for one in (sales, named))
    return pd.concat(both).astype(dict.fromkeys(unlike, object)).infer_objects()
