"""Where a sequence of tests starts: at the cut-off from which most rows can be expected.

Tests go from there to riskier cut-offs and stop at the first that fails. From the very safest
row the first test would allow no outlier among 59 rows (at 5 %), and one unlucky row would end
it; from too risky a cut-off the first test fails because it should. So calibrations are
simulated for plausible risk curves, and the start with the highest coverage on average is taken.
No label of the calibration rows has a say in that: wherever it starts, the guarantee holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from scipy.stats import norm, t

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.certification.binomial import critical_counts
from qconf.certification.cut_offs import CutOffs

__all__ = ["RiskCurves", "expected_coverage", "power_start", "start_of"]

_DRAWS = 300
#: What is thought of log odds along normal scores of the rank before anything is seen: a tenth
#: are outliers, more of them among rows with a higher score. Mean and standard deviation of
#: intercept, slope and bend.
_PRIOR, _PRIOR_SD = np.array([-2.2, 1.0, 0.0]), np.array([2.0, 0.7, 0.2])
#: Of expected errors it is thought that they are right but for a factor, with errors as heavy
#: in the tails as Student's t.
_FACTOR_SD, _FREEDOM = 0.3, 5
#: Scores by which fewer or more than this would be outliers are in no error unit.
_PLAUSIBLE = (0.002, 0.6)
#: Starts that cost less than this share of the best coverage are as good; the middle is safest.
_AS_GOOD = 0.002
#: The start without any knowledge: 90 % power at half the rate, but not beyond this share.
_POWER, _LARGEST_SHARE = 0.9, 0.3
_STEPS, _CONVERGED, _LONGEST_STEP = 50, 1e-8, 2.0


@dataclass(frozen=True)
class RiskCurves:
    """Plausible outlier rates of the rows between neighbouring cut-offs.

    Attributes
    ----------
    rates : ndarray of shape (n_draws, n_cut_offs)
    source : str
        ``"older rows"`` or ``"expected errors"``.
    """

    rates: FloatArray
    source: str

    @classmethod
    def of_history(cls, cut_offs: CutOffs, scores: FloatArray, outlier: BoolArray) -> RiskCurves:
        """Draw curves that older rows leave plausible: a logistic regression on the rank."""
        n, hit = cut_offs.summed(scores), cut_offs.summed(scores, outlier)
        place = _normal_scores(cut_offs)
        design = np.column_stack([np.ones_like(place), place, place**2])
        mean, covariance = _posterior(design, n, hit)
        drawn = np.random.default_rng(0).multivariate_normal(mean, covariance, size=_DRAWS)
        return cls(expit(drawn @ design.T), "older rows")

    @classmethod
    def of_scores(
        cls, cut_offs: CutOffs, threshold: float, *, one_sided: bool
    ) -> RiskCurves | None:
        """Draw curves for scores that are expected errors; None if they can be no such thing."""
        spread = np.random.default_rng(0).normal(scale=_FACTOR_SD, size=(_DRAWS, 1))
        with np.errstate(divide="ignore"):
            beyond = np.log(threshold * np.sqrt(_FREEDOM / (_FREEDOM - 2)) / cut_offs.typical)
        tails = 1 if one_sided else 2
        if not _PLAUSIBLE[0] <= float(cut_offs.share @ (tails * _tail(beyond))) <= _PLAUSIBLE[1]:
            return None
        return cls(tails * _tail(beyond - spread), "expected errors")


def _tail(log_size: FloatArray) -> FloatArray:
    """Return how likely Student's t is above a size, to five digits: exactly is 10 times slower."""
    grid = np.linspace(np.log(1e-3), np.log(1e3), 4000)
    return np.interp(log_size, grid, t.sf(np.exp(grid), _FREEDOM))


def start_of(
    curves: RiskCurves | None, cut_offs: CutOffs, n_rows: float, outlier_rate: float, delta: float
) -> int:
    """Choose the cut-off that is tested first.

    Parameters
    ----------
    curves : RiskCurves or None
        None if nothing is known.
    cut_offs : CutOffs
    n_rows : float
        Independent calibration rows that there will be.
    outlier_rate : float
    delta : float
        Level of the tests.

    Returns
    -------
    int
        Its number.
    """
    accepted = np.floor(n_rows * np.cumsum(cut_offs.share) + 0.5).astype(np.intp)
    if curves is None:
        return power_start(accepted, outlier_rate, delta)
    coverage = expected_coverage(curves.rates, accepted, outlier_rate, delta)
    best = float(coverage.max())
    if best == 0:
        return power_start(accepted, outlier_rate, delta)
    as_good = np.flatnonzero(coverage >= (1 - _AS_GOOD) * best)
    return int(as_good[len(as_good) // 2])


def expected_coverage(
    rates: FloatArray, accepted: IntArray, outlier_rate: float, delta: float
) -> FloatArray:
    """Simulate calibrations, and say how much each start would certify on average.

    Parameters
    ----------
    rates : ndarray of shape (n_draws, n_cut_offs)
    accepted : ndarray of shape (n_cut_offs,)
        Rows up to each cut-off.
    outlier_rate, delta : float

    Returns
    -------
    ndarray of shape (n_cut_offs,)
        Mean share of the rows that is certified.
    """
    outliers = np.random.default_rng(1).binomial(np.diff(accepted, prepend=0), rates)
    passed = np.cumsum(outliers, axis=1) <= critical_counts(accepted, outlier_rate, delta)
    coverage = np.append(0.0, accepted / max(int(accepted[-1]), 1))
    number = np.arange(len(accepted))
    fails = np.where(passed, len(accepted), number)
    first_failed = np.minimum.accumulate(fails[:, ::-1], axis=1)[:, ::-1]
    reached: FloatArray = np.where(passed, coverage[first_failed], 0.0).mean(axis=0)
    return reached


def power_start(accepted: IntArray, outlier_rate: float, delta: float) -> int:
    """Choose the first cut-off whose test passes with 90 % power if the rate is half the limit.

    At most three tenths of the rows: with few rows no cut-off has that power, and the best rows
    have the best chance.
    """
    normal = norm.ppf([1 - delta, _POWER])
    spread = np.sqrt([r * (1 - r) for r in (outlier_rate, outlier_rate / 2)])
    needed = min((float(normal @ spread) / (outlier_rate / 2)) ** 2, _LARGEST_SHARE * accepted[-1])
    return min(int(np.searchsorted(accepted, needed)), len(accepted) - 1)


def _normal_scores(cut_offs: CutOffs) -> FloatArray:
    middle = np.cumsum(cut_offs.share) - cut_offs.share / 2
    return np.asarray(norm.ppf(np.clip(middle, 1e-6, 1 - 1e-6)))


def _posterior(design: FloatArray, n: FloatArray, hit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit a logistic regression with a normal prior: mode and curvature (Laplace)."""
    precision = np.diag(_PRIOR_SD**-2)
    weights: FloatArray = _PRIOR.copy()
    for _ in range(_STEPS):
        rate = expit(design @ weights)
        curvature = design.T @ ((n * rate * (1 - rate))[:, None] * design) + precision
        slope = design.T @ (hit - n * rate) - precision @ (weights - _PRIOR)
        step = np.clip(np.linalg.solve(curvature, slope), -_LONGEST_STEP, _LONGEST_STEP)
        weights = weights + step
        if np.abs(step).max() < _CONVERGED:
            break
    return weights, np.asarray(np.linalg.inv(curvature), dtype=np.float64)
