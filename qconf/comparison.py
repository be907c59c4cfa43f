"""The result of a comparison: a ranking, what was done to get it, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qconf.error_scale import error_scale
from qconf.estimate import Estimate, in_percent, percent_range
from qconf.evaluation import Evaluation, Selection

__all__ = ["Comparison", "Ranked"]


@dataclass(frozen=True, eq=False)
class Ranked:
    """One estimator in a ranking.

    Attributes
    ----------
    name : str
    evaluation : Evaluation
    difference_to_best : Estimate
        Best-decile outlier rate minus that of the best estimator, with a paired interval.
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


@dataclass(frozen=True, eq=False)
class Comparison:
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
    threshold, fraction, level : float
    scheme : str
        How rows were kept apart, in words.
    seconds : dict of str to float
        Spent in ``valuation`` (fits of the valuation model), ``estimators`` (fits of the
        confidence estimators), ``evaluation`` (ranks and intervals) and ``other``.
    warnings : tuple of str
    scores : DataFrame
        One row for each scored row: its position ``row`` in the table, the ``block`` in which it
        was scored, ``prediction``, ``signed_residual``, and the expected error by each estimator.
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
    level: float
    scheme: str
    seconds: dict[str, float]
    warnings: tuple[str, ...]
    scores: pd.DataFrame = field(repr=False)

    @property
    def best(self) -> str:
        """Name of the best estimator."""
        return self.ranking[0].name

    @property
    def verdict(self) -> str:
        """Which estimator to trust, how far, and what cannot be told."""
        return _verdict(self)

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
            "level": self.level,
            "scheme": self.scheme,
            "overall": self.overall.to_dict(),
            "ranking": [one.to_dict() for one in self.ranking],
            "best": self.best,
            "verdict": self.verdict,
            "history": self.history,
            "left_out": dict(self.left_out),
            "copies": self.copies,
            "warnings": list(self.warnings),
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def _verdict(comparison: Comparison) -> str:
    best = comparison.ranking[0]
    decile = best.evaluation.best_decile
    outlier = error_scale(comparison.error).in_words(comparison.threshold)
    found = (
        f"Of the {decile.n:,} rows that {best.name} calls safest, "
        f"{_with_interval(decile.outlier_rate)} are {outlier}, "
        f"against {in_percent(comparison.overall.outlier_rate.value)} of all rows."
    )
    if decile.outlier_rate.interval[1] >= comparison.overall.outlier_rate.value:
        return f"No estimator is shown to have skill here. {found}"
    close = [one.name for one in comparison.ranking[1:] if not one.distinguishable]
    behind = len(comparison.ranking) - 1 - len(close)
    if close:
        return f"{found} Not distinguishable from it: {', '.join(close)}."
    if behind:
        return f"{found} Every other estimator is behind by more than chance."
    return found


def _with_interval(rate: Estimate) -> str:
    return f"{in_percent(rate.value)} ({percent_range(rate)})"


def _flat(one: Ranked) -> dict[str, Any]:
    evaluation = one.evaluation
    decile = evaluation.best_decile
    columns: dict[str, Any] = {"estimator": one.name}
    for name, estimate in (
        ("outlier_rate", decile.outlier_rate),
        ("mae", decile.mae),
        ("aurc", evaluation.aurc),
        ("spearman", evaluation.spearman),
        *((f"coverage_at_{rate:g}", at) for rate, at in evaluation.coverage_at.items()),
        ("difference_to_best", one.difference_to_best),
    ):
        columns |= {
            name: estimate.value,
            f"{name}_low": estimate.interval[0],
            f"{name}_high": estimate.interval[1],
        }
    columns["n"] = decile.n
    columns["distinguishable"] = one.distinguishable
    columns["seconds"] = round(one.seconds, 3)
    return columns
