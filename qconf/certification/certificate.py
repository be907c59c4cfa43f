"""Hold a cut-off with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from qconf._types import ArrayLike, BoolArray
from qconf.certification.binomial import batch_limit
from qconf.certification.periods import PeriodPromise
from qconf.certification.remedies import Remedies
from qconf.core.estimate import Estimate
from qconf.errors import OptionError, TableError

if TYPE_CHECKING:
    from qconf.report.certified_risk import CertifiedRiskDisplay

__all__ = ["Certificate", "Side"]

#: An outlier is off by too much on either side, or too high only.
Side = Literal["both", "over"]


@dataclass(frozen=True, eq=False, repr=False)
class Certificate:
    """The largest expected error that can be acted on, and what is promised of the rows below.

    With probability `confidence_level` (over calibration samples), at most the share `limit` of
    all rows like the calibration rows whose expected error is at most `cut_off` are outliers. It
    holds for the pair of models that scored the calibration rows, and ends when either is fitted
    again.

    Attributes
    ----------
    cut_off : float
        Rows are accepted whose expected error is at most this; −inf if nothing is certified.
    certified : bool
    limit : float
        The outlier rate that is promised.
    confidence_level : float
        Of this promise; with several joint ones, what was left for this one.
    coverage : float
        Share of the calibration rows that the cut-off accepts.
    outlier_rate : Estimate
        What was observed among them, with a two-sided interval; not a number if there are none.
    bound : float
        The one-sided limit of Clopper and Pearson at the cut-off: what its own test would still
        have passed, at most `limit`. The cut-off was chosen among several, so that what is
        proven is the limit, and not this. 1 if nothing is certified.
    n_accepted, n_outliers, n_rows : int
        Calibration rows up to the cut-off, outliers among them, and all.
    n_effective : float
        How many independent rows those accepted are worth; fewer than `n_accepted` with groups.
    n_groups : int or None
    threshold : float
    side : {"both", "over"}
    error : str
        The error scale, for words.
    path : DataFrame of shape (n_tests, 7)
        Each test in its order: ``cut_off``, ``coverage``, ``n``, ``outliers``, ``n_effective``,
        ``p_value``, ``passed``.
    curve : DataFrame of shape (n_cut_offs, 4)
        All cut-offs, tested or not: ``cut_off``, ``coverage``, ``outlier_rate``, ``bound``.
    start : str
        What the start was chosen by: ``"older rows"``, ``"expected errors"`` or ``"power"``.
    period : PeriodPromise or None
        The second promise, of a whole period; None without periods.
    remedies : Remedies or None
        What helps, where nothing is certified.
    """

    #: Rows of the next batch that words and plain numbers tell of.
    BATCH: ClassVar[int] = 200

    cut_off: float
    certified: bool
    limit: float
    confidence_level: float
    coverage: float
    outlier_rate: Estimate
    bound: float
    n_accepted: int
    n_outliers: int
    n_rows: int
    n_effective: float
    n_groups: int | None
    threshold: float
    side: Side
    error: str
    path: pd.DataFrame
    curve: pd.DataFrame
    start: str
    period: PeriodPromise | None
    remedies: Remedies | None

    def accepts(self, expected_error: ArrayLike) -> BoolArray:
        """Say which rows can be acted on.

        Parameters
        ----------
        expected_error : array-like of shape (n_samples,)
            By the estimator that scored the calibration rows, of the same fit.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
            False where the expected error is missing.

        Raises
        ------
        TableError
            If expected errors are no numbers.
        """
        try:
            scores = np.asarray(expected_error, dtype=np.float64)
        except (TypeError, ValueError) as error:
            msg = f"Expected errors must be numbers, one a row: {error}."
            raise TableError(msg) from error
        accepted: BoolArray = scores <= self.cut_off
        return accepted

    def proves(self, cut_off: float) -> bool:
        """Say whether the promise is proven of a cut-off: it was tested on the way, and passed.

        All that passed are proven at once, so that one of them may be chosen afterwards, by what
        it is worth, say.
        """
        passed = self.path["cut_off"][self.path["passed"]]
        return self.certified and bool((passed == cut_off).any())

    def next_batch(self, n_rows: int) -> int:
        """Limit the number of outliers among the next rows that are accepted.

        A rate that holds on average over all rows says little of 200 of them. This does, for
        independent rows, at the certificate's confidence level.

        Parameters
        ----------
        n_rows : int
            How many rows will be accepted, at least 1.

        Returns
        -------
        int

        Raises
        ------
        OptionError
            If nothing is certified, or the number is no positive integer.
        """
        if not self.certified:
            msg = "Nothing is certified, so no row is accepted: there is no next batch."
            raise OptionError(msg)
        if isinstance(n_rows, bool) or not isinstance(n_rows, int | np.integer) or n_rows < 1:
            msg = f"The number of rows of a batch must be an integer >= 1, got {n_rows!r}."
            raise OptionError(msg)
        events = self.outlier_rate.value * self.n_effective
        return batch_limit(events, self.n_effective, int(n_rows), self.confidence_level)

    def to_dict(self) -> dict[str, Any]:
        """Return all but the curve as plain numbers; None where there is none."""
        known = self.n_accepted > 0
        return {
            "promise": "rows like the calibration rows",
            "certified": self.certified,
            "cut_off": self.cut_off if self.certified else None,
            "coverage": self.coverage,
            "limit": self.limit,
            "confidence_level": self.confidence_level,
            "outlier_rate": self.outlier_rate.to_dict() if known else None,
            "bound": self.bound if self.certified else None,
            "next_batch": (
                {"n": self.BATCH, "outliers": self.next_batch(self.BATCH)}
                if self.certified
                else None
            ),
            "threshold": self.threshold,
            "side": self.side,
            "error": self.error,
            "rows": self.n_rows,
            "groups": self.n_groups,
            "accepted": self.n_accepted,
            "outliers": self.n_outliers,
            "n_effective": self.n_effective,
            "start": self.start,
            "tests": self.path.to_dict("records"),
            "period": None if self.period is None else self.period.to_dict(),
            "help": None if self.remedies is None else self.remedies.to_dict(),
        }

    def __str__(self) -> str:
        """Return the promise in plain words, one sentence a line."""
        from qconf.certification.wording import certificate_lines  # noqa: PLC0415 - to print only

        return "\n".join(certificate_lines(self))

    def __repr__(self) -> str:
        """Return a line: the cut-off, the coverage, the rate."""
        what = f"expected error <= {self.cut_off:.4g}" if self.certified else "nothing certified"
        return (
            f"<Certificate: {what}, {100 * self.coverage:.1f} % of {self.n_rows:,} rows, at most "
            f"{100 * self.limit:g} % outliers>"
        )

    def _repr_html_(self) -> str:
        """Return the same sentences for a notebook, as paragraphs."""
        from qconf.certification.wording import certificate_lines  # noqa: PLC0415
        from qconf.report.html import as_html  # noqa: PLC0415

        return as_html(*certificate_lines(self))

    def plot(self, *, ax: Any = None) -> CertifiedRiskDisplay:
        """Draw the risk-coverage curve with the certified cut-off; needs ``qconf[plots]``.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        CertifiedRiskDisplay
        """
        from qconf.report.certified_risk import CertifiedRiskDisplay  # noqa: PLC0415

        certified = self.coverage if self.certified else None
        return CertifiedRiskDisplay(self.curve, self.limit, certified).plot(ax=ax)
