"""Find the columns that a prior speaks of in a table, and the table without what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.encoding.columns import as_floats, factorized, is_measured
from qconf.encoding.readable_design import BASE
from qconf.errors import OptionError, did_you_mean

__all__ = [
    "PriorTerm", "average_numbers", "columns_named", "commonest", "named_frame", "read_terms",
    "seen_ranges", "term_values", "within_reason", "without",
]  # fmt: skip

_MISSING = " missing"
_OTHERS = "other levels"


class PriorTerm(NamedTuple):
    """One coefficient that a prior speaks of.

    Attributes
    ----------
    name : str
    column : str
    kind : {"number", "level", "missing"}
    level : str or None
    """

    name: str
    column: str
    kind: str
    level: str | None = None


def named_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns the names that terms have: texts; ``x0``, ``x1`` where there are none."""
    if all(isinstance(name, str) for name in frame.columns):
        return frame
    return frame.set_axis([f"x{i}" for i in range(frame.shape[1])], axis=1)


def columns_named(terms: Iterable[str], columns: Iterable[Any]) -> list[str]:
    """List the columns that terms speak of, as far as they are there."""
    names = [str(name) for name in columns]
    found = (_column(term, names) for term in terms)
    return list(dict.fromkeys(name for name in found if name is not None))


def read_terms(terms: Iterable[str], frame: pd.DataFrame) -> list[PriorTerm]:
    """Find what each term of a prior but the base is of.

    Parameters
    ----------
    terms : iterable of str
    frame : DataFrame of shape (n_rows, n_columns)
        Checked, with names.

    Returns
    -------
    list of PriorTerm

    Raises
    ------
    OptionError
        If there is no such column, or it holds numbers where a level is meant, or the reverse.
    """
    return [_read(term, frame) for term in terms if term != BASE]


def _read(term: str, frame: pd.DataFrame) -> PriorTerm:
    names = list(frame.columns)
    column = _column(term, names)
    if column is None:
        msg = (
            f"A prior is of a column, such as 'age', or of a level, such as 'zone=b'; there is no "
            f"column for {term!r}. {did_you_mean(term.partition('=')[0], names)}"
        )
        raise OptionError(msg)
    if term == column + _MISSING:
        return PriorTerm(term, column, "missing")
    level = None if term == column else term.removeprefix(f"{column}=")
    cells = frame[column]
    if not cells.isna().all() and is_measured(cells) == (level is not None):
        held, remedy = (
            ("text", f"name a level, such as '{column}={_first(cells)}'")
            if level is None
            else ("numbers", "name the column alone, or make it text")
        )
        msg = f"The prior of {term!r} cannot be used: the column {column!r} holds {held}; {remedy}."
        raise OptionError(msg)
    return PriorTerm(term, column, "number" if level is None else "level", level)


def _column(term: str, names: list[str]) -> str | None:
    """Find the column of a term; the one with the longest name, if there are several."""
    if term in names:
        return term
    starts = [one for one in names if term.startswith(f"{one}=") or term == one + _MISSING]
    return max(starts, key=len, default=None)


def _first(cells: pd.Series[Any]) -> str:
    return factorized(cells)[1][0]


def term_values(
    terms: list[PriorTerm], typical: dict[str, float], frame: pd.DataFrame
) -> FloatArray:
    """Return what each row has of each term: a number less what is typical, or 0 or 1.

    Parameters
    ----------
    terms : list of PriorTerm
    typical : dict of str to float
        Of numbers; 0 where it is not said.
    frame : DataFrame of shape (n_rows, n_columns)
        Checked, with names.

    Returns
    -------
    ndarray of shape (n_rows, n_terms)
        0 for a number that is missing.
    """
    values = np.zeros((len(frame), len(terms)))
    for j, term in enumerate(terms):
        cells = frame[term.column]
        if term.kind == "missing":
            values[:, j] = cells.isna()
        elif term.kind == "level":
            values[:, j] = _is_level(cells, term.level)
        elif is_measured(cells):
            values[:, j] = np.nan_to_num(as_floats(cells) - typical.get(term.name, 0.0))
    return values


def seen_ranges(
    terms: list[PriorTerm],
    typical: dict[str, float],
    seen: dict[str, tuple[float, float]],
    values: FloatArray | None = None,
) -> FloatArray:
    """Return the least and the largest of each term: of earlier rows, these, and a typical one.

    Parameters
    ----------
    terms : list of PriorTerm
    typical : dict of str to float
    seen : dict of str to (float, float)
        Of earlier rows.
    values : ndarray of shape (n_rows, n_terms), default=None
        As `term_values` returns them.

    Returns
    -------
    ndarray of shape (2, n_terms)
        Less what is typical.
    """
    ends = [np.zeros(len(terms))] if values is None else [values.min(axis=0), values.max(axis=0)]
    before = np.zeros((2, len(terms)))
    for j, term in enumerate(terms):
        if term.name in seen:
            before[:, j] = np.array(seen[term.name]) - typical.get(term.name, 0.0)
    together = np.vstack([before, *ends])
    return np.array([together.min(axis=0), together.max(axis=0)])


