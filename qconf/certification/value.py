"""The cut-off that is worth most, for those who know what right and wrong acceptances are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from qconf._types import ArrayLike, BoolArray, FloatArray
from qconf.certification.certificate import Certificate, Side
from qconf.certification.certify import outliers_of
from qconf.certification.cut_offs import CutOffs
from qconf.certification.wording import value_lines
from qconf.certification.worth import Worth, amounts_of, highest
from qconf.core.conventions import check_options, check_seed
from qconf.core.estimate import Estimate
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError, not_one_of
from qconf.evaluation.sampling import row_codes

if TYPE_CHECKING:
    from qconf.report.value_curve import ValueCurveDisplay

__all__ = ["ValueCurve", "value_curve"]


@dataclass(frozen=True, eq=False, repr=False)
class ValueCurve:
    """What acting on rows up to each cut-off is worth; not acting on a row is worth nothing.

    Attributes
    ----------
    cut_off : float
        The one with the highest value on these rows; −inf if acting on none is best.
    coverage : float
        Share of the rows that it accepts.
    outlier_rate : float
        Among these; not a number if there are none.
    value : Estimate
        What choosing a cut-off in this way is worth, a row of the table (accepted or not): chosen
        on four fifths of the rows and measured on the last, five times, so that it is not the
        highest of many numbers that were all measured on the same rows.
    curve : DataFrame of shape (n_cut_offs, 7)
        ``cut_off``, ``coverage``, ``outlier_rate``, ``value`` a row, ``low`` and ``high``, each
        interval on its own; ``alike``: whether the value is not distinguishable from the highest.
    n_rows : int
    confidence_level : float
    """

    cut_off: float
    coverage: float
    outlier_rate: float
    value: Estimate
    curve: pd.DataFrame
    n_rows: int
    confidence_level: float
    _worth: Worth
    _chosen: FloatArray

    @property
    def cut_off_interval(self) -> tuple[float, float] | None:
        """The lowest and the highest cut-off that may be best: paired, each on its own."""
        return self._ends("cut_off")

    @property
    def coverage_interval(self) -> tuple[float, float] | None:
        """What share of the rows these two accept."""
        return self._ends("coverage")

    def _ends(self, column: str) -> tuple[float, float] | None:
        alike = self.curve.loc[self.curve["alike"], column]
        return (float(alike.min()), float(alike.max())) if len(alike) else None

    def value_at(self, cut_off: float) -> Estimate:
        """Say what acting up to a cut-off is worth that these rows had no say in.

        Parameters
        ----------
        cut_off : float
            −inf acts on no row.

        Returns
        -------
        Estimate
            A row of the table.
        """
        worth = self._worth
        return worth.mean(worth.amounts * (worth.scores <= cut_off), self.confidence_level)

    def price_of(self, certificate: Certificate) -> Estimate:
        """Say what a guarantee costs: `value` minus the value at the certified cut-off.

        Parameters
        ----------
        certificate : Certificate
            For expected errors of the same fit.

        Returns
        -------
        Estimate
            A row of the table, with a paired interval. Each row is valued at a cut-off that was
            chosen on other rows, so that the price is not that of the luckiest cut-off.
        """
        worth = self._worth
        guaranteed = worth.amounts * (worth.scores <= certificate.cut_off)
        return worth.mean(self._chosen - guaranteed, self.confidence_level)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, without the curve; None where there is none."""
        acts = self.coverage > 0
        return {
            "cut_off": self.cut_off if acts else None,
            "cut_off_interval": _listed(self.cut_off_interval),
            "coverage_interval": _listed(self.coverage_interval),
            "coverage": self.coverage,
            "outlier_rate": self.outlier_rate if acts else None,
            "value": self.value.to_dict(),
            "rows": self.n_rows,
            "confidence_level": self.confidence_level,
        }

    def __str__(self) -> str:
        """Return the decision in words."""
        return "\n".join(value_lines(self))

    def _repr_html_(self) -> str:
        """Return the same sentences for a notebook, as paragraphs."""
        from qconf.report.html import as_html  # noqa: PLC0415 - in notebooks only

        return as_html(*str(self).split("\n"))

    def __repr__(self) -> str:
        """Return a line."""
        return (
            f"<ValueCurve: highest at expected error <= {self.cut_off:.4g}, "
            f"{100 * self.coverage:.1f} % of {self.n_rows:,} rows, {self.value.value:.4g} a row>"
        )

    def plot(self, *, ax: Any = None) -> ValueCurveDisplay:
        """Draw value against coverage; needs the extra ``qconf[plots]``.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        ValueCurveDisplay
        """
        from qconf.report.value_curve import ValueCurveDisplay  # noqa: PLC0415

        return ValueCurveDisplay(self.curve, self.coverage).plot(ax=ax)


