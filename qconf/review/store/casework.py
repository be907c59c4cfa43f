"""Cases: queued, taken, decided, and decided otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from qconf.errors import OptionError
from qconf.review.reasons import DECISIONS
from qconf.review.result import as_records
from qconf.review.store.case_order import CaseFilter
from qconf.review.store.cases import check_not_taken, count_by_state, found_case, found_cases
from qconf.review.store.connected import written
from qconf.review.store.errors import ConflictError
from qconf.review.store.paging import PagesCases
from qconf.review.store.records import CaseRecord, Decision, Lock, fields_of
from qconf.review.store.submissions import (
    Submission,
    check_inputs,
    check_says_which,
    check_value,
    checked_text,
)
from qconf.review.store.tables import CASES, DECIDED, LOCKS

if TYPE_CHECKING:
    from qconf.review.result import ReviewQueue

__all__ = ["KeepsCases"]

_LONGEST_LOCK = 24 * 60


class KeepsCases(PagesCases):
    """Cases, locks and decisions."""

    def add_queue(self, queue: ReviewQueue) -> list[int]:
        """Add the cases of a queue; the same queue again adds nothing.

        Returns
        -------
        list of int
            The numbers of its cases, by rank.
        """
        queued_at, digest = self._moment(), queue.digest
        rows = [{"queue": digest, "queued_at": queued_at, **one} for one in as_records(queue)]
        known = select(CASES.c.id).where(CASES.c.queue == digest).order_by(CASES.c.rank)
        with self._writing() as connection:
            there = list(connection.execute(known).scalars())
            if rows and not there:
                connection.execute(CASES.insert(), rows)
                there = list(connection.execute(known).scalars())
        return there

    def queued(self) -> set[str]:
        """Return the keys of all rows that have been queued."""
        with self._reading() as connection:
            return set(connection.execute(select(CASES.c.row_key)).scalars())

    def case(self, case_id: int) -> CaseRecord:
        """Return a case.

        Raises
        ------
        NotFoundError
        """
        with self._reading() as connection:
            return found_case(connection, case_id, self._moment())

    def cases(
        self,
        *,
        decided: bool | None = None,
        drawn_by: str | None = None,
        limit: int | None = None,
        explained: bool = True,
    ) -> list[CaseRecord]:
        """Return cases: the newest queue first, and by rank.

        Parameters
        ----------
        decided : bool, default=None
            Those that are decided, or that are not; None is all.
        drawn_by : str, default=None
            Those that one source brought.
        limit : int, default=None
        explained : bool, default=True
            Whether they come with their explanations, which are most of what is kept of them.
        """
        with self._reading() as connection:
            return found_cases(
                connection, self._moment(), CaseFilter(decided, drawn_by), limit=limit,
                explained=explained,
            )  # fmt: skip

    def counts(self) -> dict[str, int]:
        """Count cases that are ``decided`` and ``open``, and ``feedback``."""
        with self._reading() as connection:
            return count_by_state(connection)

    def open_case(self, case_id: int, who: str, *, minutes: float = 15) -> Lock:
        """Take a case, so that nobody else decides it meanwhile; again, to keep it longer.

        Parameters
        ----------
        case_id : int
        who : str
        minutes : float, default=15
            After which it is free again.

        Raises
        ------
        NotFoundError
        ConflictError
            If somebody else has it.
        """
        if not 0 < minutes <= _LONGEST_LOCK:
            msg = f"A case is held for up to {_LONGEST_LOCK} minutes, got {minutes!r}."
            raise OptionError(msg)
        return self._lock(case_id, who, timedelta(minutes=minutes))

    def release_case(self, case_id: int, who: str) -> None:
        """Give a case back that one has taken.

        Raises
        ------
        NotFoundError
        ConflictError
            If somebody else has it.
        """
        self._lock(case_id, who, timedelta(0))

    def decide(
        self,
        case_id: int,
        *,
        who: str,
        reason: str,
        supersedes: int | None = None,
        idempotency_key: str | None = None,
        **said: Any,
    ) -> int:
        """Keep what somebody decides of a case.

        Parameters
        ----------
        case_id : int
        who : str
        reason : str
            One of `qconf.review.reasons.DECISIONS`.
        supersedes : int, default=None
            The decision in force, to be replaced; it is kept.
        idempotency_key : str, default=None
        **said
            As in `add_feedback`.

        Returns
        -------
        int
            The number of the decision.

        Raises
        ------
        OptionError, NotFoundError
        ConflictError
            If the case is decided and that was not said, or somebody else has it open, or the key
            was used for something else.
        """
        submission = Submission.checked(DECISIONS, who=who, reason=reason, **said)
        before = 0 if supersedes is None else supersedes
        digest = submission.digest([case_id, before])
        if idempotency_key is not None:
            done = self._number_of(DECIDED, idempotency_key, digest)
            if done is not None:
                return done
        with self._reading() as connection:
            case = found_case(connection, case_id, self._moment())
        check_inputs(submission, case.inputs)
        check_says_which(submission)
        check_value(submission, case.prediction)
        check_not_taken(case, who)
        _check_in_force(case, before)
        row = {
            "case_id": case_id, "supersedes": before, "decided_at": self._moment(),
            **submission.columns,
        }  # fmt: skip
        return self._add_once(DECIDED, row, digest, idempotency_key)

    def decisions(self, case_id: int | None = None) -> list[Decision]:
        """Return all decisions of a case, or of all cases, superseded ones too."""
        kept = [column for column in DECIDED.c if column.name not in ("idempotency_key", "digest")]
        told = select(*kept).order_by(DECIDED.c.id)
        if case_id is not None:
            told = told.where(DECIDED.c.case_id == case_id)
        with self._reading() as connection:
            return [Decision(**fields_of(row)) for row in connection.execute(told)]

    def _lock(self, case_id: int, who: str, length: timedelta) -> Lock:
        checked_text("name of who says so", who)
        with self._writing() as connection:
            # Two who come at once take turns: at the file, or at the row of the case.
            connection.execute(select(CASES.c.id).where(CASES.c.id == case_id).with_for_update())
            now = self._now()
            case = found_case(connection, case_id, written(now))
            check_not_taken(case, who)
            lock = Lock(case_id, who, written(now), written(now + length))
            connection.execute(LOCKS.insert().values(**vars(lock)))
        return lock


def _check_in_force(case: CaseRecord, before: int) -> None:
    known = case.decision
    if known is None and before:
        msg = f"Case {case.id} has no decision {before} to supersede: it is not decided yet."
        raise ConflictError(msg)
    if known is not None and known.id != before:
        msg = (
            f"Case {case.id} was decided as {known.reason!r} by {known.who} at "
            f"{known.decided_at[:16]}; to supersede that, name decision {known.id} (--supersede)."
        )
        raise ConflictError(msg)
