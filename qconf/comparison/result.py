"""The result of a comparison: a ranking, what was done to get it, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qconf.comparison.forward import Forward
from qconf.comparison.table import ranking_parts, verdict_of
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.evaluation.faces import Faces
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.periods import Period
from qconf.evaluation.reliability import Reliability
from qconf.evaluation.result import Evaluation
from qconf.evaluation.selection import Selection
from qconf.evaluation.simultaneous import joint_confidence_level
from qconf.probability.tiers import TIER_LIMITS
from qconf.report.grid import Grid

__all__ = ["Comparison", "Ranked", "rank_evaluations", "with_ends"]


@dataclass(frozen=True, eq=False)
class Ranked:
    """One estimator in a ranking.

    Attributes
    ----------
    name : str
    evaluation : Evaluation
    difference_to_best : Estimate
        Best-decile outlier rate minus that of the best estimator. The intervals are paired, and
        hold for all pairs of estimators at once, whichever of them came out best.
    seconds : float
        Spent in fitting and predicting, over all rounds.
    """

    name: str
    evaluation: Evaluation
    difference_to_best: Estimate
    seconds: float

    @property
    def distinguishable(self) -> bool:
        """Whether the interval of the difference to the best leaves out zero."""
        return 0.0 not in self.difference_to_best

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        numbers = self.evaluation.to_dict()
        return {
            "estimator": self.name,
            "best_decile": numbers["best_decile"],
            "aurc": numbers["aurc"],
            "spearman": numbers["spearman"],
            "coverage_at": numbers["coverage_at"],
            "difference_to_best": self.difference_to_best.to_dict(),
            "distinguishable": self.distinguishable,
            "seconds": round(self.seconds, 3),
        }


def rank_evaluations(
    evaluations: Mapping[str, Evaluation], seconds: Mapping[str, float]
) -> tuple[Ranked, ...]:
    """Rank estimators by best-decile outlier rate, then by area under the risk-coverage curve.

    Parameters
    ----------
    evaluations : mapping of str to Evaluation
        By one call of `evaluate_scores`.
    seconds : mapping of str to float
        What each of them took.

    Returns
    -------
    tuple of Ranked
        The best first.
    """

    def key(name: str) -> tuple[float, float]:
        one = evaluations[name]
        return one.best_decile.outlier_rate.value, one.aurc.value

    ordered = sorted(evaluations, key=key)
    best = evaluations[ordered[0]]
    confidence_level = joint_confidence_level(
        [one.rate.draws for one in evaluations.values()], best.confidence_level
    )
    ranking = []
    for name in ordered:
        own = evaluations[name]
        itself = Estimate(0.0, (0.0, 0.0))
        difference = itself if own is best else own.rate_minus(best, confidence_level)
        ranking.append(Ranked(name, own, difference, seconds[name]))
    return tuple(ranking)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Faces):
    """A ranking of confidence estimators, the best first.

    Attributes
    ----------
    ranking : tuple of Ranked
        By best-decile outlier rate, then by area under the risk-coverage curve.
    overall : Selection
        All scored rows.
    rows : int
        Rows of the table; ``overall.n`` of them were scored, `history` only learned from, and
        the others left out.
    history : int
        Rows that are earlier than the first scored block.
    left_out : dict of str to int
        Rows that could not be used, by reason.
    copies : int
        Rows that have an earlier row like them, where these were kept together.
    error : str
        Name of the error scale.
    threshold, fraction, confidence_level : float
    scheme : str
        How rows were kept apart, in words.
    seconds : dict of str to float
        Spent in ``valuation`` (fits of the valuation model), ``estimators`` (fits of the
        confidence estimators), ``evaluation`` (ranks and intervals) and ``other``.
    warnings : tuple of str
        What in the table or its residuals gives reason to doubt the result.
    by_period : tuple of Period
        The errors of each period of the time, the earliest first; empty without a time.
    trends : tuple of str
        A line for what has a trend in time: the outlier rate, the mean signed error.
    scores : DataFrame
        One row for each scored row: its position ``row`` in the table, the ``block`` in which it
        was scored, ``prediction``, ``signed_residual``, and the expected error by each estimator.
    time, groups : ndarray of shape (n_scored,), or None
        When each scored row became known, and which rows belong together.
    drawn_from : int or None
        Where the table does not fit in memory, how many rows it has, of which `rows` were drawn.
    """

    ranking: tuple[Ranked, ...]
    overall: Selection
    rows: int
    history: int
    left_out: dict[str, int]
    copies: int
    error: str
    threshold: float
    fraction: float
    confidence_level: float
    scheme: str
    seconds: dict[str, float]
    warnings: tuple[str, ...]
    by_period: tuple[Period, ...]
    trends: tuple[str, ...]
    scores: pd.DataFrame
    time: Any = None
    groups: Any = None
    drawn_from: int | None = None

    @property
    def best(self) -> str:
        """Name of the best estimator."""
        return self.ranking[0].name

    @property
    def notes(self) -> tuple[str, ...]:
        """Scores the wrong way round, limits of intervals, what the pooled figures hide."""
        of_each = (note for one in self.ranking for note in one.evaluation.notes)
        return (*dict.fromkeys(of_each), *self.trends)

    @property
    def metrics(self) -> tuple[RowMetric, ...]:
        """The metrics that were asked for."""
        return self.ranking[0].evaluation.metrics

    def __repr__(self) -> str:
        """Return a line: how many estimators, on how many rows, and the best."""
        rate = self.ranking[0].evaluation.best_decile.outlier_rate
        return (
            f"<Comparison of {len(self.ranking)} estimators on {self.overall.n:,} rows; best: "
            f"{self.best}, {in_percent(rate.value)} ({percent_range(rate)}) outliers>"
        )

    def _parts(self, *, wide: bool) -> Iterator[str | Grid]:
        return ranking_parts(self, wide=wide)

    def _evaluations(self) -> Mapping[str, Evaluation]:
        return {one.name: one.evaluation for one in self.ranking}

    @property
    def verdict(self) -> str:
        """Which estimator to trust, how far, and what cannot be told."""
        return verdict_of(self)

    def reliability(self, x: float = 0.10, estimator: str | None = None) -> Reliability:
        """Hold the probability that a value is within ±x of the truth against what came.

        The rows of each block but the first are told of by the errors of the blocks before it.

        Parameters
        ----------
        x : float, default=0.10
            A share of the truth; on the absolute error scale a distance in units of the target.
        estimator : str, default=None
            None is the best.

        Returns
        -------
        Reliability

        Raises
        ------
        OptionError
            If there is no such estimator, or no time.
        """
        return Forward.of(self, estimator).within(x)

    def tiers(
        self,
        limits: Sequence[float] | Mapping[str, float] = TIER_LIMITS,
        estimator: str | None = None,
    ) -> pd.DataFrame:
        """Sort rows into tiers by the probability of an outlier, and tell what came of each.

        Parameters
        ----------
        limits : sequence of float, or mapping of str to float
            As of `qconf.tiers`.
        estimator : str, default=None
            None is the best.

        Returns
        -------
        DataFrame
            A row for each tier that has rows, indexed by ``tier``: ``expected`` (mean
            probability), ``outlier_rate`` with ``low`` and ``high``, all tiers at once, and ``n``.

        Raises
        ------
        OptionError
            As `reliability`.
        """
        return Forward.of(self, estimator).tiers(limits)

    @property
    def table(self) -> pd.DataFrame:
        """The ranking as a table, one row for each estimator, the best first."""
        return pd.DataFrame([_flat(one) for one in self.ranking]).set_index("estimator")

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the scores as plain numbers, ready for JSON."""
        return {
            "rows": self.rows,
            "threshold": self.threshold,
            "error": self.error,
            "fraction": self.fraction,
            "level": self.confidence_level,
            "scheme": self.scheme,
            "overall": self.overall.to_dict(),
            "ranking": [one.to_dict() for one in self.ranking],
            "best": self.best,
            "verdict": self.verdict,
            "notes": list(self.notes),
            "history": self.history,
            "left_out": dict(self.left_out),
            "drawn_from": self.drawn_from,
            "copies": self.copies,
            "by_period": [one.to_dict() for one in self.by_period],
            "warnings": list(self.warnings),
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def _flat(one: Ranked) -> dict[str, Any]:
    evaluation = one.evaluation
    decile = evaluation.best_decile
    columns: dict[str, Any] = {"estimator": one.name}
    columns |= with_ends(
        {
            "outlier_rate": decile.outlier_rate,
            "mae": decile.mae,
            "aurc": evaluation.aurc,
            "spearman": evaluation.spearman,
            **{f"coverage_at_{rate:g}": at for rate, at in evaluation.coverage_at.items()},
            "difference_to_best": one.difference_to_best,
        }
    )
    columns["n"] = decile.n
    columns["distinguishable"] = one.distinguishable
    columns["seconds"] = round(one.seconds, 3)
    return columns | with_ends(decile.metrics)


def with_ends(estimates: Mapping[str, Estimate]) -> dict[str, float]:
    """Spread each estimate over three columns."""
    columns: dict[str, float] = {}
    for name, one in estimates.items():
        columns |= {
            name: one.value,
            f"{name}_low": one.interval[0],
            f"{name}_high": one.interval[1],
        }
    return columns
