"""Which rows another pair of models would treat otherwise: accept, or put into another tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import ErrorScale
from qconf.core.estimate import Estimate
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.sampling import Sampling
from qconf.probability.fitting import fit_error_distribution
from qconf.probability.tiers import tiers

__all__ = ["Judged", "acceptance", "changed_acceptance", "changed_tiers", "forward_tiers"]

_RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class Judged:
    """The rows that were scored: what they are a sample of, and how they are judged.

    Attributes
    ----------
    outcome : Outcome
    sampling : Sampling
    block : ndarray of shape (n_scored,) of int
        In which round each was scored.
    time : ndarray of shape (n_scored,) or None
    scale : ErrorScale
    threshold, fraction, confidence_level : float
    random_state : int
    """

    outcome: Outcome
    sampling: Sampling
    block: IntArray
    time: Any
    scale: ErrorScale
    threshold: float
    fraction: float
    confidence_level: float
    random_state: int

    def share(self, changed: FloatArray, among: FloatArray) -> Estimate:
        """Return the share of some rows that changed, with its interval."""
        rng = np.random.default_rng(self.random_state)
        rates = [
            [float(weights @ changed) / max(float(weights @ among), np.finfo(float).tiny)]
            for weights in self.sampling.weights(_RESAMPLES, rng)
        ]
        (draws,) = self.sampling.draws(np.array(rates))
        n_rows = float(among.sum())
        rate = ObservedRate(float(changed.sum()) / n_rows, n_rows, draws)
        return rate.estimate(self.confidence_level)


def acceptance(expected_error: FloatArray, judged: Judged) -> FloatArray:
    """Return how much of each row is among the safest of its block.

    Parameters
    ----------
    expected_error : ndarray of shape (n_scored,)
    judged : Judged

    Returns
    -------
    ndarray of shape (n_scored,)
        1 or 0; of rows that tie at the border, a share.
    """
    ranks = rank_within(expected_error, judged.block)
    return RankedRows(ranks, judged.outcome, judged.fraction).safest()


def changed_acceptance(before: FloatArray, after: FloatArray, judged: Judged) -> Estimate:
    """Tell which share of the rows that were accepted no longer are."""
    return judged.share(np.maximum(before - after, 0.0), before)


def forward_tiers(
    expected_error: FloatArray, learned: FloatArray, residual: FloatArray, judged: Judged
) -> NDArray[np.str_] | None:
    """Put rows into tiers by their probability of an outlier, as told by earlier blocks.

    Parameters
    ----------
    expected_error : ndarray of shape (n_scored,)
        Of the rows that are put into tiers.
    learned, residual : ndarray of shape (n_scored,)
        The expected errors that the confidence had for its own valuation model, and what came:
        the distribution of errors that goes with it is made of these.
    judged : Judged

    Returns
    -------
    ndarray of shape (n_scored,) of str, or None
        Empty for rows of the first block, which has none before it. None without a time: folds at
        random have no past, and their own rows must not decide.
    """
    if judged.time is None:
        return None
    told = np.full(len(expected_error), "", dtype="<U12")
    for number in range(1, int(judged.block.max()) + 1):
        past, now = judged.block < number, judged.block == number
        distribution = fit_error_distribution(
            residual[past],
            learned[past],
            error=judged.scale.name,  # type: ignore[arg-type]
            slope=1.0,
            bins=1,
        )
        told[now] = tiers(distribution.probability_outlier(expected_error[now], judged.threshold))
    return told


def changed_tiers(
    before: NDArray[np.str_] | None, after: NDArray[np.str_] | None, judged: Judged
) -> Estimate | None:
    """Tell which share of the rows that have a tier change it; None without tiers."""
    if before is None or after is None:
        return None
    has_tier = (before != "").astype(np.float64)
    return judged.share((before != after).astype(np.float64), has_tier)
