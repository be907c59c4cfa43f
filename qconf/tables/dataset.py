"""Give the columns of a table their roles, leave out what cannot be used, and check the rest."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray, TableLike
from qconf.core.error_scale import ErrorScale
from qconf.core.plain_columns import plain_columns
from qconf.core.validation import check_no_infinity
from qconf.encoding.source_pairs import Pairs, check_pairs
from qconf.errors import TableError
from qconf.tables.columns import numbers
from qconf.tables.copies import Copies, find_copies, joined, kept_apart
from qconf.tables.drawing import Drawn
from qconf.tables.numbers_in_text import numbers_in_text
from qconf.tables.roles import (
    as_names,
    as_table,
    check_finite,
    check_free_names,
    check_known,
    check_positive,
    check_target_values,
    empty_columns,
    groups_of,
    is_name,
    moments_of,
    role_column,
    role_numbers,
)

__all__ = ["MIN_ROWS", "Dataset", "make_dataset"]

#: Below this, a best decile is a handful of rows and no interval says anything.
MIN_ROWS = 50

#: Attributes that have one value a row.
_PER_ROW = ("y", "prediction", "time", "groups", "apart", "repeats", "given_groups", "rows")
#: A share of copies that is worth a line.
_MANY_COPIES = 0.05


@dataclass(frozen=True, eq=False)
class Dataset:
    """A checked table, in its roles.

    Attributes
    ----------
    features : DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    target_name : str
    prediction : ndarray of shape (n_samples,) or None
    prediction_name : str
    time : ndarray of shape (n_samples,) or None
        Dates or numbers, without gaps.
    time_name : str
        What the time is called beside the features; none of them has that name.
    groups : ndarray of shape (n_samples,) or None
        Codes from 0: rows of one number are kept together, being of one group, or copies.
    apart : ndarray of shape (n_samples,) or None
        Codes from 0 of rows that must not be on both sides: forward in time groups alone.
    repeats : ndarray of shape (n_samples,), dtype bool, or None
        With a time: rows that an earlier row is like, which are learned from and not judged.
    given_groups : ndarray of shape (n_samples,) or None
        Codes from 0 of the groups that were given, copies aside.
    copies : Copies or None
        Rows that are alike in all features, where these are kept together.
    scores : DataFrame of shape (n_samples, n_scores)
        Columns that are contenders themselves and so not features.
    valuations : DataFrame of shape (n_samples, n_valuations)
        Columns of predictions that are judged beside others, and so not features.
    conflicts : sequence or mapping of pairs of str
        Features that should agree; estimators of errors see how far they do not.
    rows : ndarray of shape (n_samples,)
        Positions in the table that was passed.
    left_out : dict of str to int
        Rows that could not be used, by reason.
    warnings : tuple of str
        What the user should look at, though nothing is wrong for sure.
    drawn : Drawn or None
        Where the table does not fit in memory, which of its rows were drawn.
    """

    features: pd.DataFrame
    y: FloatArray
    target_name: str
    prediction: FloatArray | None
    prediction_name: str
    time: Any
    time_name: str
    groups: IntArray | None
    apart: IntArray | None
    repeats: BoolArray | None
    given_groups: IntArray | None
    copies: Copies | None
    scores: pd.DataFrame
    valuations: pd.DataFrame
    conflicts: Pairs
    rows: np.ndarray[Any, Any]
    left_out: dict[str, int]
    warnings: tuple[str, ...]
    drawn: Drawn | None = None

    def take(self, positions: IntArray) -> Dataset:
        """Take rows by position; all are as apart from each other as before."""
        parts: dict[str, Any] = {
            name: None if getattr(self, name) is None else getattr(self, name)[positions]
            for name in _PER_ROW
        }
        for name in ("features", "scores", "valuations"):
            parts[name] = getattr(self, name).iloc[positions].reset_index(drop=True)
        return replace(self, **parts)

    def valued_by(self, name: str) -> Dataset:
        """Take one of the `valuations` for the prediction."""
        predicted = self.valuations[name].to_numpy()
        return replace(self, prediction=predicted, prediction_name=name)


def make_dataset(
    X: TableLike,
    y: str | ArrayLike,
    scale: ErrorScale,
    *,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    groups: str | ArrayLike | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    scores: Sequence[str] = (),
    valuations: Sequence[str] = (),
    conflicts: Pairs | None = None,
    keep_copies: bool = False,
) -> Dataset:
    """Turn a table into a checked dataset.

    Parameters
    ----------
    X : DataFrame, array-like of shape (n_samples, n_columns), or table of polars or Arrow
    y, prediction, time, groups : str or array-like of shape (n_samples,)
        The name of a column of `X`, or values beside it.
    scale : ErrorScale
        Decides whether the target must be positive.
    features : str or sequence of str, default=None
        Columns to use; None is all that have no other role and are not dropped.
    drop : str or sequence of str, default=()
        Columns not to use.
    scores : sequence of str, default=()
        Columns that are scores to be judged.
    valuations : sequence of str, default=()
        Columns of predictions, each to be judged beside others; rows need all of them.
    conflicts : sequence or mapping of pairs of str, default=None
        Features that should agree.
    keep_copies : bool, default=False
        Whether rows that are alike in all features count as different rows.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If the table cannot be used; the message names the column and what to do.
    """
    frame = as_table(X)
    roles = {"target": y, "prediction": prediction, "time": time, "group": groups}
    names = {role: str(given) for role, given in roles.items() if is_name(given)}
    chosen, dropped = None if features is None else as_names(features), as_names(drop)
    for name in (*names.values(), *dropped, *scores, *valuations, *(chosen or ())):
        check_known(frame, name)
    _check_roles(names, chosen, scores, valuations)
    without = {*dropped, *scores, *valuations}
    used = _feature_names(frame, names, chosen, without, needed=not valuations)
    values = {role: role_column(frame, role, given) for role, given in roles.items()}
    what = f"target {names['target']!r}" if "target" in names else "target"
    target, missing = _target(values["target"], what)
    predicted, group_column = values["prediction"], values["group"]
    moments, timed = moments_of(values["time"])
    valued = _valued(frame, valuations)
    keep, left_out = _usable_rows(missing, _lacking(predicted, valued), timed)
    table, told = _plain(frame.loc[keep, used].reset_index(drop=True))
    known = None if moments is None else moments[keep]
    copies = None if keep_copies else find_copies(table, time=known)
    codes = groups_of(None if group_column is None else group_column[keep])
    apart, again = kept_apart(codes, copies, known)
    dataset = Dataset(
        features=table,
        y=target[keep],
        target_name=names.get("target", "target"),
        prediction=None if predicted is None else role_numbers(predicted[keep], "prediction"),
        prediction_name=names.get("prediction", "prediction"),
        time=known,
        time_name=_free_name(names.get("time", "time"), used),
        groups=joined(codes, copies),
        apart=apart,
        repeats=again,
        given_groups=codes,
        copies=copies,
        scores=frame.loc[keep, list(scores)].reset_index(drop=True),
        valuations=valued.loc[keep].reset_index(drop=True),
        conflicts=conflicts or (),
        rows=np.flatnonzero(keep),
        left_out=left_out,
        warnings=told,
    )
    _check_target(dataset, scale, what)
    check_pairs(conflicts, table)
    return _check_features(dataset)


def _valued(frame: pd.DataFrame, valuations: Sequence[str]) -> pd.DataFrame:
    """Read columns of predictions."""
    read = {name: role_numbers(frame[name], f"prediction {name!r}") for name in valuations}
    return pd.DataFrame(read, index=range(len(frame)))


def _plain(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Make columns plain, once for all fits, and say what of them may be meant otherwise."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plain = plain_columns(table)
    return plain, (*(str(one.message) for one in caught), *numbers_in_text(plain))


def _free_name(name: str, taken: Sequence[str]) -> str:
    """Lengthen a name until it is no feature's."""
    while name in taken:
        name += "_"
    return name


