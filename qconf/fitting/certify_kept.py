"""Certify a model that is kept in a file, on rows that it has not seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import FloatArray
from qconf.certification.certificate import Side
from qconf.certification.certify import certify
from qconf.core.error_scale import error_scale
from qconf.core.validation import select_rows
from qconf.errors import OptionError, TableError, refuse_warnings
from qconf.fitting.baselines import baseline_of
from qconf.fitting.certified import CertifiedModel
from qconf.fitting.result import written_moment
from qconf.model.holding_out import HeldOut
from qconf.saving.card import ModelCard
from qconf.saving.opening import open_model
from qconf.scoring.batch import Scored
from qconf.scoring.kept_rows import read_kept, score_frame
from qconf.scoring.valuation_check import ValuationCheck
from qconf.tables.fit_roles import FitRoles, fit_roles
from qconf.tables.roles import check_target_values, fit_target, role_column
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["certify_kept"]

_UNKNOWN = (
    "Nothing tells whether the model has seen these rows: it was fitted without a time. A "
    "certificate on rows of the fit promises too much."
)


def certify_kept(
    path: str,
    table: str,
    *,
    target: str | None = None,
    time: str | None = None,
    groups: str | None = None,
    threshold: float | None = None,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    side: Side = "both",
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    strict: bool = False,
) -> CertifiedModel:
    """Certify a model that is kept in a file, on rows that it has not seen.

    Parameters
    ----------
    path : str
        A file of `qconf.save`, of a regressor.
    table : str
        A file of rows that came after those of the fit.
    target, time, groups : str, default=None
        Columns; None is what the model's card says.
    threshold : float, default=None
        None is the card's.
    outlier_rate, confidence_level, side
        As in `qconf.certify`.
    reading : mapping, default=None
        How the table is read, as far as it is not as that of the fit.
    plugins, trust
        As in `qconf.load`.
    strict : bool, default=False
        Whether a warning is an error.

    Returns
    -------
    CertifiedModel

    Raises
    ------
    TableError
        If a row is not from after the fit, or cannot be scored.
    OptionError, ModelFileError
    """
    file = open_model(path, plugins=plugins, trust=trust)
    model, card = file.model, file.manifest.card or ModelCard()
    if not hasattr(model, "predict_with_error"):
        msg = f"Only a regressor can be certified; {path!r} holds a {type(model).__name__}."
        raise OptionError(msg)
    schema = Schema.of_model(model, card.reading)
    read = read_kept(table, schema, {**card.reading, **(reading or {})})
    frame = read.frame
    scored = _scored(model, schema, frame)
    given = {
        "time": time or _there(card.time, frame),
        "groups": groups or _there(card.groups, frame),
    }
    roles = _roles(model, scored, frame, given)
    scale = error_scale(model.error)
    expected, residual = _errors(scored, _truth(frame, target or card.target, scale), scale)
    limit = card.threshold if threshold is None else threshold
    if limit is None:
        msg = "From which error on is a row an outlier? The model's card has none: --threshold."
        raise OptionError(msg)
    dated = roles.time is not None and roles.time.dtype.kind == "M"
    certificate: Any = certify(
        expected[roles.rows], residual[roles.rows], threshold=limit, outlier_rate=outlier_rate,
        confidence_level=confidence_level, groups=HeldOut.everything(roles).groups,
        periods=roles.time if dated else None, side=side, error=model.error,
    )  # fmt: skip
    warned = (*read.warnings, *(() if model.time_range_ is not None else (_UNKNOWN,)))
    if strict:
        refuse_warnings(warned)
    words = f"{len(roles.rows):,} rows of {table!r}"
    seen = select_rows(scored.table, roles.rows), expected[roles.rows], residual[roles.rows]
    baseline = baseline_of(model, certificate, *seen, roles.time)
    return CertifiedModel(model, certificate, card, words, warned, baseline)


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
