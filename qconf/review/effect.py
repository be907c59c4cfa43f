"""What corrections are worth: before and after, on rows that nobody reviewed.

On the rows that were reviewed any correction looks good: they were chosen for being off. The others
are as they were in both tables; each is scored by models that have not seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, ConfidenceLike, Copies, ErrorScaleName, IntArray, Progress
from qconf.comparison.intake import Settings
from qconf.comparison.rounds import Contest
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.errors import OptionError, TableError
from qconf.evaluation.evaluate import evaluate_scores
from qconf.evaluation.result import Evaluation
from qconf.fitting.intake import Intake, of_stage
from qconf.review.corrections import Corrected
from qconf.tables.dataset import MIN_ROWS

__all__ = ["CorrectionsEffect", "corrections_effect"]

_GROUP, _TIME = "group", "time"


@dataclass(frozen=True, eq=False, repr=False)
class CorrectionsEffect:
    """How much better a fit is by corrections, on rows that were not reviewed.

    Attributes
    ----------
    before, after : Evaluation
        Of the same rows, by models that learned from the table as it was, and as it is.
    best_decile_change : Estimate
        Outlier rate of the best decile, after minus before, with a paired interval.
    coverage_change : Estimate
        The same of the share of rows that could be accepted with `rate` outliers.
    rate : float
    n_rows : int
        Rows that were judged.
    """

    before: Evaluation
    after: Evaluation
    best_decile_change: Estimate
    coverage_change: Estimate
    rate: float
    n_rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "rows": self.n_rows,
            "best_decile": {
                "before": self.before.best_decile.outlier_rate.to_dict(),
                "after": self.after.best_decile.outlier_rate.to_dict(),
                "change": self.best_decile_change.to_dict(),
            },
            "coverage": {
                "outlier_rate": self.rate,
                "before": self.before.coverage_at[self.rate].to_dict(),
                "after": self.after.coverage_at[self.rate].to_dict(),
                "change": self.coverage_change.to_dict(),
            },
        }

    def __str__(self) -> str:
        """Return what ``qconf fit --corrections`` prints."""
        decile = _told(
            f"{in_percent(self.before.best_decile.outlier_rate.value)} of the best decile were "
            f"outliers, {in_percent(self.after.best_decile.outlier_rate.value)} are",
            self.best_decile_change, better=-1,
        )  # fmt: skip
        coverage = _told(
            f"with {in_percent(self.rate, 0)} outliers "
            f"{in_percent(self.before.coverage_at[self.rate].value)} of the rows could be "
            f"accepted, {in_percent(self.after.coverage_at[self.rate].value)} can",
            self.coverage_change, better=1,
        )  # fmt: skip
        return (
            f"Corrections, held out, on {self.n_rows:,} rows that were not reviewed: {decile}; "
            f"{coverage}."
        )

    def __repr__(self) -> str:
        """Return a line: the change of the best decile."""
        change = self.best_decile_change
        return f"<CorrectionsEffect: {in_percent(change.value)} ({percent_range(change)}) outliers>"


def _told(what: str, change: Estimate, *, better: int) -> str:
    low, high = change.interval
    verdict = "not distinguishable"
    if low > 0 or high < 0:
        verdict = "better" if better * change.value > 0 else "worse"
    points = f"{100 * change.value:+.2f} ({100 * low:+.2f} to {100 * high:+.2f}) points"
    return f"{what} ({points}: {verdict})"


def corrections_effect(
    table: pd.DataFrame,
    corrected: Corrected,
    target: str,
    *,
    prediction: str | None = None,
    time: str | None = None,
    groups: str | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    copies: Copies = "group",
    model: Any = None,
    estimator: str | ConfidenceLike = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    outlier_rate: float = 0.05,
    random_state: int = 0,
    progress: Progress | None = None,
) -> CorrectionsEffect:
    """Hold a fit on a corrected table against one on the table as it was.

    Parameters
    ----------
    table : DataFrame
        As it was.
    corrected : Corrected
        Of that table.
    target, prediction, time, groups : str
        Columns.
    features, drop, copies, model, estimator, error, threshold, fraction, folds, confidence_level
        As in `qconf.fit_model`; the estimator must be named.
    outlier_rate : float, default=0.05
        At which the coverage is told.
    random_state, progress
        As in `qconf.fit_model`.

    Returns
    -------
    CorrectionsEffect

    Raises
    ------
    TableError, OptionError, EstimatorError
    """
    if estimator == "auto":
        msg = "The effect of corrections is that on one confidence: name an estimator, not 'auto'."
        raise OptionError(msg)
    settings = Settings.checked(error, threshold, fraction, confidence_level)
    asked = {
        "estimator": estimator, "model": model, "copies": copies, "folds": folds,
        "random_state": random_state, "strict": False, "drop": drop, "prediction": prediction,
        "time": time, "groups": groups, "features": features,
    }  # fmt: skip
    tables = {"before": (table, np.arange(len(table))), "after": (corrected.table, corrected.rows)}
    played = {
        name: _played(one, rows, target, settings, asked, of_stage(name, progress))
        for name, (one, rows) in tables.items()
    }
    judged = np.flatnonzero(~corrected.reviewed)
    for one in played.values():
        judged = np.intersect1d(judged, one.index.to_numpy())
    if len(judged) < MIN_ROWS:
        msg = f"Too few rows were not reviewed to tell what corrections did: {len(judged)}."
        raise TableError(msg)
    # Both are ranked as they were fitted, and resampled alike: the change is paired.
    before, after = (
        _judged(one.loc[judged], settings, outlier_rate, random_state) for one in played.values()
    )
    return CorrectionsEffect(
        before=before,
        after=after,
        best_decile_change=after.rate_minus(before),
        coverage_change=after.coverage_minus(before, outlier_rate),
        rate=outlier_rate,
        n_rows=len(judged),
    )


def _played(
    table: pd.DataFrame,
    rows: IntArray,
    target: ArrayLike | str,
    settings: Settings,
    asked: dict[str, Any],
    progress: Progress | None,
) -> pd.DataFrame:
    """Score a table, each row by models that have not seen it; told by rows of the one before."""
    intake = Intake.of(table, target, settings, **asked)
    contender, dataset = intake.contender, intake.dataset
    if contender is None:
        msg = "Name an estimator."
        raise OptionError(msg)
    contest = Contest([contender], dataset, settings.scale, progress=progress, **intake.plan)
    contest.play(asked["model"])
    scored = contest.plan.scored
    told = contest.scores().rename(columns={contender.name: "expected"})
    for name, values in ((_GROUP, dataset.groups), (_TIME, dataset.time)):
        if values is not None:
            told[name] = values[scored]
    return told.set_index(pd.Index(rows[told["row"].to_numpy()]))


def _judged(
    rows: pd.DataFrame, settings: Settings, outlier_rate: float, random_state: int
) -> Evaluation:
    (told,) = evaluate_scores(
        {"expected": rows["expected"].to_numpy()},
        rows["signed_residual"].to_numpy(),
        groups=rows[_GROUP].to_numpy() if _GROUP in rows else None,
        time=rows[_TIME].to_numpy() if _TIME in rows else None,
        blocks=rows["block"].to_numpy(),
        outlier_rates=(outlier_rate,),
        random_state=random_state,
        **settings.numbers,
    ).values()
    return told
