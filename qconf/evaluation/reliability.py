"""Whether probabilities come true: whether of the rows of 70 %, 70 % come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray
from qconf.core.conventions import check_options, check_resamples, check_seed
from qconf.core.estimate import Estimate
from qconf.errors import OptionError
from qconf.evaluation.binned_rates import calibration_error, rates_of_bins, table_of_bins
from qconf.evaluation.brier import BrierDecomposition, decompose_brier
from qconf.evaluation.events import check_events
from qconf.evaluation.metrics.probability_metric import BRIER, MEAN_EXCESS, ProbabilityMetric
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws, percentile_estimate, resamples_for
from qconf.evaluation.sampling import Sampling
from qconf.evaluation.validity import limits_of_validity

if TYPE_CHECKING:
    from qconf.report.reliability import ReliabilityDisplay

__all__ = ["Reliability", "reliability"]

_METRICS = (BRIER, MEAN_EXCESS)


@dataclass(frozen=True, eq=False, repr=False)
class Reliability:
    """How well probabilities fit what came.

    Attributes
    ----------
    bins : DataFrame of shape (n_bins, 5)
        By probability, the lowest first: ``probability`` (mean), ``rate`` that came, ``low`` and
        ``high`` of its interval, ``n``. All intervals together hold at the confidence level.
    rate : Estimate
        The rate of all rows.
    brier : Estimate
        Mean squared difference of probability and what came; lower is better.
    decomposition : BrierDecomposition
    mean_excess : Estimate
        Mean probability minus the rate; above 0, probabilities are too high.
    calibration_error : Estimate
        Mean over rows of the absolute difference of probability and rate of their bin (ECE).
        By chance alone it is above 0; its interval reaches down to 0 where those of the bins
        hold all probabilities, and is rather too wide.
    n : int
        Number of rows.
    confidence_level : float
    notes : tuple of str
        What limits the intervals.
    """

    bins: pd.DataFrame
    rate: Estimate
    brier: Estimate
    decomposition: BrierDecomposition
    mean_excess: Estimate
    calibration_error: Estimate
    n: int
    confidence_level: float
    notes: tuple[str, ...]

    @property
    def is_reliable(self) -> bool:
        """Whether the intervals of all bins hold their probabilities: nothing speaks against it."""
        return self.calibration_error.interval[0] == 0.0

    def __repr__(self) -> str:
        """Return a line: how many rows, the Brier score and the calibration error."""
        error = self.calibration_error
        return (
            f"<Reliability on {self.n:,} rows: Brier score {self.brier.value:.4f}, calibration "
            f"error {error.value:.3f} ({error.interval[0]:.3f} to {error.interval[1]:.3f})>"
        )

    def __str__(self) -> str:
        """Return two tables: the bins, and what all rows say."""
        from qconf.evaluation.reliability_table import reliability_text  # noqa: PLC0415 - rich

        return reliability_text(self).rstrip("\n")

    def _repr_html_(self) -> str:
        """Return them for a notebook."""
        from qconf.evaluation.reliability_table import reliability_html  # noqa: PLC0415

        return reliability_html(self)

    def plot(self, *, ax: Any = None) -> ReliabilityDisplay:
        """Draw the reliability diagram; needs the extra ``qconf[plots]``.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        ReliabilityDisplay
        """
        from qconf.report.reliability import ReliabilityDisplay  # noqa: PLC0415 - only to draw

        return ReliabilityDisplay({"probability": self.bins}).plot(ax=ax)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain numbers and lists."""
        return {
            "rows": self.n,
            "confidence_level": self.confidence_level,
            "rate": self.rate.to_dict(),
            "brier": self.brier.to_dict() | self.decomposition.to_dict(),
            "mean_excess": self.mean_excess.to_dict(),
            "calibration_error": self.calibration_error.to_dict(),
            "bins": self.bins.to_dict(orient="records"),
            "notes": list(self.notes),
        }


