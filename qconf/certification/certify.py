"""Certify the largest expected error that can be acted on."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, get_args, overload

import numpy as np

from qconf._types import ArrayLike, BoolArray, ErrorScaleName, FloatArray
from qconf.certification.calibration import Calibration
from qconf.certification.certificate import Certificate, Side
from qconf.certification.certificates import Certificates, Several
from qconf.certification.cut_offs import CutOffs
from qconf.certification.periods import Periods
from qconf.certification.starting import RiskCurves
from qconf.core.conventions import check_options
from qconf.core.error_scale import error_scale
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError, not_one_of
from qconf.evaluation.sampling import row_codes

__all__ = ["certify", "outliers_of"]

#: More would find no better start, and take longer.
_STARTS = 100


@overload
def certify(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    outlier_rate: float = ...,
    confidence_level: float = ...,
    groups: ArrayLike | None = ...,
    periods: ArrayLike | None = ...,
    history: tuple[ArrayLike, ArrayLike] | None = ...,
    to_score: ArrayLike | None = ...,
    side: Side = ...,
    cut_offs: int = ...,
    several: Several = ...,
    error: ErrorScaleName = ...,
) -> Certificate: ...


@overload
def certify(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    outlier_rate: Sequence[float],
    confidence_level: float = ...,
    groups: ArrayLike | None = ...,
    periods: ArrayLike | None = ...,
    history: tuple[ArrayLike, ArrayLike] | None = ...,
    to_score: ArrayLike | None = ...,
    side: Side = ...,
    cut_offs: int = ...,
    several: Several = ...,
    error: ErrorScaleName = ...,
) -> Certificates: ...


def certify(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    groups: ArrayLike | None = None,
    periods: ArrayLike | None = None,
    history: tuple[ArrayLike, ArrayLike] | None = None,
    to_score: ArrayLike | None = None,
    side: Side = "both",
    cut_offs: int = 400,
    several: Several = "each",
    error: ErrorScaleName = "relative",
) -> Certificate | Certificates:
    """Certify the largest expected error up to which the outlier rate is low enough.

    Cut-offs are tested in a fixed order with exact binomial tails, from a start that no
    calibration label has a say in to riskier ones, until one fails; the last that passed is
    certified. The models must not have seen the calibration rows, and are frozen: a certificate
    ends when either of them is fitted again.

    Parameters
    ----------
    expected_error : array-like of shape (n_samples,)
        Of the calibration rows, by one fit; any score whose lower values mean more confidence.
    residual : array-like of shape (n_samples,)
        Signed (prediction − truth), on the error scale.
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    outlier_rate : float or sequence of float, default=0.05
        The share of outliers that is promised, strictly between 0 and 1. Several make a table.
    confidence_level : float, default=0.95
        With what probability, over samples of calibration rows, the promise is kept.
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together (a building, a seller); they count as fewer independent rows.
    periods : array-like of shape (n_samples,), default=None
        Labels of periods, or dates, which become years, quarters, months, weeks or days. At
        least 6 periods allow a second promise: of a whole period like the last ones.
    history : tuple of two array-likes of shape (n_older,), default=None
        Expected errors and residuals of older rows, by the same fit, that are not among the
        calibration rows: they say where to start. None starts where expected errors, read as
        errors, or else plain power calculations, promise most.
    to_score : array-like of shape (n_new,), default=None
        Expected errors of rows without a truth, such as those to be scored; cut-offs are their
        quantiles. None takes those of the calibration rows, which is exact wherever rows at a
        cut-off are no safer than the rows below it.
    side : {"both", "over"}, default="both"
        ``"over"`` counts over-valuation alone: residual > threshold.
    cut_offs : int, default=400
        How many cut-offs there are at most. Fewer cost coverage
        (docs/decisions/0031-certificates.md).
    several : {"each", "joint"}, default="each"
        With several outlier rates: each certificate has the confidence level on its own, or all
        promises hold at once with it (each then has 1 − (1 − level) / number of rates).
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale, for words alone.

    Returns
    -------
    Certificate or Certificates
        Certificates, for several outlier rates.

    Raises
    ------
    TableError
        If a column is not finite numbers, or lengths differ.
    OptionError
        If an option is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = np.exp(rng.normal(np.log(0.08), 0.5, size=4000))
    >>> certificate = certify(sigma, rng.normal(scale=sigma), threshold=0.15)
    >>> round(certificate.cut_off, 3), round(certificate.coverage, 2)
    (0.108, 0.73)
    >>> certificate.n_outliers, certificate.n_accepted, certificate.next_batch(200)
    (126, 2920, 14)
    """
    rates = [outlier_rate] if isinstance(outlier_rate, Real) else outlier_rate
    rates = _check_numbers(threshold, rates, confidence_level)
    _check_choices(side, several, error)
    scores, outlier = _rows("calibration", expected_error, residual, threshold, side)
    source = scores if to_score is None else _scores_to_come(to_score)
    chosen, starts = CutOffs.of(source, cut_offs), CutOffs.of(source, min(cut_offs, _STARTS))
    level = 1 - (1 - confidence_level) / (len(rates) if several == "joint" else 1)
    calibration = Calibration.of(
        chosen,
        starts,
        scores,
        outlier,
        groups=None if groups is None else row_codes("group", groups, len(scores)),
        periods=None if periods is None else Periods.of(periods, len(scores)),
        curves=_curves(starts, history, threshold, side),
        confidence_level=level,
    )
    words = {"threshold": float(threshold), "side": side, "error": error}
    told = [calibration.certificate(rate, **words) for rate in rates]
    if isinstance(outlier_rate, Real):
        return told[0]
    return Certificates(tuple(told), several, float(confidence_level))


def outliers_of(residual: FloatArray, threshold: float, side: Side) -> BoolArray:
    """Say which residuals are too large: on either side, or too high only."""
    size = residual if side == "over" else np.abs(residual)
    outlier: BoolArray = size > threshold
    return outlier


def _rows(
    what: str, expected_error: ArrayLike, residual: ArrayLike, threshold: float, side: Side
) -> tuple[FloatArray, BoolArray]:
    n_rows = np.size(expected_error)
    if n_rows == 0:
        msg = f"There are no {what} rows: give at least 1 expected error and its residual."
        raise TableError(msg)
    scores = check_column(f"expected error of the {what} rows", expected_error, n_rows)
    residuals = check_column(f"residual of the {what} rows", residual, n_rows)
    return scores, outliers_of(residuals, threshold, side)


def _scores_to_come(to_score: ArrayLike) -> FloatArray:
    n_rows = np.size(to_score)
    if n_rows == 0:
        msg = "There are no expected errors to score; leave `to_score` out."
        raise TableError(msg)
    return check_column("expected error to score", to_score, n_rows)


def _curves(
    cut_offs: CutOffs, history: tuple[ArrayLike, ArrayLike] | None, threshold: float, side: Side
) -> RiskCurves | None:
    """Say what is known of the risk before the calibration rows are looked at."""
    if history is None:
        return RiskCurves.of_scores(cut_offs, threshold, one_sided=side == "over")
    if not isinstance(history, tuple | list) or len(history) != 2:  # noqa: PLR2004 - a pair
        msg = "The history must be a pair (older_expected_error, older_residual)."
        raise OptionError(msg)
    return RiskCurves.of_history(cut_offs, *_rows("older", *history, threshold, side))


def _check_numbers(threshold: float, rates: Any, confidence_level: float) -> list[float]:
    """Hold numbers against their ranges, and return the rates as a list."""
    check_options(
        threshold=threshold, fraction=1.0, confidence_level=confidence_level, outlier_rates=rates
    )
    told = [float(rate) for rate in rates]
    if not told or len(set(told)) < len(told):
        msg = f"The outlier rates must be one or more, and differ, such as [0.05]; got {told}."
        raise OptionError(msg)
    for rate in told:
        if not 0 < rate < 1:
            msg = f"An outlier rate to certify must lie strictly between 0 and 1, got {rate:g}."
            raise OptionError(msg)
    return told


def _check_choices(side: str, several: str, error: str) -> None:
    if side not in get_args(Side):
        raise OptionError(not_one_of("side", side, get_args(Side)))
    if several not in get_args(Several):
        raise OptionError(not_one_of("way of several rates", several, get_args(Several)))
    error_scale(error)
