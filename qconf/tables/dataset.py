"""Give the columns of a table their roles, leave out what cannot be used, and check the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray, FloatArray, TableLike
from qconf._validation import count_infinite, numeric_columns
from qconf.base import PREDICTION
from qconf.error_scale import ErrorScale
from qconf.errors import TableError, did_you_mean
from qconf.tables.columns import numbers, time_values

__all__ = ["MIN_ROWS", "Dataset", "make_dataset"]

#: Below this, a best decile is a handful of rows and no interval says anything.
MIN_ROWS = 50

#: A feature that puts the rows in the target's order this closely is taken for a copy of it.
_COPY_CORRELATION = 0.999
_COPY_SAMPLE = 20_000
_SUSPICIOUS_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Dataset:
    """A checked table, in its roles.

    Attributes
    ----------
    features : DataFrame of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,)
    prediction : ndarray of shape (n_samples,) or None
    time : ndarray of shape (n_samples,) or None
        Dates or numbers, without gaps.
    time_name : str
    group : ndarray of shape (n_samples,) or None
    scores : DataFrame of shape (n_samples, n_scores)
        Columns that are contenders themselves and so not features.
    rows : ndarray of shape (n_samples,)
        Positions in the table that was passed.
    left_out : dict of str to int
        Rows that could not be used, by reason.
    warnings : tuple of str
        What the user should look at, though nothing is wrong for sure.
    """

    features: pd.DataFrame
    y: FloatArray
    prediction: FloatArray | None
    time: Any
    time_name: str
    group: Any
    scores: pd.DataFrame
    rows: np.ndarray[Any, Any]
    left_out: dict[str, int]
    warnings: tuple[str, ...]


def make_dataset(
    X: TableLike,
    y: str | ArrayLike,
    scale: ErrorScale,
    *,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    group: str | ArrayLike | None = None,
    features: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    scores: Sequence[str] = (),
) -> Dataset:
    """Turn a table into a checked dataset.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_columns)
    y, prediction, time, group : str or array-like of shape (n_samples,)
        The name of a column of `X`, or values beside it.
    scale : ErrorScale
        Decides whether the target must be positive.
    features : sequence of str, default=None
        Columns to use; None is all that have no other role and are not dropped.
    drop : sequence of str, default=()
        Columns not to use.
    scores : sequence of str, default=()
        Columns that are scores to be judged.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If the table cannot be used; the message names the column and what to do.
    """
    frame = _frame(X)
    roles = {"target": y, "prediction": prediction, "time": time, "group": group}
    names = {role: name for role, name in roles.items() if isinstance(name, str)}
    for name in (*names.values(), *drop, *scores, *(features or ())):
        _check_known(frame, name)
    _check_roles(names, features, scores)
    used = _feature_names(frame, names, features, {*drop, *scores})
    values = {role: _role_values(frame, role, given) for role, given in roles.items()}
    target, missing = _target(values["target"], names.get("target", "target"))
    keep, left_out = _usable_rows(missing, values)
    dataset = Dataset(
        features=frame.loc[keep, used].reset_index(drop=True),
        y=target[keep],
        prediction=_numbers_or_none(values["prediction"], "prediction", keep),
        time=None if values["time"] is None else time_values(values["time"][keep], "time"),
        time_name=names.get("time", "time"),
        group=None if values["group"] is None else values["group"][keep].to_numpy(),
        scores=frame.loc[keep, list(scores)].reset_index(drop=True),
        rows=np.flatnonzero(keep),
        left_out=left_out,
        warnings=(),
    )
    _check_target(dataset, scale, names.get("target", "target"))
    return _check_features(dataset)


def _frame(X: TableLike) -> pd.DataFrame:
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    if frame.empty:
        msg = f"The table is empty: {frame.shape[0]} rows, {frame.shape[1]} columns."
        raise TableError(msg)
    if not isinstance(X, pd.DataFrame):
        frame.columns = [f"x{i}" for i in range(frame.shape[1])]
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        msg = f"The table has two columns named {str(repeated[0])!r}; names must differ."
        raise TableError(msg)
    return frame.rename(columns=str)


def _check_known(frame: pd.DataFrame, name: str) -> None:
    if name not in frame.columns:
        msg = f"The table has no column {name!r}. {did_you_mean(name, frame.columns)}"
        raise TableError(msg)


def _check_roles(
    names: dict[str, str], features: Sequence[str] | None, scores: Sequence[str]
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


def _feature_names(
    frame: pd.DataFrame, names: dict[str, str], features: Sequence[str] | None, without: set[str]
) -> list[str]:
    taken = {*names.values(), *without}
    wanted = frame.columns if features is None else dict.fromkeys(features)
    used = [name for name in wanted if name not in taken]
    if not used:
        msg = "No feature is left: every column has another role or is dropped."
        raise TableError(msg)
    if PREDICTION in used:
        msg = (
            f"A feature is named {PREDICTION!r}, the name that the prediction itself gets. If it "
            f"is the prediction, pass it as such (--prediction {PREDICTION}); if not, rename it."
        )
        raise TableError(msg)
    return used


def _role_values(frame: pd.DataFrame, role: str, given: Any) -> pd.Series[Any] | None:
    if given is None:
        return None
    if isinstance(given, str):
        return frame[given].reset_index(drop=True)
    values = pd.Series(given).reset_index(drop=True)
    if len(values) != len(frame):
        msg = f"The {role} has {len(values)} values, the table {len(frame)} rows."
        raise TableError(msg)
    return values


def _target(values: pd.Series[Any] | None, name: str) -> tuple[FloatArray, BoolArray]:
    if values is None:
        msg = "A target is needed: the column that the model predicts."
        raise TableError(msg)
    target = numbers(values, f"target {name!r}")
    return target, np.isnan(target)


def _usable_rows(
    missing: BoolArray, values: dict[str, pd.Series[Any] | None]
) -> tuple[BoolArray, dict[str, int]]:
    """Leave out rows without target, prediction or time; count each under its first reason."""
    keep = ~missing
    left_out = {"missing_target": int(missing.sum())}
    for role in ("prediction", "time"):
        column = values[role]
        if column is not None:
            gone = keep & column.isna().to_numpy()
            left_out[f"missing_{role}"] = int(gone.sum())
            keep = keep & ~gone
    return keep, {reason: count for reason, count in left_out.items() if count}


def _numbers_or_none(
    values: pd.Series[Any] | None, role: str, keep: BoolArray
) -> FloatArray | None:
    if values is None:
        return None
    column = numbers(values[keep], role)
    _check_finite(column, role)
    return column


def _check_finite(values: FloatArray, what: str) -> None:
    infinite = int(np.isinf(values).sum())
    if infinite:
        msg = f"The {what} must be finite; {infinite} of {len(values)} values are infinite."
        raise TableError(msg)


def _check_target(dataset: Dataset, scale: ErrorScale, name: str) -> None:
    y = dataset.y
    if len(y) < MIN_ROWS:
        gone = "".join(f", {n} left out ({why})" for why, n in dataset.left_out.items())
        msg = f"Too few rows: {len(y)} can be used{gone}; at least {MIN_ROWS} are needed."
        raise TableError(msg)
    _check_finite(y, f"target {name!r}")
    if y.min() == y.max():
        msg = f"The target {name!r} is constant ({y[0]:g} in every row): nothing to predict."
        raise TableError(msg)
    _check_positive(y, f"target {name!r}", scale)
    if dataset.prediction is not None and scale.name == "log":
        _check_positive(dataset.prediction, "prediction", scale)


def _check_positive(values: FloatArray, what: str, scale: ErrorScale) -> None:
    count = int((values <= 0).sum())
    if scale.needs_positive and count:
        msg = (
            f"The {scale.name} error needs a positive {what}; {count} of {len(values)} values "
            "are zero or negative. Remove those rows, or use the absolute error with a threshold."
        )
        raise TableError(msg)


def _check_features(dataset: Dataset) -> Dataset:
    for table in (dataset.features, dataset.scores):
        for name in numeric_columns(table):
            count = count_infinite(table[name])
            if count:
                msg = (
                    f"The column {name!r} has {count} infinite value(s). Make them missing, "
                    f"or leave the column out (--drop {name})."
                )
                raise TableError(msg)
    empty = [name for name in dataset.features if dataset.features[name].isna().all()]
    features = dataset.features.drop(columns=empty)
    if features.columns.empty:
        msg = "No feature is left: all of them are missing in every row."
        raise TableError(msg)
    warnings = [f"The column {name!r} has no values and is not used." for name in empty]
    warnings += [
        f"The feature {name!r} is almost a copy of the target; if it is not known before the "
        f"target is, drop it (--drop {name})."
        for name in _copies(features, dataset.y)
    ]
    if (
        dataset.prediction is not None
        and np.mean(dataset.prediction == dataset.y) > _SUSPICIOUS_SHARE
    ):
        warnings.append(
            "More than half of the predictions equal the target: was the model fitted on these "
            "rows? Its errors then say nothing about new ones."
        )
    return replace(dataset, features=features, warnings=tuple(warnings))


def _copies(features: pd.DataFrame, y: FloatArray) -> list[str]:
    """Find numeric features that put the rows in the same order as the target does."""
    rows = np.random.default_rng(0).permutation(len(y))[:_COPY_SAMPLE]
    target = pd.Series(y[rows])
    copies = []
    for name in numeric_columns(features):
        column = features[name].iloc[rows].reset_index(drop=True).astype(float)
        constant = column.min() == column.max()
        if not constant and abs(column.corr(target, method="spearman")) > _COPY_CORRELATION:
            copies.append(name)
    return copies
