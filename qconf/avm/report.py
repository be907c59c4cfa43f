"""The report that an AVM committee asks for, on anybody's values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qconf._types import ArrayLike, BoolArray
from qconf.avm.expected_failures import TierLimits
from qconf.avm.measuring import Measurement
from qconf.avm.portfolio import Portfolio, labels_of
from qconf.avm.result import AvmReport
from qconf.avm.sections.accuracy import Accuracy
from qconf.avm.sections.asked import Asked
from qconf.avm.sections.ccs import ask_ccs
from qconf.avm.sections.cut_offs import ask_cut_offs
from qconf.avm.sections.fsd import ask_fsd
from qconf.avm.sections.ratios import ask_price_bands, ask_ratios
from qconf.avm.sections.tiers import ask_tiers
from qconf.avm.valued_rows import ValuedRows
from qconf.core.conventions import check_options, check_resamples, check_seed
from qconf.core.frames import as_series
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.sampling import Sampling
from qconf.evaluation.validity import limits_of_validity
from qconf.probability.tiers import TIER_LIMITS, limits_of_tiers

__all__ = ["avm_report"]

#: A class with fewer rows than this would be told by its single houses.
_LEAST_ROWS = 10


def avm_report(
    values: ArrayLike,
    truth: ArrayLike,
    *,
    expected_error: ArrayLike | None = None,
    ccs: ArrayLike | None = None,
    tiers: ArrayLike | None = None,
    tier_limits: TierLimits = TIER_LIMITS,
    protected: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    threshold: float = 0.15,
    confidence_level: float = 0.95,
    n_resamples: int = 500,
    random_state: int = 0,
) -> AvmReport:
    """Report on values whose truth came out: accuracy, confidence scores, ratio statistics.

    Errors are relative, (value - truth) / truth. Every figure has an interval from resamples of
    whole groups; verdicts go by the interval, and not by the figure.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Made without having seen the truth; above 0, missing where the model gave none (a miss of
        the hit rate).
    truth : array-like of shape (n_samples,)
        Sale prices, say: above 0. Rows without one are left out, and counted.
    expected_error : array-like of shape (n_samples,), default=None
        FSD: the standard deviation of the relative error, such as 0.08. It is tested by band, and
        each cut-off is told with what it accepts.
    ccs : array-like of shape (n_samples,), default=None
        Common confidence score: the probability of an error of at most 10 %, in per cent; or all
        between 0 and 1.
    tiers : array-like of shape (n_samples,), default=None
        Named bands, such as "A"; at most 50. None makes them of the FSD, if there is one.
    tier_limits : sequence of float, mapping of str to float, or None
        The largest failure rate that the FSD makes expected, for each of the tiers that are made
        of it, as of `qconf.tiers`; by default 5, 10, 20 and 35 % for A to D, and "refer" beyond.
        A normal error with the FSD as its standard deviation is expected. None makes no tiers.
    protected : array-like of shape (n_samples,), default=None
        Classes for which everything is told again; at most 50.
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together (a zip code, a seller) are resampled together; a row without a
        group on its own.
    time : array-like of shape (n_samples,), default=None
        When each truth became known: the intervals then allow for errors that rise and fall
        slowly, as those of `evaluate` do.
    threshold : float, default=0.15
        A row with abs(error) > threshold is a failure; the right tail is above it.
    confidence_level : float, default=0.95
        Confidence level of all intervals, each on its own.
    n_resamples : int, default=500
    random_state : int, default=0
        Seeds the resamples.

    Returns
    -------
    AvmReport

    Raises
    ------
    TableError
        If a column is not numbers, out of its range, or of another length.
    OptionError
        If an option is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.lognormal(12, 0.4, size=2000)
    >>> values = truth * np.exp(rng.normal(scale=0.08, size=2000))
    >>> report = avm_report(values, truth, expected_error=np.full(2000, 0.08), n_resamples=200)
    >>> report.figure("accuracy", "ppe10").estimate.value
    0.793
    >>> report.figure("ratios", "cod").verdict, report.sections["fsd"][0].verdict
    ('in range', 'right')
    """
    check_options(
        threshold=threshold, fraction=1.0, confidence_level=confidence_level, outlier_rates=()
    )
    check_resamples(n_resamples)
    if tier_limits is not None:
        limits_of_tiers(tier_limits)
    check_seed(random_state)
    portfolio, known = Portfolio.of(
        values, truth, expected_error=expected_error, ccs=ccs, tiers=tiers,
        tier_limits=tier_limits, threshold=threshold,
    )  # fmt: skip
    beside = {
        what: None if given is None else as_series(given, what, len(known))[known]
        for what, given in (("group", groups), ("time", time))
    }
    settings = _Settings(confidence_level, n_resamples, random_state)
    report = settings.report(portfolio, beside["group"], beside["time"])
    classes, names = labels_of("protected column", protected, known)
    left_out = {"missing_truth": int((~known).sum())} if not known.all() else {}
    report = replace(report, left_out=left_out)
    if classes is None:
        return report
    told, short = {}, []
    for number, name in enumerate(names):
        members = classes == number
        own = settings.of_class(portfolio, beside, members)
        if own is None:
            short.append(f"{name} ({int((members & portfolio.valued).sum())})")
        else:
            told[name] = own
    return replace(report, by_class=told, notes=(*report.notes, *_of_short(short)))


def _of_short(short: list[str]) -> Iterator[str]:
    if short:
        yield (
            f"Classes of fewer than {_LEAST_ROWS} rows, or of a single group or time, are not "
            f"told: {', '.join(short)}."
        )


@dataclass(frozen=True)
class _Settings:
    confidence_level: float
    n_resamples: int
    random_state: int

    def report(self, portfolio: Portfolio, groups: Any, time: Any) -> AvmReport:
        """Ask for all sections at once, so that one set of resamples serves them."""
        outcome = Outcome.of(portfolio.residual, portfolio.threshold)
        sampling = Sampling.of(outcome, groups, time)
        rows = ValuedRows(portfolio.values[portfolio.valued], portfolio.truth[portfolio.valued])
        accuracy = Accuracy(portfolio)
        asked = _sections(portfolio, rows, accuracy)
        measurement = Measurement.of(
            (measure for blocks in asked.values() for one in blocks for measure in one.measures),
            rows,
            portfolio.valued,
            sampling,
            n_resamples=self.n_resamples,
            rng=np.random.default_rng(self.random_state),
            confidence_level=self.confidence_level,
        )
        n_valued = int(portfolio.valued.sum())
        failures = measurement.estimate(accuracy.failure_rate)
        return AvmReport(
            rows=len(portfolio.valued),
            valued=n_valued,
            n_groups=sampling.n_groups,
            threshold=portfolio.threshold,
            confidence_level=self.confidence_level,
            n_resamples=self.n_resamples,
            sections={
                name: tuple(one.told(measurement) for one in blocks)
                for name, blocks in asked.items()
            },
            notes=limits_of_validity(failures, n_valued, sampling),
        )

    def of_class(
        self, portfolio: Portfolio, beside: dict[str, Any], members: BoolArray
    ) -> AvmReport | None:
        """Report on the rows of a class alone; None if they are too few, or all alike."""
        own = {what: None if one is None else one[members] for what, one in beside.items()}
        enough = int((members & portfolio.valued).sum()) >= _LEAST_ROWS
        vary = all(one is None or one.nunique(dropna=False) > 1 for one in own.values())
        if not (enough and vary):
            return None
        return self.report(portfolio.part(members), own["group"], own["time"])


def _sections(
    portfolio: Portfolio, rows: ValuedRows, accuracy: Accuracy
) -> dict[str, tuple[Asked, ...]]:
    asked = {
        "scope": accuracy.scope(),
        "accuracy": accuracy.asked(),
        "fsd": tuple(ask_fsd(portfolio)),
        "cut_offs": tuple(ask_cut_offs(portfolio, accuracy)),
        "ccs": tuple(ask_ccs(portfolio)),
        "tiers": tuple(ask_tiers(portfolio, rows, accuracy)),
        "ratios": ask_ratios(portfolio),
        "price_bands": tuple(ask_price_bands(rows)),
    }
    return {name: blocks for name, blocks in asked.items() if blocks}