def value_curve(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    gain: float | ArrayLike = 1.0,
    loss: float | ArrayLike = 0.0,
    excess_loss: float | ArrayLike = 0.0,
    groups: ArrayLike | None = None,
    side: Side = "both",
    confidence_level: float = 0.95,
    cut_offs: int = 400,
    random_state: int = 0,
) -> ValueCurve:
    """Find the cut-off that maximises the expected value of acting.

    Parameters
    ----------
    expected_error : array-like of shape (n_samples,)
        Any score whose lower values mean more confidence, made without the truth.
    residual : array-like of shape (n_samples,)
        Signed (prediction − truth), on the error scale.
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    gain : float or array-like of shape (n_samples,), default=1
        What acting on a row is worth that is no outlier, in money.
    loss : float or array-like of shape (n_samples,), default=0
        What acting on an outlier costs, as a positive number.
    excess_loss : float or array-like of shape (n_samples,), default=0
        What acting on an outlier costs more for each unit of error beyond the threshold.
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together, for the intervals.
    side : {"both", "over"}, default="both"
        ``"over"`` counts over-valuation alone.
    confidence_level : float, default=0.95
    cut_offs : int, default=400
        How many cut-offs there are at most.
    random_state : int, default=0
        Deals rows into fifths.

    Returns
    -------
    ValueCurve

    Raises
    ------
    TableError
        If a column is not finite numbers, or lengths differ.
    OptionError
        If an option is outside its range, or nothing is lost by acting on outliers.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = np.exp(rng.normal(np.log(0.08), 0.5, size=4000))
    >>> residual = rng.normal(scale=sigma)
    >>> curve = value_curve(sigma, residual, threshold=0.15, gain=300.0, loss=4000.0)
    >>> round(curve.cut_off, 3), round(curve.coverage, 2), round(curve.value.value)
    (0.084, 0.54, 121)
    """
    check_options(
        threshold=threshold, fraction=1.0, confidence_level=confidence_level, outlier_rates=()
    )
    check_seed(random_state)
    if side not in get_args(Side):
        raise OptionError(not_one_of("side", side, get_args(Side)))
    n_rows = np.size(expected_error)
    if n_rows == 0:
        msg = "There are no rows: give at least 1 expected error and its residual."
        raise TableError(msg)
    scores = check_column("expected error", expected_error, n_rows)
    residuals = check_column("residual", residual, n_rows)
    outlier = outliers_of(residuals, threshold, side)
    good, bad, more = (
        amounts_of(name, given, n_rows)
        for name, given in (("gain", gain), ("loss", loss), ("excess loss", excess_loss))
    )
    if not (bad.any() or more.any()):
        msg = "Acting on outliers costs nothing, so all rows are accepted: give a loss > 0."
        raise OptionError(msg)
    values = np.where(outlier, -bad - more * (np.abs(residuals) - threshold), good)
    codes = None if groups is None else row_codes("group", groups, n_rows)
    worth = Worth(scores, values, codes)
    return _curve(worth, outlier, CutOffs.of(scores, cut_offs), confidence_level, random_state)


def _curve(
    worth: Worth,
    outlier: BoolArray,
    cut_offs: CutOffs,
    confidence_level: float,
    random_state: int,
) -> ValueCurve:
    """Sum up, choose, and tell how much the choice is worth."""
    n_rows = len(worth.scores)
    n = cut_offs.cumulated(worth.scores)
    rate = cut_offs.cumulated(worth.scores, outlier) / n
    mean, error = worth.up_to(cut_offs)
    deviates = float(norm.ppf((1 + confidence_level) / 2))
    best = highest(cut_offs, mean)
    less, of_less = worth.behind(cut_offs, best)
    chosen = int(np.searchsorted(cut_offs.scores, best))
    acts = best > -np.inf
    each = worth.cross_fitted(cut_offs, random_state)
    return ValueCurve(
        cut_off=best,
        coverage=float(n[chosen]) / n_rows if acts else 0.0,
        outlier_rate=float(rate[chosen]) if acts else np.nan,
        value=worth.mean(each, confidence_level),
        curve=pd.DataFrame(
            {
                "cut_off": cut_offs.scores,
                "coverage": n / n_rows,
                "outlier_rate": rate,
                "value": mean,
                "low": mean - deviates * error,
                "high": mean + deviates * error,
                # The best one is like itself, whatever rounding says.
                "alike": (less <= deviates * of_less) | (cut_offs.scores == best),
            }
        ),
        n_rows=n_rows,
        confidence_level=float(confidence_level),
        _worth=worth,
        _chosen=each,
    )


def _listed(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else list(ends)
