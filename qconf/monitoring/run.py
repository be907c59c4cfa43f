"""Hold a table of rows, with the outcomes that are known, against a model that was kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf.errors import ModelFileError, OptionError, TableError, did_you_mean
from qconf.monitoring.baseline import Baseline
from qconf.monitoring.intake import Columns, decided_rows
from qconf.monitoring.plan import Plan
from qconf.monitoring.result import Monitoring
from qconf.monitoring.state_file import StateFile
from qconf.monitoring.watch import Watch
from qconf.probability.options import check_level
from qconf.saving.card import BASELINE, CERTIFICATE, ModelCard
from qconf.saving.opening import open_model
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import read_kept
from qconf.tables.containers import EXCEL
from qconf.tables.schema import Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["monitor_file"]


_OTHER_OUTLIERS = (
    "The certified rows were summed up by errors above {:g}, not above {:g}: without a --reference "
    "only the limit is watched."
)


def monitor_file(
    path: str,
    table: str,
    *,
    truth: str | None = None,
    time: str | None = None,
    key: str | None = None,
    state: str | PathLike[str] | None = None,
    reference: str | None = None,
    threshold: float | None = None,
    limit: float | None = None,
    false_alarm: float = 0.05,
    run_length: int = 20_000,
    reading: Mapping[str, Any] | None = None,
    plugins: bool = False,
    trust: Collection[str] = (),
) -> Monitoring:
    """Tell whether what was promised of a model still holds, on rows that have come since.

    Parameters
    ----------
    path : str
        A file of `qconf.save`, of a regressor.
    table : str
        Rows with their features, decided since, and with outcomes as far as they are known.
    truth : str, default=None
        What came out, missing where it is not known yet; None is the target of the fit, which
        need not be there.
    time : str, default=None
        When each row was decided on; None is the time of the fit, if there was one. It stands
        for that one too, where the table does not have both.
    key : str, default=None
        What tells rows apart. None takes rows that are alike in features and time for one.
    state : str or path, default=None
        Where what was counted is kept, so that each row counts once; None begins anew.
    reference : str, default=None
        A table with outcomes that neither model has seen, to hold new rows against; None is what
        the model's file knows of the rows that it was certified on.
    threshold, limit : float, default=None
        Of an outlier, and the outlier rate that is promised of the rows accepted; None is what
        was certified.
    false_alarm : float, default=0.05
        With what probability there is ever an alarm, while all is as it was.
    run_length : int, default=20000
        Rows between false alarms of the detector of changes, on average and at least.
    reading : mapping, default=None
        How the table is read, beyond what the card knows.
    plugins, trust
        As in `qconf.load`.

    Returns
    -------
    Monitoring

    Raises
    ------
    TableError, OptionError, ModelFileError, OutputError
    """
    opened = open_model(path, plugins=plugins, trust=trust)
    model, card = opened.model, opened.manifest.card or ModelCard()
    if not hasattr(model, "predict_with_error"):
        msg = f"Only a regressor can be watched; {path!r} holds a {type(model).__name__}."
        raise OptionError(msg)
    columns = Columns(truth, time, key).of_card(card)
    size = card.threshold if threshold is None else threshold
    if size is None:
        msg = "From which error on is a row an outlier? The model's card has none: --threshold."
        raise OptionError(msg)
    check_level("false alarm rate", false_alarm, "0.05")
    how = {**card.reading, **(reading or {})}
    read = _Reader(model, card, columns, float(size), how, is_truth_named=truth is not None)
    promised, is_certified = _promised(card, size, limit)
    plan = Plan(
        threshold=float(size),
        limit=promised,
        is_certified=is_certified,
        one_sided=_certificate(card).get("side") == "over",
        baseline=_baseline(read, reference),
        is_reference=reference is not None,
        shadow=getattr(model, "shadow_", None),
        false_alarm=false_alarm,
        run_length=run_length,
    )
    watch = Watch(plan)
    kept = None if state is None else StateFile(state, _digest(path, plan, columns))
    before = None if kept is None else kept.read()
    if before is not None:
        _restore(watch, before, str(state))
    rows, warnings = read.rows(table)
    watch.update(rows)
    if kept is not None and watch.n_batches:
        kept.write(watch.state)
    if plan.baseline is None and BASELINE in card.figures:
        warnings += (_OTHER_OUTLIERS.format(card.threshold, size),)
    return Monitoring(watch, warnings)


class _Reader:
    """Read tables for one model."""

    def __init__(
        self,
        model: Any,
        card: ModelCard,
        columns: Columns,
        threshold: float,
        reading: Any,
        *,
        is_truth_named: bool,
    ) -> None:
        self.model, self.card, self.columns, self.threshold = model, card, columns, threshold
        self._schema, self._reading = Schema.of_model(model, card.reading), reading
        self.cut_off = Decisions().of_card(card).cut_off
        self._is_truth_named = is_truth_named
        self._time_of_fit: str | None = getattr(model, "time_name_", None)

    def rows(self, table: str, *, is_reference: bool = False) -> tuple[Any, tuple[str, ...]]:
        """Return the rows of a table, and what was strange about it."""
        reading = dict(self._reading)
        if is_reference and Path(table).suffix.lower() not in EXCEL:
            # A sheet is that of the new rows, and theirs alone if the reference has none.
            reading.pop("sheet", None)
        read = read_kept(table, self._schema, reading)
        columns, of_fit, there = self.columns, self._time_of_fit, read.frame.columns
        self._check_truth(read.frame)
        if is_reference and columns.time not in there and self.card.time in there:
            columns = replace(columns, time=self.card.time)
        frame = read.frame
        if of_fit is not None and of_fit not in there and columns.time in there:
            # Valued as of the decision, where the table has no other time.
            frame = frame.assign(**{of_fit: frame[columns.time]})
        given = self.model, self.card, frame, columns, self.threshold, self.cut_off
        rows, left_out = decided_rows(*given)
        told = (*read.warnings, *left_out)
        if columns.truth not in there:
            told += (f"There is no column {columns.truth!r}: no outcome is known.",)
        return rows, told

    def _check_truth(self, frame: pd.DataFrame) -> None:
        """Refuse a name that is mistyped: without outcomes hardly anything would be an alarm."""
        name = str(self.columns.truth)
        if self._is_truth_named and name not in frame.columns:
            msg = (
                f"The table has no column {name!r}. {did_you_mean(name, frame.columns)} If no "
                "outcome is known yet, leave out --truth."
            )
            raise TableError(msg)


def _certificate(card: ModelCard) -> Mapping[str, Any]:
    told = card.figures.get(CERTIFICATE)
    return told if isinstance(told, dict) else {}


def _promised(card: ModelCard, threshold: float, limit: float | None) -> tuple[float | None, bool]:
    """Return the outlier rate that is promised, if any, and whether a certificate proves it."""
    certified = _certificate(card)
    promised = certified.get("limit") if limit is None else limit
    if promised is None:
        return None, False
    if not 0 < float(promised) < 1:
        msg = f"The limit must lie strictly between 0 and 1 (0.05 is 5 %), got {promised!r}."
        raise OptionError(msg)
    is_of_it = certified.get("threshold", threshold) == threshold
    if limit is None and not is_of_it:
        msg = (
            f"The certificate is of errors above {certified['threshold']:g}, not of those above "
            f"{threshold:g}: say what is promised of these by --limit, or leave out --threshold."
        )
        raise OptionError(msg)
    return float(promised), is_of_it and promised == certified.get("limit")


def _baseline(read: _Reader, reference: str | None) -> Baseline | None:
    if reference is None:
        if read.threshold != read.card.threshold:
            # Its tiers and rates are of other outliers.
            return None
        plain = read.card.figures.get(BASELINE)
        return Baseline.from_dict(plain) if isinstance(plain, dict) else None
    rows, _ = read.rows(reference, is_reference=True)
    known = np.flatnonzero(np.isfinite(rows.residual))
    if not len(known):
        msg = f"The reference {reference!r} has no rows with an outcome."
        raise TableError(msg)
    rows = rows.take(known)
    return Baseline.of(
        rows.expected, rows.residual, rows.table, threshold=read.threshold, kinds=rows.kinds,
        probability=rows.probability, period=rows.period,
    )  # fmt: skip


def _digest(path: str, plan: Plan, columns: Columns) -> str:
    """Tell a model and what is asked of it from all others."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        msg = f"Cannot read {path!r}: {error.strerror}."
        raise ModelFileError(msg) from error
    known = None if plan.baseline is None else plan.baseline.to_dict()
    asked = (plan.threshold, plan.limit, plan.false_alarm, plan.run_length, columns, known)
    return hashlib.sha256(content + repr(asked).encode()).hexdigest()


def _restore(watch: Watch, state: Mapping[str, Any], path: str) -> None:
    try:
        watch.restore(state)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        msg = f"The state {path!r} is damaged: delete it to begin anew, or take an older copy."
        raise TableError(msg) from error
