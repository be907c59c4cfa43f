"""Hold a table of rows, with the outcomes that are known, against a model that was kept."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from qconf.errors import ModelFileError, OptionError, TableError
from qconf.monitoring.baseline import BASELINE, Baseline
from qconf.monitoring.intake import Columns, decided_rows
from qconf.monitoring.plan import Plan
from qconf.monitoring.result import Monitoring
from qconf.monitoring.state_file import StateFile
from qconf.monitoring.watch import Watch
from qconf.saving.card import CERTIFICATE, ModelCard
from qconf.saving.opening import open_model
from qconf.scoring.decisions import Decisions
from qconf.scoring.kept_rows import read_kept
from qconf.tables.schema import Schema

__all__ = ["monitor_file"]


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
        What came out, missing where it is not known yet; None is the target of the fit.
    time : str, default=None
        When each row was decided on; None is the time of the fit, if there was one.
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
    read = _Reader(model, card, columns, float(size), {**card.reading, **(reading or {})})
    plan = _plan(read, reference, limit, false_alarm, run_length)
    watch = Watch(plan)
    kept = None if state is None else StateFile(state, _digest(path, plan, columns))
    before = None if kept is None else kept.read()
    if before is not None:
        _restore(watch, before, str(state))
    rows, warnings = read.rows(table)
    watch.update(rows)
    if kept is not None and watch.n_batches:
        kept.write(watch.state)
    return Monitoring(watch, warnings)


class _Reader:
    """Read tables for one model."""

    def __init__(
        self, model: Any, card: ModelCard, columns: Columns, threshold: float, reading: Any
    ) -> None:
        self.model, self.card, self.columns, self.threshold = model, card, columns, threshold
        self._schema, self._reading = Schema.of_model(model, card.reading), reading
        self.cut_off = Decisions().of_card(card).cut_off

    def rows(self, table: str) -> tuple[Any, tuple[str, ...]]:
        """Return the rows of a table, and what was strange about it."""
        read = read_kept(table, self._schema, self._reading)
        given = self.model, self.card, read.frame, self.columns, self.threshold, self.cut_off
        rows, left_out = decided_rows(*given)
        told = tuple(read.warnings)
        if left_out:
            told += (f"{left_out:,} rows cannot be scored or have no time; they are left out.",)
        if self.columns.truth not in read.frame.columns:
            told += (f"There is no column {self.columns.truth!r}: no outcome is known.",)
        return rows, told


def _plan(
    read: _Reader, reference: str | None, limit: float | None, false_alarm: float, run_length: int
) -> Plan:
    certificate = read.card.figures.get(CERTIFICATE)
    certified = certificate if isinstance(certificate, dict) else {}
    promised = certified.get("limit") if limit is None else limit
    if promised is not None and not 0 < float(promised) < 1:
        msg = f"The limit must lie strictly between 0 and 1 (0.05 is 5 %), got {promised!r}."
        raise OptionError(msg)
    return Plan(
        threshold=read.threshold,
        limit=None if promised is None else float(promised),
        one_sided=certified.get("side") == "over",
        baseline=_baseline(read, reference),
        shadow=getattr(read.model, "shadow_", None),
        false_alarm=false_alarm,
        run_length=run_length,
    )


def _baseline(read: _Reader, reference: str | None) -> Baseline | None:
    if reference is None:
        plain = read.card.figures.get(BASELINE)
        return Baseline.from_dict(plain) if isinstance(plain, dict) else None
    rows, _ = read.rows(reference)
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
