"""Probabilities of the rows of a comparison, each block's from the errors of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray
from qconf.errors import OptionError, not_one_of
from qconf.evaluation.reliability import Reliability, reliability
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.fitting import fit_error_distribution
from qconf.probability.tiers import limits_of_tiers, tiers

if TYPE_CHECKING:
    from qconf.comparison.result import Comparison

__all__ = ["Forward"]


@dataclass(frozen=True, eq=False)
class Forward:
    """What one estimator expected of each block, and the distribution that was known before it.

    Attributes
    ----------
    known : tuple of ErrorDistribution
        For each block but the first.
    rows : tuple of ndarray of int
        Positions among the scored rows.
    comparison : Comparison
    expected, residual : ndarray of shape (n_scored,)
    """

    known: tuple[ErrorDistribution, ...]
    rows: tuple[Any, ...]
    comparison: Comparison
    expected: FloatArray
    residual: FloatArray

    @classmethod
    def of(cls, comparison: Comparison, estimator: str | None) -> Self:
        """Fit the distribution of the errors before each block.

        Raises
        ------
        OptionError
            If there is no such estimator; or no time: a score then has learned from the residuals
            of all other blocks, and none is from before.
        """
        names = [one.name for one in comparison.ranking]
        name = names[0] if estimator is None else estimator
        if name not in names:
            raise OptionError(not_one_of("estimator", name, names))
        if comparison.time is None:
            msg = (
                "Probabilities are told of rows by the errors of earlier ones, and these rows have "
                "no time: name its column (time=, --time)."
            )
            raise OptionError(msg)
        scores = comparison.scores
        block, expected, residual = (
            scores[one].to_numpy() for one in ("block", name, "signed_residual")
        )
        known, rows = [], []
        for number in np.unique(block)[1:]:
            before = np.flatnonzero(block < number)
            rows.append(np.flatnonzero(block == number))
            known.append(
                fit_error_distribution(
                    residual[before], expected[before], error=comparison.error,  # type: ignore[arg-type]
                    time=comparison.time[before],
                )
            )  # fmt: skip
        return cls(tuple(known), tuple(rows), comparison, expected, residual)

    def within(self, x: float) -> Reliability:
        """Hold P(within ±x) against what came."""
        ratio = np.expm1(self.residual) if self.comparison.error == "log" else self.residual
        return self._held_against(
            np.abs(ratio) <= x, lambda one, expected: one.probability_within(expected, x), 10
        )

    def tiers(self, limits: Sequence[float] | Mapping[str, float]) -> pd.DataFrame:
        """Hold P(outlier) against what came, tier by tier."""
        threshold = self.comparison.threshold
        told = self._held_against(
            np.abs(self.residual) > threshold,
            lambda one, expected: one.probability_outlier(expected, threshold),
            list(limits_of_tiers(limits).values()),
        ).bins
        # A mean lies between the limits of its tier.
        named = tiers(told["probability"], limits)
        columns = {"probability": "expected", "rate": "outlier_rate"}
        return told.rename(columns=columns).set_index(pd.Index(named, name="tier"))

    def _held_against(
        self,
        came: BoolArray,
        ask: Callable[[ErrorDistribution, FloatArray], FloatArray],
        bins: int | list[float],
    ) -> Reliability:
        told = [
            ask(one, self.expected[own]) for one, own in zip(self.known, self.rows, strict=True)
        ]
        rows = np.concatenate(self.rows)
        groups, time = self.comparison.groups, self.comparison.time
        return reliability(
            np.concatenate(told),
            came[rows],
            bins,
            None if groups is None else groups[rows],
            time[rows],
            self.comparison.confidence_level,
        )
