"""Estimates as they were told, and what people say of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from qconf.review.reasons import REASONS
from qconf.review.store.connected import Connected
from qconf.review.store.errors import NotFoundError
from qconf.review.store.records import EstimateRecord, Feedback, fields_of
from qconf.review.store.submissions import (
    Submission,
    as_json,
    check_inputs,
    check_value,
    checked_text,
)
from qconf.review.store.tables import ESTIMATES, FEEDBACK

__all__ = ["KeepsEstimates"]


class KeepsEstimates(Connected):
    """Estimates and feedback."""

    def add_estimates(self, estimates: Iterable[Mapping[str, Any]]) -> list[str]:
        """Keep estimates as they were told, in one transaction.

        Parameters
        ----------
        estimates : iterable of mapping
            ``row_key``, ``inputs`` and ``estimate``; ``key_columns``, ``model`` and
            ``explanation`` if known.

        Returns
        -------
        list of str
            Their ids, which cannot be guessed.
        """
        made_at = self._moment()
        rows = [{"made_at": made_at, **_estimate(one)} for one in estimates]
        if rows:
            with self._writing() as connection:
                connection.execute(ESTIMATES.insert(), rows)
        return [one["id"] for one in rows]

    def keep_estimate(self, estimate_id: str, told: Mapping[str, Any]) -> EstimateRecord:
        """Keep an estimate by an id that stands for what it is of: again, nothing is added.

        Parameters
        ----------
        estimate_id : str
            Which must not be one that can be guessed.
        told : mapping
            As in `add_estimates`.

        Returns
        -------
        EstimateRecord
            As it was kept the first time.
        """
        row = {"made_at": self._moment(), **_estimate(told), "id": estimate_id}
        there = select(ESTIMATES.c.id).where(ESTIMATES.c.id == estimate_id)
        # Of two who come at once, one may be told that the other was faster.
        with suppress(IntegrityError), self._writing() as connection:
            if connection.execute(there).first() is None:
                connection.execute(ESTIMATES.insert(), [row])
        return self.estimate(estimate_id)

    def estimate(self, estimate_id: str) -> EstimateRecord:
        """Return an estimate.

        Raises
        ------
        NotFoundError
        """
        with self._reading() as connection:
            return EstimateRecord.of(self._found_estimate(connection, estimate_id))

    def add_feedback(
        self,
        estimate_id: str,
        *,
        who: str,
        reason: str,
        idempotency_key: str | None = None,
        **said: Any,
    ) -> int:
        """Keep what somebody says of an estimate.

        Parameters
        ----------
        estimate_id : str
        who : str
        reason : str
            One of `qconf.review.reasons.REASONS`.
        idempotency_key : str, default=None
            The same for the same submission, however often it is sent.
        **said
            ``text``; ``corrected``, inputs by name; ``own_value``; ``comparables``, a list.

        Returns
        -------
        int
            The number of the feedback.

        Raises
        ------
        OptionError
            If something breaks its rule.
        NotFoundError
            If there is no such estimate.
        ConflictError
            If the key was used for something else.
        """
        submission = Submission.checked(REASONS, who=who, reason=reason, **said)
        with self._reading() as connection:
            estimate = EstimateRecord.of(self._found_estimate(connection, estimate_id))
        check_inputs(submission, estimate.inputs)
        check_value(submission, estimate.estimate.get("prediction"))
        row = {"estimate_id": estimate_id, "given_at": self._moment(), **submission.columns}
        return self._add_once(FEEDBACK, row, submission.digest(estimate_id), idempotency_key)

    def feedback(self, estimate_id: str | None = None) -> list[Feedback]:
        """Return what was said of an estimate, or of all, the oldest first."""
        kept = [column for column in FEEDBACK.c if column.name not in ("idempotency_key", "digest")]
        told = select(*kept, ESTIMATES.c.row_key, ESTIMATES.c.key_columns, ESTIMATES.c.inputs)
        told = told.join(ESTIMATES).order_by(FEEDBACK.c.id)
        if estimate_id is not None:
            told = told.where(FEEDBACK.c.estimate_id == estimate_id)
        with self._reading() as connection:
            return [Feedback(**fields_of(row)) for row in connection.execute(told)]

    def flagged(self) -> dict[str, int]:
        """Return how often people said something of each row, by its key."""
        told = select(ESTIMATES.c.row_key, func.count()).join_from(FEEDBACK, ESTIMATES)
        told = told.group_by(ESTIMATES.c.row_key).order_by(ESTIMATES.c.row_key)
        with self._reading() as connection:
            return {key: int(count) for key, count in connection.execute(told)}

    def _found_estimate(self, connection: Connection, estimate_id: str) -> Any:
        asked = select(ESTIMATES).where(ESTIMATES.c.id == estimate_id)
        # PostgreSQL would refuse to look for NUL; no id has one.
        found = None if "\0" in estimate_id else connection.execute(asked).first()
        if found is None:
            msg = f"There is no estimate {estimate_id!r}; the link that came with it has its id."
            raise NotFoundError(msg)
        return found


def _optional(what: str, value: Any) -> str | None:
    return None if value is None else as_json(what, value)


def _estimate(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": secrets.token_urlsafe(16),
        "row_key": checked_text("key of a row", told["row_key"]),
        "key_columns": as_json("columns of the key", list(told.get("key_columns", ()))),
        "model": checked_text("model", told.get("model", ""), empty=True),
        "inputs": as_json("inputs", dict(told["inputs"])),
        "estimate": as_json("estimate", dict(told["estimate"])),
        "explanation": _optional("explanation", told.get("explanation")),
    }
