"""Hold rows against what was promised of a model, batch after batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qconf.errors import TableError
from qconf.monitoring.alarm import Alarm
from qconf.monitoring.ledger import Ledger, Sorted
from qconf.monitoring.periods import Periods
from qconf.monitoring.plan import Plan
from qconf.monitoring.rows import DecidedRows

__all__ = ["Raised", "Watch"]

#: Periods of each monitor that are remembered.
_MOST_MARKS = 200


@dataclass(frozen=True)
class Raised:
    """An alarm, with where it stands among the decisions.

    Attributes
    ----------
    monitor : str
    alarm : Alarm
    batch : int
        The number of the update that raised it, from 1.
    since : str
        Period of the decision at which it seems to have begun.
    missing : int
        Outcomes that were outstanding then.
    """

    monitor: str
    alarm: Alarm
    batch: int
    since: str
    missing: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values of JSON."""
        return {
            "monitor": self.monitor,
            **self.alarm.to_dict(),
            "batch": self.batch,
            "since": self.since,
            "missing": self.missing,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        kept = dict(plain)
        own = {name: kept.pop(name) for name in ("monitor", "batch", "since", "missing")}
        return cls(alarm=Alarm.from_dict(kept), **own)


class Watch:
    """All monitors of a model, with one probability of a false alarm for all of them.

    The e-values of the monitors are averaged, whatever they have to do with each other. A row
    counts once when it was decided on, and once when its outcome comes, in the order of the
    decisions within an update. Nothing that was counted is ever counted anew: an outcome that
    is changed later moves nothing.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    raised : list of Raised
        Alarms, in the order in which they came; none is taken back.
    periods : Periods
    n_batches : int
        Updates with something new in them.
    last : Sorted or None
        What was new in the last update.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.monitors = plan.monitors()
        self.periods = Periods(plan)
        self.raised: list[Raised] = []
        self.n_batches = 0
        self.last: Sorted | None = None
        self._ledger = Ledger()
        #: After how many rows of each monitor a period began.
        self._marks: dict[str, list[list[Any]]] = {name: [] for name in self.monitors}

    @property
    def n_outstanding(self) -> int:
        """How many rows have no outcome yet."""
        return self._ledger.n_outstanding

    @property
    def e_value(self) -> float:
        """Evidence of all monitors against "all is as it was"; at most 1 on average if it is."""
        held = [one for one in self.monitors.values() if one.share]
        return float(sum(one.share * one.monitor.e_value for one in held))

    @property
    def alarm(self) -> Raised | None:
        """The first alarm."""
        return self.raised[0] if self.raised else None

    def update(self, rows: DecidedRows) -> Self:
        """Take in rows: new ones, and those whose outcome has come.

        Parameters
        ----------
        rows : DecidedRows
            In any order; rows that were counted before are left out.

        Returns
        -------
        Watch

        Raises
        ------
        TableError
            If an expected error is no number.
        """
        if not np.isfinite(rows.expected).all():
            msg = "Every row needs an expected error; some are missing or infinite."
            raise TableError(msg)
        found = self._ledger.sort_out(rows.keys, np.isfinite(rows.residual), rows.time)
        self.last = found
        if not len(found.decided) and not len(found.settled):
            return self
        self.n_batches += 1
        decided, settled = rows.take(found.decided), rows.take(found.settled)
        self.periods.decided(decided)
        self.periods.settled(settled)
        self.periods.forecast()
        for name, one in self.monitors.items():
            new = settled if one.needs_outcome else decided
            if len(new):
                self._feed(name, new)
        self._look()
        return self

    def _feed(self, name: str, rows: DecidedRows) -> None:
        """Feed a monitor period by period, to remember where each began."""
        one = self.monitors[name]
        borders = np.flatnonzero(rows.period[1:] != rows.period[:-1]) + 1
        marks = self._marks[name]
        for part in np.split(np.arange(len(rows), dtype=np.intp), borders):
            label = str(rows.period[part[0]])
            if not marks or marks[-1][1] != label:
                marks.append([one.monitor.n_rows, label])
            if name != "valuation":
                one.feed(rows.take(part))
        if name == "valuation":
            one.feed(rows)
        del marks[:-_MOST_MARKS]

    def _look(self) -> None:
        """Raise the alarms that are due: of one monitor, or of the evidence of all together."""
        told = {one.monitor for one in self.raised}
        for name, one in self.monitors.items():
            if one.monitor.alarm is not None and name not in told:
                self._raise(name, one.monitor.alarm)
        if not self.raised and self.e_value >= 1 / self.plan.false_alarm:
            shares = {
                name: one.share * one.monitor.e_value
                for name, one in self.monitors.items()
                if one.share
            }
            name = max(shares, key=lambda one: shares[one])
            watched = self.monitors[name].monitor
            self._raise(
                name,
                Alarm(
                    f"several signs, most of all {name}",
                    watched.n_rows,
                    0,
                    self.e_value,
                    1 / self.plan.false_alarm,
                    self.e_value,
                ),
            )

    def _raise(self, name: str, alarm: Alarm) -> None:
        since = [label for first, label in self._marks[name] if first <= alarm.began]
        began = since[-1] if since else self._marks[name][0][1]
        self.raised.append(Raised(name, alarm, self.n_batches, began, self.n_outstanding))

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {
            "monitors": {name: one.monitor.state for name, one in self.monitors.items()},
            "periods": self.periods.state,
            "raised": [one.to_dict() for one in self.raised],
            "batches": self.n_batches,
            "ledger": self._ledger.state,
            "marks": self._marks,
        }

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Go on from the state of a watch with the same plan.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is of another plan, or damaged.
        """
        if set(state["monitors"]) != set(self.monitors):
            msg = "the state has other monitors than this model"
            raise ValueError(msg)
        for name, one in self.monitors.items():
            one.monitor.restore(state["monitors"][name])
        self.periods.restore(state["periods"])
        self.raised = [Raised.from_dict(one) for one in state["raised"]]
        self.n_batches = int(state["batches"])
        self._ledger.restore(state["ledger"])
        self._marks = {name: [list(one) for one in state["marks"][name]] for name in self.monitors}
        return self
