"""The result of a backtest: every pair of models ranked, and old against new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qconf.backtesting.cross import Cross
from qconf.backtesting.table import backtest_parts, verdict_of
from qconf.comparison.result import Ranked, rank_evaluations, with_ends
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.errors import OptionError, not_one_of
from qconf.evaluation.faces import Faces
from qconf.evaluation.result import Evaluation
from qconf.evaluation.selection import Selection
from qconf.report.grid import Grid

__all__ = ["Backtest", "RankedPair", "Valued", "rank_pairs"]


@dataclass(frozen=True, eq=False)
class Valued:
    """A valuation model on the rows that were scored.

    Attributes
    ----------
    name : str
    overall : Selection
        All scored rows: outlier rate, mean absolute error.
    seconds : float
        Spent in its fits; 0 for a column, and where another model is the same.
    same_as : str or None
        An earlier model that is the same, whose residuals were taken.
    """

    name: str
    overall: Selection
    seconds: float
    same_as: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "model": self.name,
            "overall": self.overall.to_dict(),
            "seconds": round(self.seconds, 3),
            "same_as": self.same_as,
        }


@dataclass(frozen=True, eq=False)
class RankedPair:
    """A valuation model and a confidence estimator in a ranking.

    Attributes
    ----------
    model, estimator : str
    evaluation : Evaluation
    difference_to_best : Estimate
        Best-decile outlier rate minus that of the best pair. The intervals are paired, and hold
        for all pairs of pairs at once.
    seconds : float
        Spent in the confidence estimator, over all rounds.
    """

    model: str
    estimator: str
    evaluation: Evaluation
    difference_to_best: Estimate
    seconds: float

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.model} + {self.estimator}"

    @property
    def distinguishable(self) -> bool:
        """Whether the interval of the difference to the best leaves out zero."""
        return 0.0 not in self.difference_to_best

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        numbers = self.evaluation.to_dict()
        told = ("overall", "best_decile", "aurc", "coverage_at")
        return {
            "model": self.model,
            "estimator": self.estimator,
            **{name: numbers[name] for name in told},
            "calibration_ratio": self.evaluation.calibration_ratio.to_dict(),
            "difference_to_best": self.difference_to_best.to_dict(),
            "distinguishable": self.distinguishable,
            "seconds": round(self.seconds, 3),
        }


def rank_pairs(
    evaluations: Mapping[str, Mapping[str, Evaluation]],
    seconds: Callable[[str, str], float],
) -> tuple[RankedPair, ...]:
    """Rank pairs by best-decile outlier rate, then by area under the risk-coverage curve.

    Parameters
    ----------
    evaluations : mapping of str to mapping of str to Evaluation
        By valuation model, then by estimator; all on the same rows and resamples.
    seconds : callable
        ``seconds(model, estimator)``.

    Returns
    -------
    tuple of RankedPair
        The best first.
    """
    pairs = [(model, name) for model, each in evaluations.items() for name in each]
    numbered = {str(at): evaluations[model][name] for at, (model, name) in enumerate(pairs)}
    ranked: Sequence[Ranked] = rank_evaluations(numbered, dict.fromkeys(numbered, 0.0))
    placed = [(pairs[int(one.name)], one) for one in ranked]
    return tuple(
        RankedPair(*pair, one.evaluation, one.difference_to_best, seconds(*pair))
        for pair, one in placed
    )


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Faces):
    """Every pair of a valuation model and a confidence estimator, the best first.

    Attributes
    ----------
    ranking : tuple of RankedPair
    models : tuple of Valued
        The valuation models, in the order that was given.
    rows, history, left_out, copies, error, threshold, fraction, confidence_level, scheme, warnings
        As those of a `Comparison`.
    fits : dict of str to int
        How many models were fitted: ``valuation``, ``estimators``.
    seconds : dict of str to float
        ``valuation``, ``estimators``, ``evaluation`` and ``other``.
    scores : DataFrame
        For each model and scored row: ``model``, position ``row`` in the table, ``block``,
        ``prediction``, ``signed_residual``, and the expected error by each estimator.
    crosses : mapping of (str, str) to mapping of str to Cross
        Old and new model, then estimator.
    """

    ranking: tuple[RankedPair, ...]
    models: tuple[Valued, ...]
    rows: int
    history: int
    left_out: dict[str, int]
    copies: int
    error: str
    threshold: float
    fraction: float
    confidence_level: float
    scheme: str
    warnings: tuple[str, ...]
    fits: dict[str, int]
    seconds: dict[str, float]
    scores: pd.DataFrame
    crosses: Mapping[tuple[str, str], Mapping[str, Cross]]

    @property
    def best(self) -> tuple[str, str]:
        """The best pair: names of a valuation model and of an estimator."""
        return self.ranking[0].model, self.ranking[0].estimator

    @property
    def not_distinguishable(self) -> tuple[tuple[str, str], ...]:
        """The pairs that are not distinguishable from the best."""
        return tuple(
            (one.model, one.estimator) for one in self.ranking[1:] if not one.distinguishable
        )

    @property
    def overall(self) -> Selection:
        """All scored rows, under the valuation model of the best pair."""
        return self.ranking[0].evaluation.overall

    @property
    def notes(self) -> tuple[str, ...]:
        """What gives reason to doubt the best pair or its intervals, one line each."""
        return self.ranking[0].evaluation.notes

    def cross(self, old: str, new: str, estimator: str | None = None) -> Cross:
        """Return the cross of two valuation models: each under the confidence of both.

        Parameters
        ----------
        old, new : str
            Names of valuation models.
        estimator : str, default=None
            None is that of the best pair of these two models.

        Returns
        -------
        Cross

        Raises
        ------
        OptionError
            If there is no such model or estimator, or the cross was not asked for.
        """
        names = [one.name for one in self.models]
        for name in (old, new):
            if name not in names:
                raise OptionError(not_one_of("valuation model", name, names))
        if (old, new) not in self.crosses:
            msg = (
                f"The cross of {old!r} and {new!r} was not made, for it takes time: ask for it by "
                f"backtest(..., crosses=[({old!r}, {new!r})])."
            )
            raise OptionError(msg)
        crosses = self.crosses[old, new]
        if estimator is None:
            estimator = next(one.estimator for one in self.ranking if one.model in {old, new})
        if estimator not in crosses:
            raise OptionError(not_one_of("estimator", estimator, crosses))
        return crosses[estimator]

    @property
    def verdict(self) -> str:
        """Which pair to trust, how far, and what cannot be told."""
        return verdict_of(self)

    @property
    def table(self) -> pd.DataFrame:
        """The ranking as a table, one row for each pair, the best first."""
        return pd.DataFrame([_flat(one) for one in self.ranking]).set_index(["model", "estimator"])

    def __repr__(self) -> str:
        """Return a line: how many pairs, on how many rows, and the best."""
        rate = self.ranking[0].evaluation.best_decile.outlier_rate
        return (
            f"<Backtest of {len(self.ranking)} pairs on {self.overall.n:,} rows; best: "
            f"{self.ranking[0].name}, {in_percent(rate.value)} ({percent_range(rate)}) outliers>"
        )

    def _parts(self, *, wide: bool) -> Iterator[str | Grid]:  # noqa: ARG002 - it fits everywhere
        return backtest_parts(self)

    def _evaluations(self) -> Mapping[str, Evaluation]:
        """Return the best pair of each valuation model."""
        best: dict[str, RankedPair] = {}
        for one in self.ranking:
            best.setdefault(one.model, one)
        return {one.name: one.evaluation for one in best.values()}

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the scores as plain numbers, ready for JSON."""
        return {
            "rows": self.rows,
            "threshold": self.threshold,
            "error": self.error,
            "fraction": self.fraction,
            "level": self.confidence_level,
            "scheme": self.scheme,
            "models": [one.to_dict() for one in self.models],
            "ranking": [one.to_dict() for one in self.ranking],
            "best": {"model": self.best[0], "estimator": self.best[1]},
            "verdict": self.verdict,
            "crosses": [self.cross(*pair).to_dict() for pair in self.crosses],
            "notes": list(self.notes),
            "history": self.history,
            "left_out": dict(self.left_out),
            "copies": self.copies,
            "warnings": list(self.warnings),
            "fits": dict(self.fits),
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def _flat(one: RankedPair) -> dict[str, Any]:
    evaluation = one.evaluation
    columns: dict[str, Any] = {"model": one.model, "estimator": one.estimator}
    columns |= with_ends(
        {
            "overall_outlier_rate": evaluation.overall.outlier_rate,
            "overall_mae": evaluation.overall.mae,
            "outlier_rate": evaluation.best_decile.outlier_rate,
            "mae": evaluation.best_decile.mae,
            "aurc": evaluation.aurc,
            **{f"coverage_at_{rate:g}": at for rate, at in evaluation.coverage_at.items()},
            "calibration_ratio": evaluation.calibration_ratio,
            "difference_to_best": one.difference_to_best,
        }
    )
    columns["n"] = evaluation.best_decile.n
    columns["distinguishable"] = one.distinguishable
    columns["seconds"] = round(one.seconds, 3)
    return columns
