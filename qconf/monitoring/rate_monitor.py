"""Watch whether the rate of outliers stays at its limit, row by row, at any time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np

from qconf._types import ArrayLike, FloatArray, IntArray
from qconf.core.validation import check_column
from qconf.errors import OptionError, TableError, not_one_of
from qconf.monitoring.alarm import Alarm
from qconf.monitoring.bets import Bets
from qconf.monitoring.detector import ChangeDetector
from qconf.probability.options import check_level

__all__ = ["RateMonitor"]

#: Rates that are bet on, as multiples of the odds of the limit, and their shares of the stake.
#: Tuned for rates of 1.5 to 2.5 times the limit (docs/decisions/0037-monitors.md).
_ODDS = np.array([1.2, 1.6, 2.0, 2.4, 2.8, 3.2, 3.6])
_SHARES = np.array([0.05, 0.10, 0.10, 0.15, 0.20, 0.20, 0.20])
_FEWEST_ROWS_PER_ALARM = 2


class RateMonitor:
    """Raise an alarm when a rate is above its limit, however often one looks.

    Parameters
    ----------
    limit : float
        The rate that is promised, strictly between 0 and 1.
    false_alarm : float, default=0.05
        ``"level"``: with what probability there is ever an alarm while the rate is at most the
        limit.
    kind : {"level", "change"}, default="level"
        ``"level"`` asks whether the rate has been above the limit since the beginning: a mixture
        of likelihood ratios, which is a test martingale. ``"change"`` finds a change after many
        good rows sooner (Shiryaev and Roberts), but raises false alarms from time to time.
    run_length : int, default=20000
        ``"change"``: how many rows there are at least between false alarms, on average.

    Attributes
    ----------
    alarm : Alarm or None
        The first one; later rows do not take it back.
    n_rows : int

    Notes
    -----
    Both hold for rows in any order and of any dependence, as long as the rate of each row, given
    all rows before it, is at most the limit (Ville 1939; for changes Shin, Ramdas & Rinaldo 2024,
    "E-detectors", NEJSDS). Rows of one house or one seller break that when they err together.

    Examples
    --------
    >>> import numpy as np
    >>> monitor = RateMonitor(limit=0.06)
    >>> outlier = np.random.default_rng(0).random(2000) < 0.12
    >>> monitor.update(outlier).alarm.n_rows < 300
    True
    """

    def __init__(
        self,
        limit: float,
        false_alarm: float = 0.05,
        *,
        kind: Literal["level", "change"] = "level",
        run_length: int = 20_000,
    ) -> None:
        check_level("limit", limit)
        check_level("false alarm", false_alarm)
        if kind not in {"level", "change"}:
            raise OptionError(not_one_of("kind", kind, ("level", "change")))
        is_whole = isinstance(run_length, int) and not isinstance(run_length, bool)
        if not is_whole or run_length < _FEWEST_ROWS_PER_ALARM:
            msg = f"The run length must be a whole number >= 2 of rows, got {run_length!r}."
            raise OptionError(msg)
        self.limit, self.false_alarm = float(limit), float(false_alarm)
        self.kind, self.run_length = kind, run_length
        odds = _ODDS * limit / (1 - limit)
        rates = odds / (1 + odds)
        self._log_returns = np.log([(1 - rates) / (1 - limit), rates / limit])
        self._bets = Bets(_SHARES)
        self._detector = ChangeDetector(np.exp(self._log_returns), _SHARES, float(run_length))
        self.n_outliers = 0
        self.alarm: Alarm | None = None

    @property
    def n_rows(self) -> int:
        """Rows that were seen."""
        return self._bets.n_rows

    @property
    def e_value(self) -> float:
        """Evidence that the rate is above its limit; at most 1 on average if it is not."""
        return self._bets.e_value

    def update(self, outlier: ArrayLike) -> Self:
        """Take in rows, in the order of their decisions as far as that is known.

        Parameters
        ----------
        outlier : array-like of shape (n_rows,)
            0 or 1, False or True.

        Returns
        -------
        RateMonitor

        Raises
        ------
        TableError
            If something else is in it.
        """
        came = check_column("outlier", outlier, np.size(outlier))
        if not np.isin(came, (0.0, 1.0)).all():
            msg = "Outliers must be told by 0 and 1, or by False and True; other values are there."
            raise TableError(msg)
        hit = came.astype(np.intp)
        path = self._bets.path(self._log_returns[hit])
        at = self._first(hit, path)
        seen = len(hit) if at is None else at + 1
        self._bets.follow(path[:seen])
        self.n_outliers += int(hit[:seen].sum())
        if at is not None and self.alarm is None:
            self.alarm = self._raised()
        self._bets.follow(path[seen:])
        self.n_outliers += int(hit[seen:].sum())
        return self

    def _first(self, hit: IntArray, path: FloatArray) -> int | None:
        """Return the first row with an alarm, if any."""
        if self.kind == "change":
            return self._detector.advance(hit)
        crossed = np.flatnonzero(self._bets.mixed(path) >= -np.log(self.false_alarm))
        return int(crossed[0]) if len(crossed) else None

    def _raised(self) -> Alarm:
        rows, began = self.n_rows, min(self._bets.began, self.n_rows - 1)
        evidence = self._bets.e_value if self.kind == "level" else self._detector.sum
        rate = self.n_outliers / rows
        what = "outlier rate" if self.kind == "level" else "change of the outlier rate"
        return Alarm(what, rows, began, rate, self.limit, evidence)

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON: a few dozen numbers."""
        return {
            "limit": self.limit,
            "kind": self.kind,
            "bets": self._bets.state,
            "detector": self._detector.state,
            "outliers": self.n_outliers,
            "alarm": None if self.alarm is None else self.alarm.to_dict(),
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Go on from the state of a monitor with the same parameters.

        Raises
        ------
        ValueError
            If it is of another monitor.
        """
        if state["limit"] != self.limit or state["kind"] != self.kind:
            msg = "the state is of a monitor with another limit"
            raise ValueError(msg)
        self._bets.restore(state["bets"])
        self._detector.restore(state["detector"])
        self.n_outliers = int(state["outliers"])
        self.alarm = None if state["alarm"] is None else Alarm.from_dict(state["alarm"])
        return self
