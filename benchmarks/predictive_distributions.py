"""Ways to a probability that a value is within ±x of the truth, fitted on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from scipy.stats import norm
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from qconf._types import BoolArray, FloatArray
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.fitting import fit_error_distribution

__all__ = ["METHODS", "Block", "distribution"]


@dataclass(frozen=True, eq=False)
class Block:
    """Rows that are known, or that are to be told of.

    Attributes
    ----------
    prediction, residual : ndarray of shape (n_samples,)
        Relative residuals; the truth is prediction / (1 + residual).
    expected : ndarray of shape (n_samples,)
        Expected errors, by an estimator that has not seen these rows.
    difficulty : ndarray of shape (n_samples,)
        By crepes' own `DifficultyEstimator`, that has not seen them either: the mean absolute
        relative residual of neighbours.
    time : ndarray of shape (n_samples,) or None
    """

    prediction: FloatArray
    residual: FloatArray
    expected: FloatArray
    difficulty: FloatArray
    time: Any

    def within(self, x: float) -> BoolArray:
        """Tell whether each value is within ±x of the truth."""
        return np.abs(self.residual) <= x


Method = Callable[[Block, Block, float], FloatArray]


@cache
def distribution(known: Block, half_life: Literal["auto"] | None = None) -> ErrorDistribution:
    """Fit ours, once for all distances."""
    return fit_error_distribution(
        known.residual, known.expected, time=known.time, half_life=half_life
    )


def _ours(known: Block, new: Block, x: float) -> FloatArray:
    return distribution(known).probability_within(new.expected, x)


def _ours_weighted(known: Block, new: Block, x: float) -> FloatArray:
    return distribution(known, "auto").probability_within(new.expected, x)


def _ours_plain(known: Block, new: Block, x: float) -> FloatArray:
    plain = fit_error_distribution(known.residual, known.expected, slope=1.0, bins=1)
    return plain.probability_within(new.expected, x)


def _constant(known: Block, new: Block, x: float) -> FloatArray:
    return np.full(len(new.residual), known.within(x).mean())


def _normal(known: Block, new: Block, x: float) -> FloatArray:
    del known
    told: FloatArray = norm.cdf(x / new.expected) - norm.cdf(-x / new.expected)
    return told


def _normal_rescaled(known: Block, new: Block, x: float) -> FloatArray:
    size = np.sqrt(np.mean((known.residual / known.expected) ** 2))
    told: FloatArray = norm.cdf(x / new.expected / size) - norm.cdf(-x / new.expected / size)
    return told


def _isotonic(known: Block, new: Block, x: float) -> FloatArray:
    falling = IsotonicRegression(increasing=False, out_of_bounds="clip")
    told: FloatArray = falling.fit(known.expected, known.within(x)).predict(new.expected)
    return told


def _logistic(known: Block, new: Block, x: float) -> FloatArray:
    def design(block: Block) -> FloatArray:
        score = np.log(block.expected)
        return np.column_stack([score, score**2])

    model = LogisticRegression(C=1e4, solver="newton-cholesky").fit(design(known), known.within(x))
    told: FloatArray = model.predict_proba(design(new))[:, 1]
    return told


def _crepes(known: Block, new: Block, x: float) -> FloatArray:
    """Normalise by its own difficulty, as its documentation has it, in units of the target."""
    return _conformal(
        known, new, x, known.difficulty * known.prediction, new.difficulty * new.prediction
    )


def _crepes_ours(known: Block, new: Block, x: float) -> FloatArray:
    """Normalise by our expected errors, in units of the target."""
    return _conformal(
        known, new, x, known.expected * known.prediction, new.expected * new.prediction
    )


def _crepes_mondrian(known: Block, new: Block, x: float) -> FloatArray:
    """Do the same in ten bins by expected error, the number that crepes takes by default."""
    cuts = np.quantile(known.expected, np.arange(1, 10) / 10)
    bins = tuple(np.searchsorted(cuts, block.expected) for block in (known, new))
    return _conformal(
        known, new, x, known.expected * known.prediction, new.expected * new.prediction, bins
    )


def _conformal(
    known: Block,
    new: Block,
    x: float,
    size: FloatArray,
    new_size: FloatArray,
    bins: tuple[Any, ...] = (None, None),
) -> FloatArray:
    """Ask crepes' conformal predictive system for both ends of the range."""
    from crepes import ConformalPredictiveSystem  # noqa: PLC0415 - may not be installed

    truth = known.prediction / (1 + known.residual)
    system = ConformalPredictiveSystem()
    system.fit(truth - known.prediction, sigmas=size, bins=bins[0])
    low, high = (
        system.predict_p(
            new.prediction,
            new.prediction / (1 + end),
            sigmas=new_size,
            bins=bins[1],
            smoothing=False,
        )
        for end in (x, -x)
    )
    told: FloatArray = np.clip(high - low, 0.0, 1.0)
    return told


METHODS: dict[str, Method] = {
    "qconf": _ours,
    "qconf, newest weighted": _ours_weighted,
    "qconf, slope 1, one bin": _ours_plain,
    "constant": _constant,
    "Normal": _normal,
    "Normal, rescaled": _normal_rescaled,
    "isotonic": _isotonic,
    "logistic": _logistic,
    "crepes": _crepes,
    "crepes, our expected errors": _crepes_ours,
    "crepes, our expected errors, Mondrian": _crepes_mondrian,
}
