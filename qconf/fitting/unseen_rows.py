"""Score rows that a fitted model has not seen, and hold the scores against the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import ArrayLike, FloatArray
from qconf.core.error_scale import error_scale
from qconf.core.validation import select_rows
from qconf.errors import OptionError, TableError
from qconf.fitting.result import written_moment
from qconf.model.holding_out import HeldOut
from qconf.saving.card import ModelCard
from qconf.scoring.batch import Scored
from qconf.scoring.kept_rows import score_frame
from qconf.scoring.valuation_check import ValuationCheck
from qconf.tables.fit_roles import FitRoles, fit_roles
from qconf.tables.roles import check_target_values, fit_target, role_column
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UnseenRows", "perhaps_seen", "unseen_rows"]

_PERHAPS = (
    "Nothing tells whether the model has seen these rows: it was fitted without a time. {} on rows "
    "of the fit {}."
)


@dataclass(frozen=True, eq=False)
class UnseenRows:
    """Rows that neither model has seen.

    Attributes
    ----------
    held_out : HeldOut
    errors : tuple of ndarray
        Expected errors and residuals.
    table : DataFrame or ndarray
        The rows as the model reads them.
    prediction : ndarray
    hidden : frozenset of str
        Columns of the table that hold their time and groups.
    """

    held_out: HeldOut
    errors: tuple[FloatArray, FloatArray]
    table: Any
    prediction: FloatArray
    hidden: frozenset[str]

    @property
    def positions(self) -> Any:
        """Where they are in the table."""
        return self.held_out.calibration


def perhaps_seen(pair: Any, what: str, is_wrong: str) -> tuple[str, ...]:
    """Warn where a model cannot tell which rows it has seen, having no time.

    Parameters
    ----------
    pair : ConfidentRegressor
    what, is_wrong : str
        What is made of the rows, and what is wrong with it on rows of the fit.

    Examples
    --------
    >>> class WithTime:
    ...     time_range_ = 0, 1
    >>> perhaps_seen(WithTime(), "A certificate", "promises too much")
    ()
    """
    return () if pair.time_range_ is not None else (_PERHAPS.format(what, is_wrong),)


def unseen_rows(
    pair: Any,
    schema: Schema,
    frame: pd.DataFrame,
    card: ModelCard,
    target: str | ArrayLike,
    **named: str | None,
) -> UnseenRows:
    """Score rows, read their roles, and hold the scores against the truth.

    Parameters
    ----------
    pair : ConfidentRegressor
    schema : Schema
        Of the pair.
    frame : DataFrame
    card : ModelCard
    target : str or array-like of shape (n_samples,)
    **named
        Columns of ``time`` and ``groups``; None is what the card says.

    Raises
    ------
    TableError
        If a row is not from after the fit, or cannot be scored.
    OptionError
    """
    scale = error_scale(pair.error)
    truth = _truth(frame, target, scale)
    scored = _scored(pair, schema, frame)
    given = {
        "time": named["time"] or _there(card.time, frame),
        "groups": named["groups"] or _there(card.groups, frame),
    }
    held_out = HeldOut.everything(_roles(pair, scored, frame, given))
    errors = _errors(scored, truth, scale)
    at = held_out.calibration
    prediction = np.asarray(scored.prediction, dtype=np.float64)
    hidden = frozenset(one for one in given.values() if one is not None)
    table = select_rows(scored.table, at)
    return UnseenRows(held_out, (errors[0][at], errors[1][at]), table, prediction[at], hidden)


def _scored(model: Any, schema: Schema, frame: pd.DataFrame) -> Scored:
    """Score all rows as `score` does, and refuse those of another valuation model."""
    scored = score_frame(model, schema, frame)
    if scored.reasons:
        at, reason = min(scored.reasons.items())
        msg = (
            f"Row {at + 1} cannot be scored. {reason} {len(scored.reasons)} of {len(frame)} rows "
            "are such; leave them out."
        )
        raise TableError(msg)
    ValuationCheck(model, changed_ok=False, share=1.0).look(scored.table, scored.prediction)
    return scored


def _truth(frame: pd.DataFrame, target: str | ArrayLike, scale: Any) -> FloatArray:
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