def within_reason(
    values: FloatArray,
    terms: list[PriorTerm],
    effects: FloatArray,
    ranges: FloatArray,
    lowers: float,
) -> FloatArray:
    """Keep numbers that were never seen from lowering what is predicted by much.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_terms)
    terms : list of PriorTerm
    effects : ndarray of shape (n_terms,)
        For one unit of each.
    ranges : ndarray of shape (2, n_terms)
        Of numbers that were seen.
    lowers : float
        By how much they may, at most, in all units together.

    Returns
    -------
    ndarray of shape (n_rows, n_terms)
    """
    with np.errstate(divide="ignore"):
        further = lowers / np.abs(effects)
    low, high = ranges[0] - further, ranges[1] + further
    bounded = np.where(effects > 0, np.maximum(values, low), np.minimum(values, high))
    numbers = np.array([term.kind == "number" for term in terms], dtype=bool)
    return np.where(numbers, bounded, values)


def average_numbers(terms: list[PriorTerm], frame: pd.DataFrame) -> dict[str, float]:
    """Return the mean of what is known of each term that is a number."""
    numbers = [term for term in terms if term.kind == "number"]
    known = {term.name: as_floats(frame[term.column].dropna()) for term in numbers}
    return {name: float(values.mean()) for name, values in known.items() if len(values)}


def _is_level(cells: pd.Series[Any], level: str | None) -> Any:
    codes, names = factorized(cells)
    return np.append([name == level for name in names], False)[codes]


def without(terms: list[PriorTerm], common: dict[str, str], frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table that says nothing of the terms: numbers are alike, levels the common one.

    Parameters
    ----------
    terms : list of PriorTerm
    common : dict of str to str
        For columns of levels, what stands for levels of which there is a term (``zone=a``).
    frame : DataFrame of shape (n_rows, n_columns)
        Checked, with names.

    Returns
    -------
    DataFrame of shape (n_rows, n_columns)
    """
    blank = {}
    for column in dict.fromkeys(term.column for term in terms):
        own = [term for term in terms if term.column == column]
        kinds = {term.kind for term in own}
        cells = frame[column]
        if is_measured(cells) or cells.isna().all():
            floats = np.where(cells.isna(), np.nan, 0.0) if is_measured(cells) else np.nan
            known = pd.Series(floats if "number" in kinds else cells, index=frame.index)
            if "missing" in kinds:
                # Nothing but gaps may be of any type, which `fillna` would keep or guess.
                gaps_only = bool(cells.isna().all())
                known = pd.Series(0.0, index=frame.index) if gaps_only else known.fillna(0.0)
            blank[column] = known
        else:
            blank[column] = _with_common(cells, own, common.get(column))
    return frame.assign(**blank)


def _with_common(
    cells: pd.Series[Any], terms: list[PriorTerm], common: str | None
) -> pd.Series[Any]:
    """Replace levels of which there is a term."""
    codes, names = factorized(cells)
    ruled = {term.level for term in terms if term.kind == "level"}
    gaps = any(term.kind == "missing" for term in terms)
    # A column of text, even if all levels of these rows have a term.
    stand_in = _OTHERS
    if common is not None and common.startswith(f"{terms[0].column}="):
        stand_in = common.removeprefix(f"{terms[0].column}=")
    new = [stand_in if name in ruled else name for name in names]
    texts = np.array([*new, stand_in if gaps else None], dtype=object)[codes]
    return pd.Series(texts, index=cells.index, dtype=object)


def commonest(terms: list[PriorTerm], known: dict[str, str], frame: pd.DataFrame) -> dict[str, str]:
    """Say for each column of levels which one is typical: the most common without a term.

    Parameters
    ----------
    terms : list of PriorTerm
    known : dict of str to str
        What was found before.
    frame : DataFrame of shape (n_rows, n_columns)
        Checked, with names.

    Returns
    -------
    dict of str to str
        Such as ``{"zone": "zone=a"}``; without columns all of whose levels have a term.
    """
    found = dict(known)
    for column in frame.columns:
        cells = frame[column]
        if column in found or is_measured(cells) or cells.isna().all():
            continue
        ruled = {term.level for term in terms if term.column == column}
        codes, names = factorized(cells)
        counts = np.bincount(codes[codes >= 0], minlength=len(names)).astype(float)
        counts[[name in ruled for name in names]] = -1.0
        if counts.max() > 0:
            found[str(column)] = f"{column}={names[int(np.argmax(counts))]}"
    return found
