"""Is the forecast standard deviation what its name says? Band by band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from qconf._types import BoolArray, FloatArray
from qconf.avm.measures import MeanOf
from qconf.avm.number_format import NumberFormat
from qconf.avm.portfolio import Portfolio
from qconf.avm.sections.asked import Asked, Figure
from qconf.avm.verdicts import Range
from qconf.evaluation.metrics.row_metric import RowMetric

__all__ = ["ask_fsd", "fsd_verdict"]

#: An FSD is right if it is off by no more than this part of itself.
_TOLERANCE = 0.1
_EDGES = (0.05, 0.10, 0.15, 0.20, 0.30)


def _share_within(n_fsd: float) -> tuple[float, float]:
    """Say which shares a normal error has inside, if the FSD is off by the tolerance."""
    shares = (2 * norm.cdf(n_fsd / (1 + one)) - 1 for one in (_TOLERANCE, -_TOLERANCE))
    low, high = shares
    return float(low), float(high)


def _within(n_fsd: int) -> RowMetric:
    return RowMetric(
        name=f"within_{n_fsd}_fsd",
        label=f"within {n_fsd} FSD",
        description=f"share of rows with an error of at most {n_fsd} FSD",
        per_row=lambda z, _: np.abs(z) <= n_fsd,
    )


#: 68.3 and 95.4 % of normal errors; the ranges allow for the tolerance.
WITHIN_1, WITHIN_2 = _within(1), _within(2)
Z_RMS = RowMetric(
    name="z_rms",
    label="z rms",
    description="root mean square of error / FSD, 1 if the FSD is right",
    per_row=lambda z, _: z**2,
    unit="error",
    bounds=(0.0, np.inf),
)
_ACCEPTED = {
    WITHIN_1: Range(*_share_within(1)),
    WITHIN_2: Range(*_share_within(2)),
    # The errors are so many times the FSD: the other way round than the FSD itself.
    Z_RMS: Range(1 - _TOLERANCE, 1 + _TOLERANCE),
}


def ask_fsd(portfolio: Portfolio) -> Iterator[Asked]:
    """Ask how many rows are within one and two FSD, in all and in each band of the FSD."""
    if portfolio.fsd is None:
        return
    fsd, known = portfolio.fsd, np.isfinite(portfolio.fsd)
    if not known.any():
        return
    z = np.divide(portfolio.residual, fsd, out=np.zeros(len(fsd)), where=known)
    whole = _measures(z, known)
    yield _asked("all", fsd, whole)
    edges = (0.0, *_EDGES, np.inf)
    for low, high in pairwise(edges):
        members = known & (fsd > low) & (fsd <= high)
        if members.any():
            of_band = tuple(replace(one, members=members, whole=one) for one in whole)
            yield _asked(_named(low, high), fsd, of_band)


def fsd_verdict(figures: Mapping[str, Figure], given: Mapping[str, float]) -> str:
    """Put the three figures of an FSD together.

    Returns
    -------
    str
        ``"too low"`` or ``"too high"`` if a figure shows it and none the opposite; ``"right"`` if
        all are in range; ``"fat tails"`` if fewer rows than said are within two FSD, or errors
        are larger than said, though more than said are within one; else ``"cannot say"``.
    """
    del given
    votes = {_of_fsd(one) for one in figures.values()}
    if {"too low", "too high"} <= votes:
        return "fat tails"
    for shown in ("too low", "too high"):
        if shown in votes:
            return shown
    return "right" if votes == {"in range"} else "cannot say"


def _of_fsd(figure: Figure) -> str | None:
    """Say what a figure says of the FSD: many rows within it, and small errors, make it high."""
    if figure.name == Z_RMS.name:
        turned = {"too low": "too high", "too high": "too low"}
        return turned.get(str(figure.verdict), figure.verdict)
    return figure.verdict


def _measures(z: FloatArray, members: BoolArray) -> tuple[MeanOf, ...]:
    shares = (
        MeanOf(metric, metric.values(z, 0.0), members, accepted=_ACCEPTED[metric])
        for metric in (WITHIN_1, WITHIN_2)
    )
    return (*shares, _z_rms(z, members))


def _z_rms(z: FloatArray, members: BoolArray) -> MeanOf:
    squares, accepted = Z_RMS.values(z, 0.0), _ACCEPTED[Z_RMS]
    return MeanOf(Z_RMS, squares, members, root=True, accepted=accepted, written=NumberFormat(2))


def _asked(band: str, fsd: FloatArray, measures: tuple[MeanOf, ...]) -> Asked:
    members = measures[0].members
    mean = float(fsd[members].mean())
    return Asked(band, int(members.sum()), measures, {"mean_fsd": mean}, fsd_verdict)


def _named(low: float, high: float) -> str:
    if high == np.inf:
        return f"above {100 * low:g} %"
    return f"up to {100 * high:g} %" if low == 0 else f"{100 * low:g} to {100 * high:g} %"