def _check_roles(
    names: dict[str, str],
    features: Sequence[str] | None,
    scores: Sequence[str],
    valuations: Sequence[str],
) -> None:
    target = names.get("target")
    for role, name in names.items():
        if role != "target" and name == target:
            msg = f"The column {name!r} is the target and cannot be the {role} as well."
            raise TableError(msg)
    if target is not None and target in (features or ()):
        msg = f"The target {target!r} is among the features: nothing would be left to predict."
        raise TableError(msg)
    if target is not None and target in scores:
        msg = f"The target {target!r} cannot be judged as a score of itself."
        raise TableError(msg)
    if target is not None and target in valuations:
        msg = f"The target {target!r} cannot be judged as a prediction of itself."
        raise TableError(msg)


def _feature_names(
    frame: pd.DataFrame,
    names: dict[str, str],
    features: Sequence[str] | None,
    without: set[str],
    *,
    needed: bool,
) -> list[str]:
    taken = {*names.values(), *without}
    wanted = frame.columns if features is None else dict.fromkeys(features)
    used = [name for name in wanted if name not in taken]
    if not used and needed and not names.keys() & {"prediction", "time"}:
        msg = "No feature is left: every column has another role or is dropped."
        raise TableError(msg)
    check_free_names(used)
    return used


def _target(values: pd.Series[Any] | None, what: str) -> tuple[FloatArray, BoolArray]:
    if values is None:
        msg = "A target is needed: the column that the model predicts."
        raise TableError(msg)
    target = role_numbers(values, what)
    return target, np.isnan(target)


