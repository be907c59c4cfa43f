"""Rows that a model which is kept in a file has not seen, scored, with what came out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from qconf._types import FloatArray
from qconf.core.error_scale import error_scale
from qconf.core.plain_columns import LEVELS
from qconf.errors import OptionError, TableError, refuse_warnings
from qconf.fitting.result import written_moment
from qconf.saving.card import ModelCard
from qconf.saving.opening import open_model
from qconf.scoring.batch import Scored, score_rows
from qconf.scoring.valuation_check import ValuationCheck
from qconf.tables.fit_roles import FitRoles, fit_roles
from qconf.tables.reading import TableFile, read_table
from qconf.tables.roles import check_target_values, fit_target, role_column
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UnseenRows"]


@dataclass(frozen=True, eq=False)
class UnseenRows:
    """Rows that a kept model has scored, with their truth.

    Attributes
    ----------
    model : ConfidentRegressor
    card : ModelCard
    frame : DataFrame of shape (n_rows, n_columns)
        The table as it was read.
    hidden : set of str
        Columns that are no properties: target, time, groups.
    prediction, expected, residual : ndarray of shape (n_rows,)
    roles : FitRoles
        Which rows can be used, their time and groups.
    threshold : float
    warnings : tuple of str
    """

    model: Any
    card: ModelCard
    frame: pd.DataFrame
    hidden: set[str]
    prediction: FloatArray
    expected: FloatArray
    residual: FloatArray
    roles: FitRoles
    threshold: float
    warnings: tuple[str, ...]

    @classmethod
    def read(
        cls,
        path: str,
        table: str,
        *,
        verb: str,
        unknown: str,
        target: str | None,
        time: str | None,
        groups: str | None,
        threshold: float | None,
        reading: Mapping[str, Any] | None,
        plugins: bool,
        trust: Collection[str],
        strict: bool,
    ) -> Self:
        """Open a model, read a table of rows that it has not seen, and score them.

        Parameters
        ----------
        path, table : str
        verb : str
            What is done with a regressor, for the message: ``"certified"``.
        unknown : str
            The warning where nothing tells whether the model has seen the rows.
        target, time, groups, threshold
            None is what the model's card says.
        reading, plugins, trust, strict
            As in `certify_kept`.

        Raises
        ------
        TableError
            If a row is not from after the fit, or cannot be scored.
        OptionError, ModelFileError
        """
        file = open_model(path, plugins=plugins, trust=trust)
        model, card = file.model, file.manifest.card or ModelCard()
        if not hasattr(model, "predict_with_error"):
            msg = f"Only a regressor can be {verb}; {path!r} holds a {type(model).__name__}."
            raise OptionError(msg)
        schema = Schema.of_model(model, card.reading)
        read = _read(table, schema, {**card.reading, **(reading or {})})
        frame = read.frame
        scored = _scored(model, schema, frame)
        given = {
            "time": time or _there(card.time, frame),
            "groups": groups or _there(card.groups, frame),
        }
        roles = _roles(model, scored, frame, given)
        scale = error_scale(model.error)
        truth = target or card.target
        expected, residual = _errors(scored, _truth(frame, truth, scale), scale)
        limit = card.threshold if threshold is None else threshold
        if limit is None:
            msg = "From which error on is a row an outlier? The model's card has none: --threshold."
            raise OptionError(msg)
        warned = (*read.warnings, *(() if model.time_range_ is not None else (unknown,)))
        if strict:
            refuse_warnings(warned)
        hidden = {str(one) for one in (truth, *given.values()) if one is not None}
        prediction = np.asarray(scored.prediction, dtype=np.float64)
        return cls(model, card, frame, hidden, prediction, expected, residual, roles, limit, warned)


def _read(table: str, schema: Schema, reading: Mapping[str, Any]) -> TableFile:
    """Read a table as `score` does: what was text in the fit is text."""
    said = {name: value for name, value in reading.items() if value is not None}
    text = {*said.pop("text", ()), *(one.name for one in schema.columns if one.kind == LEVELS)}
    file = read_table(table, **said)
    # Codes that look like numbers, in a file that does not know types.
    like_numbers = [
        str(name)
        for name, column in file.frame.items()
        if name in text and column.dtype.kind in "iuf"
    ]
    return read_table(table, **said, text=like_numbers) if like_numbers else file


def _scored(model: Any, schema: Schema, frame: pd.DataFrame) -> Scored:
    """Score all rows as `score` does, and refuse those of another valuation model."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    there = [name for name in schema.names if name in frame.columns]
    batch = pa.RecordBatch.from_pandas(frame[there], preserve_index=False)
    scored = score_rows(model, batch, schema)
    if scored.reasons:
        at, reason = min(scored.reasons.items())
        msg = (
            f"Row {at + 1} cannot be scored. {reason} {len(scored.reasons)} of {len(frame)} rows "
            "are such; leave them out."
        )
        raise TableError(msg)
    ValuationCheck(model, changed_ok=False, share=1.0).look(scored.table, scored.prediction)
    return scored


def _truth(frame: pd.DataFrame, target: str | None, scale: Any) -> FloatArray:
    if target is None:
        msg = "Which column holds what came out? The model's card does not know: --target."
        raise OptionError(msg)
    truth = fit_target(role_column(frame, "target", target), len(frame))
    check_target_values(truth, "target", scale)
    return truth


def _errors(scored: Scored, truth: FloatArray, scale: Any) -> tuple[FloatArray, FloatArray]:
    expected = scored.batch.column("expected_error").to_numpy(zero_copy_only=False)
    return expected, scale.checked_residual(scored.prediction, truth)


def _there(name: str | None, frame: pd.DataFrame) -> str | None:
    """Return a column that the card names, if the table has it."""
    return name if name in frame.columns else None


def _roles(
    model: Any, scored: Scored, frame: pd.DataFrame, given: Mapping[str, str | None]
) -> FitRoles:
    """Read time and groups, find copies, and check that all rows are from after the fit."""
    known = model.time_range_
    if given["time"] is None and known is not None:
        msg = "When did these rows become known? The model was fitted forward in time: --time."
        raise OptionError(msg)
    values = [role_column(frame, role, name) for role, name in given.items()]
    hidden = {model.time_name_, model.group_name_, *given.values()}
    table = scored.table
    if hasattr(table, "columns"):
        table = table.drop(columns=[one for one in table.columns if one in hidden])
    roles = fit_roles(table, *values, keep_copies=getattr(model, "copies", "group") == "keep")
    if known is not None:
        _check_later(roles.time, known[1])
    return roles


def _check_later(time: Any, end: Any) -> None:
    last = np.asarray(end)
    if (time.dtype.kind == "M") != (last.dtype.kind == "M"):
        msg = f"The time must be of the kind of the fit's, which ended with {written_moment(end)}."
        raise TableError(msg)
    early = int((time <= last).sum())
    if early:
        msg = (
            f"{early:,} of {len(time):,} rows are not from after {written_moment(end)}, the last "
            "time of the fit: the model may have seen them. Leave them out."
        )
        raise TableError(msg)
