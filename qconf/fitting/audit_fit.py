"""Audit a confidence by slices: of a fit, of a score in the table, of a model that is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from qconf._types import ArrayLike, Copies, ErrorScaleName, FloatArray, Progress, TableLike
from qconf.comparison.intake import Settings
from qconf.comparison.rounds import Contest
from qconf.core.conventions import PREDICTION
from qconf.errors import OptionError, refuse_warnings
from qconf.fitting.intake import Intake
from qconf.fitting.opened import opened, read_as_fit, target_and_threshold
from qconf.fitting.unseen_rows import perhaps_seen, unseen_rows
from qconf.slicing.audit import audit_slices
from qconf.slicing.result import SliceAudit
from qconf.tables.roles import as_names, as_table, check_known, is_name
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["audit_fit", "audit_kept"]

#: Beside the properties of a row: what the models say of it is known beforehand, too.
_SAID = (PREDICTION, "expected_error")


def audit_fit(
    table: TableLike | str | PathLike[str],
    target: str | ArrayLike,
    *,
    by: Sequence[str] | str | None = None,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    groups: str | ArrayLike | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    copies: Copies = "group",
    estimator: str = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    folds: int = 5,
    confidence_level: float = 0.95,
    random_state: int = 0,
    strict: bool = False,
    progress: Progress | None = None,
    **asked: Any,
) -> tuple[SliceAudit, tuple[str, ...]]:
    """Score a table as `qconf.compare` does, each row by models that have not seen it, and audit.

    Parameters
    ----------
    table, target, prediction, time, groups, features, drop, copies, error, threshold, folds
        As in `qconf.compare`; so are `random_state`, `strict` and `progress`.
    by : str or sequence of str, default=None
        Columns of the table to slice by; None is all features, the prediction and the expected
        error.
    estimator : str, default="blend"
        A registered name; ``column:NAME`` is a score that the table has.
    confidence_level : float, default=0.95
    **asked
        ``max_columns``, ``metrics``, ``against``, ``tolerance``, ``min_rows``: as in
        `qconf.audit_slices`.

    Returns
    -------
    audit : SliceAudit
    warnings : tuple of str
        What of the table gives reason to doubt it.

    Raises
    ------
    TableError, OptionError, EstimatorError
    """
    settings = Settings.checked(error, threshold, 0.1, confidence_level)
    _check_by(by, table, target)
    intake = Intake.of(
        table, target, settings, estimator=estimator, model=None, copies=copies, folds=folds,
        random_state=random_state, strict=strict, drop=drop, prediction=prediction, time=time,
        groups=groups, features=features,
    )  # fmt: skip
    contender, dataset = intake.contender, intake.dataset
    if contender is None:
        msg = "An audit is of one confidence: name an estimator (--estimator blend), not 'auto'."
        raise OptionError(msg)
    contest = Contest([contender], dataset, settings.scale, folds, random_state, progress)
    contest.play()
    scored, told = contest.plan.scored, contest.scores()
    expected = told[contender.name].to_numpy()
    if by is None:
        rows = dataset.features.iloc[scored]
    else:
        rows = as_table(table).iloc[told["row"].to_numpy()]  # type: ignore[arg-type]
    rows = _with_scores(rows.reset_index(drop=True), told["prediction"].to_numpy(), expected)
    rows = rows if by is None else rows[as_names(by)]
    audit = audit_slices(
        rows, told["signed_residual"], expected, threshold=settings.threshold,
        groups=None if dataset.groups is None else dataset.groups[scored],
        time=None if dataset.time is None else dataset.time[scored],
        error=error, confidence_level=confidence_level, random_state=random_state,
        **asked,
    )  # fmt: skip
    return audit, (*intake.doubts, *contest.doubts(strict=strict))


def audit_kept(
    path: str,
    table: str,
    *,
    by: Sequence[str] | str | None = None,
    target: str | None = None,
    time: str | None = None,
    groups: str | None = None,
    threshold: float | None = None,
    confidence_level: float = 0.95,
    random_state: int = 0,
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
    strict: bool = False,
    **asked: Any,
) -> tuple[SliceAudit, tuple[str, ...]]:
    """Audit a model that is kept in a file, on rows that it has not seen.

    Parameters
    ----------
    path, table, target, time, groups, threshold, reading, plugins, trust, strict
        As in `qconf.certify_model`.
    by : str or sequence of str, default=None
        Columns of the table to slice by; None is all but target, time and groups, and what the
        models say.
    confidence_level, random_state, **asked
        As in `qconf.audit_slices`.

    Returns
    -------
    audit : SliceAudit
    warnings : tuple of str

    Raises
    ------
    TableError, OptionError, ModelFileError
    """
    pair, card, of_fit = opened(path, "audited", plugins=plugins, trust=trust)
    schema = Schema.of_model(pair, of_fit)
    read = read_as_fit(table, schema, {**of_fit, **(reading or {})})
    truth, limit = target_and_threshold(card, target or None, threshold)
    _check_by(by, read.frame, truth)
    warned = (
        *read.warnings,
        *perhaps_seen(pair, "An audit", "finds every slice better than it is"),
    )
    if strict:
        refuse_warnings(warned)
    rows = unseen_rows(pair, schema, read.frame, card, truth, time=time, groups=groups)
    expected, residual = rows.errors
    frame = read.frame.rename(columns=str).iloc[rows.positions].reset_index(drop=True)
    if by is None:
        hidden = rows.hidden | {truth}
        frame = frame.drop(columns=[one for one in frame.columns if one in hidden])
    frame = _with_scores(frame, rows.prediction, expected)
    frame = frame if by is None else frame[as_names(by)]
    audit = audit_slices(
        frame, residual, expected, threshold=limit, groups=rows.held_out.groups,
        time=rows.held_out.time, error=pair.error, confidence_level=confidence_level,
        random_state=random_state, **asked,
    )  # fmt: skip
    return audit, warned


def _check_by(by: Sequence[str] | str | None, table: Any, target: Any) -> None:
    """Check the columns to slice by before anything is fitted."""
    if by is None:
        return
    if isinstance(table, str | PathLike):
        msg = "Columns to slice by (by) are those of a table: read the file first."
        raise OptionError(msg)
    names = as_names(by)
    if not names:
        msg = "Name at least one column to slice by (--by), or leave it out."
        raise OptionError(msg)
    for name in names:
        if is_name(target) and name == target:
            msg = (
                f"Slices by the target {name!r} are worse by themselves: what came out high was "
                f"valued too low. Slice by what was known before: --by {PREDICTION}."
            )
            raise OptionError(msg)
        if name not in _SAID:
            check_known(as_table(table), name)


def _with_scores(rows: pd.DataFrame, prediction: FloatArray, expected: FloatArray) -> pd.DataFrame:
    said = dict(zip(_SAID, (prediction, expected), strict=True))
    return rows.assign(**{name: one for name, one in said.items() if name not in rows.columns})