def _usable_rows(
    missing: BoolArray, unpredicted: BoolArray | None, timed: BoolArray | None
) -> tuple[BoolArray, dict[str, int]]:
    """Leave out rows without target, prediction or time; count each under its first reason."""
    lacking = {"missing_target": missing}
    if unpredicted is not None:
        lacking["missing_prediction"] = unpredicted
    if timed is not None:
        lacking["missing_time"] = ~timed
    keep = np.ones(len(missing), dtype=bool)
    left_out = {}
    for reason, gone in lacking.items():
        left_out[reason] = int((keep & gone).sum())
        keep &= ~gone
    return keep, {reason: count for reason, count in left_out.items() if count}


def _lacking(predicted: pd.Series[Any] | None, valued: pd.DataFrame) -> BoolArray | None:
    """Tell rows without a prediction; None where none are asked for."""
    if predicted is None and not len(valued.columns):
        return None
    lacking: BoolArray = valued.isna().any(axis=1).to_numpy()
    return lacking if predicted is None else lacking | predicted.isna().to_numpy()


def _check_target(dataset: Dataset, scale: ErrorScale, what: str) -> None:
    y = dataset.y
    if len(y) < MIN_ROWS:
        left_out = {why.replace("_", " "): n for why, n in dataset.left_out.items()}
        gone = "".join(f", {n:,} left out ({why})" for why, n in left_out.items())
        msg = f"Too few rows: {len(y)} can be used{gone}; at least {MIN_ROWS} are needed."
        raise TableError(msg)
    check_target_values(y, what, scale)
    if dataset.prediction is not None and scale.name == "log":
        check_positive(dataset.prediction, "prediction", scale)
    for name, values in dataset.valuations.items():
        if scale.name == "log":
            check_positive(values.to_numpy(), f"prediction {name!r}", scale)


def _check_features(dataset: Dataset) -> Dataset:
    check_no_infinity(dataset.features)
    for name, score in dataset.scores.items():
        if pd.api.types.is_float_dtype(score.dtype):
            check_finite(numbers(score, ""), f"score column {name!r}")
    empty = empty_columns(dataset.features)
    features = dataset.features.drop(columns=empty)
    told = [
        f"The column {name!r} has no values and is not used; drop it (--drop {shlex.quote(name)})."
        for name in empty
    ]
    told += _many_copies(dataset)
    return replace(dataset, features=features, warnings=(*dataset.warnings, *told))


def _many_copies(dataset: Dataset) -> list[str]:
    copies = dataset.copies
    if copies is None or copies.share < _MANY_COPIES:
        return []
    found = f"{copies.count} of {len(copies.codes)} rows ({100 * copies.share:.0f} %)"
    done = "kept on one side with the rows they are like"
    if dataset.repeats is not None:
        done = "not judged where an earlier row is like them"
    line = (
        f"{found} are copies: another row is alike in all features. They are {done}. Remove them; "
        "or, if they are units seen again, name the unit (--groups); or take them for different "
        "rows (--copies keep)."
    )
    return [line]