def reliability(
    probability: ArrayLike,
    hit: ArrayLike,
    bins: int | Sequence[float] = 10,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    confidence_level: float = 0.95,
    *,
    n_resamples: int | None = None,
    random_state: int = 0,
) -> Reliability:
    """Evaluate probabilities against what came, a vendor's confidence score (CCS) too.

    Parameters
    ----------
    probability : array-like of shape (n_samples,)
        In [0, 1], told without having seen what came.
    hit : array-like of shape (n_samples,)
        Whether the event came: booleans, or 0 and 1.
    bins : int or sequence of float, default=10
        Rows are cut into so many bins of equal size by probability; rows of equal probability are
        in one bin, so there may be fewer. Or the largest probability of each bin but the last,
        rising, as the limits of `qconf.tiers`; a bin without rows is left out.
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together; intervals allow for that.
    time : array-like of shape (n_samples,), default=None
        When each row became known; intervals allow for rates that move slowly in time.
    confidence_level : float, default=0.95
        Of each figure on its own, and of all bins together.
    n_resamples : int or None, default=None
        Bootstrap resamples; None is 1000, fewer beyond 200,000 rows.
    random_state : int, default=0
        Seeds the resamples.

    Returns
    -------
    Reliability

    Raises
    ------
    TableError
        If there are no rows, lengths differ, or values are outside their range.
    OptionError
        If an option is outside its rule.

    Notes
    -----
    The interval of a rate is Jeffreys' for the number of independent rows that it is worth, as in
    `evaluate`; those of the bins hold at once (maximum t).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> probability = rng.random(4000)
    >>> told = reliability(probability, rng.random(4000) < probability)
    >>> told.is_reliable, round(told.brier.value, 2), round(told.decomposition.resolution, 2)
    (True, 0.17, 0.08)
    """
    p, came = check_events(probability, hit)
    _check_options(bins, confidence_level, n_resamples, random_state)
    sampling = Sampling.of(Outcome.of(np.where(came, 0.0, 1.0), 0.5), groups, time)
    _, codes = np.unique(_places(p, bins), return_inverse=True)
    n_draws = resamples_for(len(p)) if n_resamples is None else int(n_resamples)
    draws = _draws(p, came, codes, sampling, n_draws, random_state)
    means, of_bins = draws[: 1 + len(_METRICS)], draws[1 + len(_METRICS) :]
    everywhere = ObservedRate(
        float(came.mean()), len(p), means[0], skewness=sampling.skewness(came, np.ones(len(p)))
    )
    rate = everywhere.estimate(confidence_level)
    rates = rates_of_bins(came, codes, sampling, of_bins, rate)
    table = table_of_bins(p, codes, rates, confidence_level)
    brier, excess = (
        _estimate(one, p, came, own, sampling, confidence_level)
        for one, own in zip(_METRICS, means[1:], strict=True)
    )
    return Reliability(
        bins=table,
        rate=rate,
        brier=brier,
        decomposition=decompose_brier(p, came, codes),
        mean_excess=excess,
        calibration_error=calibration_error(table, rates, confidence_level),
        n=len(p),
        confidence_level=confidence_level,
        notes=limits_of_validity(rate, len(p), sampling),
    )


def _check_options(
    bins: Any, confidence_level: float, n_resamples: int | None, random_state: int
) -> None:
    if isinstance(bins, Sequence | np.ndarray) and not isinstance(bins, str):
        _check_limits(list(bins))
    elif not isinstance(bins, int) or isinstance(bins, bool) or bins < 1:
        msg = f"The bins must be an integer >= 1, such as 10; got {bins!r}."
        raise OptionError(msg)
    check_options(threshold=0.5, fraction=1.0, confidence_level=confidence_level, outlier_rates=())
    check_resamples(n_resamples)
    check_seed(random_state)


def _check_limits(limits: list[Any]) -> None:
    rising = all(
        isinstance(one, Real) and not isinstance(one, bool) and low < float(one) < 1
        for low, one in zip([0.0, *limits], limits, strict=False)
    )
    if not rising:
        msg = f"The limits of bins must rise strictly between 0 and 1, got {limits!r}."
        raise OptionError(msg)


def _places(p: FloatArray, bins: int | Sequence[float]) -> IntArray:
    """Return the bin of each row, from 0; some may be without rows."""
    if isinstance(bins, int):
        return ((rankdata(p) - 0.5) * bins / len(p)).astype(np.intp)
    return np.searchsorted(np.asarray(bins, dtype=np.float64), p, side="left")


def _draws(
    p: FloatArray,
    came: BoolArray,
    codes: IntArray,
    sampling: Sampling,
    n_draws: int,
    random_state: int,
) -> list[Draws]:
    """Return what the rate, the metrics and the rates of the bins might have been."""
    rows = np.stack([came, *(one.per_row(p, came) for one in _METRICS)])
    n_bins = int(codes.max()) + 1
    said = []
    for weights in sampling.weights(n_draws, np.random.default_rng(random_state)):
        size = np.bincount(codes, weights, n_bins)
        hits = np.bincount(codes, weights * came, n_bins)
        # A bin that a resample leaves empty is as it is on average.
        rates = np.divide(hits, size, out=np.full(n_bins, came.mean()), where=size > 0)
        said.append([*(rows @ weights / weights.sum()), *rates])
    return sampling.draws(np.array(said))


def _estimate(
    metric: ProbabilityMetric,
    p: FloatArray,
    came: BoolArray,
    draws: Draws,
    sampling: Sampling,
    confidence_level: float,
) -> Estimate:
    values = metric.per_row(p, came)
    moved = sampling.moving_as(values, draws)
    return percentile_estimate(float(values.mean()), moved, confidence_level, metric.bounds)
