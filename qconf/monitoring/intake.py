"""Read rows with their decisions and what is known of their outcomes, for a model that was kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.core.error_scale import error_scale
from qconf.errors import OptionError, TableError
from qconf.monitoring.kinds import kinds_of, monitored_columns, outlier_probability, periods_of
from qconf.monitoring.rows import DecidedRows
from qconf.saving.card import ModelCard
from qconf.scoring.kept_rows import score_frame
from qconf.tables.fit_roles import written_day
from qconf.tables.roles import check_positive, moments_of, role_column, role_numbers
from qconf.tables.schema import Schema

__all__ = ["Columns", "decided_rows", "known_residuals", "moments_as_numbers", "seen_in_fit"]


@dataclass(frozen=True)
class Columns:
    """Which columns say what.

    Attributes
    ----------
    truth, time : str or None
        What came out, missing where that is not known yet; when a row was decided. None is what
        the model's card says.
    key : str or None
        What tells rows apart; None takes two rows that are alike for one.
    """

    truth: str | None = None
    time: str | None = None
    key: str | None = None

    def of_card(self, card: ModelCard) -> Columns:
        """Fill in what was not said from the roles of the fit.

        Raises
        ------
        OptionError
            If neither says where the outcome is.
        """
        truth = self.truth or card.target
        if truth is None:
            msg = "Which column holds what came out? The model's card does not know: --truth."
            raise OptionError(msg)
        return Columns(truth, self.time or card.time, self.key)


def decided_rows(
    model: Any,
    card: ModelCard,
    frame: pd.DataFrame,
    columns: Columns,
    threshold: float,
    cut_off: float | None,
) -> tuple[DecidedRows, tuple[str, ...]]:
    """Score rows as they were when they were decided on.

    Parameters
    ----------
    model : ConfidentRegressor
    card : ModelCard
    frame : DataFrame of shape (n_rows, n_columns)
    columns : Columns
        All known but the time and the key.
    threshold : float
        Of an outlier.
    cut_off : float or None
        None accepts all rows.

    Returns
    -------
    rows : DecidedRows
    left_out : tuple of str
        How many rows were left out, and why, in words: they cannot be scored or have no time, or
        the model may have seen them.

    Raises
    ------
    TableError
        If a column is missing, or none of the rows can be used.
    """
    time, dated = moments_as_numbers(frame, columns.time)
    schema = Schema.of_model(model, card.reading)
    scored = score_frame(model, schema, frame)
    at = np.setdiff1d(np.arange(len(frame)), list(scored.reasons)).astype(np.intp)
    timed = np.isfinite(time[at])
    useless = len(frame) - int(timed.sum())
    seen = seen_in_fit(model, time[at], dated=dated) & (columns.time is not None)
    told = _left_out(useless, int((seen & timed).sum()), model)
    timed &= ~seen
    if not timed.any() and seen.any():
        msg = f"There are no new rows: {told[-1]}"
        raise TableError(msg)
    if not timed.any():
        reason = next(iter(scored.reasons.values()), "No row has a time.")
        msg = f"None of the {len(frame)} rows can be used. {reason}"
        raise TableError(msg)
    at = at[timed]
    table = scored.table.iloc[np.flatnonzero(timed)].reset_index(drop=True)
    prediction = np.asarray(scored.prediction)[timed]
    expected = scored.batch.column("expected_error").to_numpy(zero_copy_only=False)[timed]
    probability = outlier_probability(model, expected, threshold)
    accepted = np.ones(len(at), dtype=bool) if cut_off is None else expected <= cut_off
    rows = DecidedRows(
        keys=_keys(frame.iloc[at], table, time[at], columns),
        time=time[at],
        period=periods_of(
            time[at].astype(np.int64).astype("datetime64[us]") if dated else time[at]
        ),
        expected=expected,
        residual=known_residuals(model, frame.iloc[at], str(columns.truth), prediction),
        accepted=accepted,
        kinds=kinds_of(accepted, probability),
        probability=probability,
        table=monitored_columns(model, table),
        prediction=prediction,
    )
    return rows, told


def seen_in_fit(model: Any, time: FloatArray, *, dated: bool) -> BoolArray:
    """Find rows from before the end of the fit: errors look smaller there than in new rows."""
    known = getattr(model, "time_range_", None)
    if known is None:
        return np.zeros(len(time), dtype=bool)
    last = np.asarray(known[1])
    if (last.dtype.kind == "M") != dated:
        return np.zeros(len(time), dtype=bool)
    end = last.astype("datetime64[us]").astype(np.int64) if dated else last
    return np.asarray(time <= float(end))


def _left_out(useless: int, seen: int, model: Any) -> tuple[str, ...]:
    told: tuple[str, ...] = ()
    if useless:
        told += (f"{useless:,} rows cannot be scored or have no time; they are left out.",)
    if seen:
        end = model.time_range_[1]
        of_fit = (
            f"{seen:,} rows are not from after {written_day(end, end)}, the last time of the fit: "
            "the model may have seen them; they are left out."
        )
        told += (of_fit,)
    return told


def moments_as_numbers(frame: pd.DataFrame, name: str | None) -> tuple[FloatArray, bool]:
    """Return times as numbers (microseconds of dates), not a number where missing."""
    if name is None:
        return np.zeros(len(frame)), False
    column = role_column(frame, "time", name)
    moments, known = moments_of(column)
    moments = np.asarray(moments)
    dated = moments.dtype.kind == "M"
    numbers = moments.astype("datetime64[us]").astype(np.int64) if dated else moments
    told = np.asarray(numbers, dtype=np.float64)
    return (told if known is None else np.where(known, told, np.nan)), dated


def known_residuals(
    model: Any, frame: pd.DataFrame, name: str, prediction: FloatArray
) -> FloatArray:
    """Return residuals, not a number where the outcome is not known yet."""
    residual = np.full(len(frame), np.nan)
    if name not in frame.columns:
        return residual
    column = frame[name].reset_index(drop=True)
    known = np.flatnonzero(column.notna().to_numpy())
    if len(known):
        scale = error_scale(model.error)
        truth = role_numbers(column.iloc[known], f"truth {name!r}")
        if scale.needs_positive:
            check_positive(truth, f"truth {name!r}", scale)
        residual[known] = scale.checked_residual(prediction[known], truth)
    return residual


def _keys(
    frame: pd.DataFrame, table: pd.DataFrame, time: FloatArray, columns: Columns
) -> NDArray[np.uint64]:
    """Hash what tells rows apart, and never their outcome."""
    if columns.key is not None:
        key = role_column(frame, "key", columns.key)
        text = pd.Series(key).astype(str).reset_index(drop=True)
        return _hashed(text)
    plain = {
        str(name): pd.to_numeric(column).astype(np.float64)
        if pd.api.types.is_numeric_dtype(column)
        else column.astype(str)
        for name, column in table.items()
        if name != columns.truth
    }
    whole = pd.DataFrame({**plain, "__decided": time})
    return _hashed(whole)


def _hashed(values: Any) -> NDArray[np.uint64]:
    return np.asarray(pd.util.hash_pandas_object(values, index=False), dtype=np.uint64)
