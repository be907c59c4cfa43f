"""The tables of a store, and what keeps them append-only.

Nothing is updated or deleted: a decision is superseded by a later one, a lock is released by a row
that says so. The database itself refuses anything else, whoever asks.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
)

__all__ = ["CASES", "DECIDED", "ESTIMATES", "FEEDBACK", "LOCKS", "METADATA", "SCHEMA", "STORE"]

#: Raised by one whenever tables change.
SCHEMA: Final = 1
METADATA = MetaData()

STORE = Table(
    "qconf_store",
    METADATA,
    Column("schema_version", Integer, primary_key=True),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
)
#: An estimate as it was told, with what it was told of.
ESTIMATES = Table(
    "qconf_estimates",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("row_key", Text, nullable=False),
    Column("key_columns", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("estimate", Text, nullable=False),
    Column("explanation", Text),
    Index("qconf_estimates_row_key", "row_key"),
)
#: What somebody said who saw an estimate.
FEEDBACK = Table(
    "qconf_feedback",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("estimate_id", Text, ForeignKey("qconf_estimates.id"), nullable=False, index=True),
    Column("given_at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("corrected", Text, nullable=False),
    Column("own_value", Float),
    Column("comparables", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
)
#: An estimate that is to be looked into, frozen as it was when it was queued.
CASES = Table(
    "qconf_cases",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("queue", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("row_key", Text, nullable=False, index=True),
    Column("key_columns", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("queued_at", Text, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("named_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("p_value", Float),
    Column("prediction", Float, nullable=False),
    Column("outcome", Float),
    Column("residual", Float),
    Column("expected_error", Float, nullable=False),
    Column("threshold", Float),
    Column("estimate", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("explanation", Text),
    UniqueConstraint("queue", "row_key"),
)
#: What a reviewer decided of a case. `supersedes` is the decision before it, 0 for the first: of
#: two who decide at the same time one finds that place taken.
DECIDED = Table(
    "qconf_decisions",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("qconf_cases.id"), nullable=False),
    Column("supersedes", Integer, nullable=False),
    Column("decided_at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("corrected", Text, nullable=False),
    Column("own_value", Float),
    Column("comparables", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    UniqueConstraint("case_id", "supersedes"),
)
#: Who has a case open until when; the last row of a case counts.
LOCKS = Table(
    "qconf_locks",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", Integer, ForeignKey("qconf_cases.id"), nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("taken_at", Text, nullable=False),
    Column("until", Text, nullable=False),
)

_REFUSED = "a store of qconf is append-only"
#: What tells rows of a table apart, beside its id: replacing a row would delete the old one.
_UNIQUE: Final = {
    STORE: ["schema_version"],
    ESTIMATES: ["id"],
    FEEDBACK: ["id", "idempotency_key"],
    CASES: ["id"],
    DECIDED: ["id", "idempotency_key"],
    LOCKS: ["id"],
}


def _sqlite_triggers(table: Table, unique: list[str]) -> list[str]:
    name = table.name
    same = " OR ".join(f"{column} = NEW.{column}" for column in unique)
    refuse = f"SELECT RAISE(ABORT, '{_REFUSED}')"
    told = [
        f"CREATE TRIGGER {name}_no_{what.lower()} BEFORE {what} ON {name} BEGIN {refuse}; END"
        for what in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE deletes without asking the trigger for deletions.
    there = f"EXISTS (SELECT 1 FROM {name} WHERE {same})"  # noqa: S608 - names of ours
    replaced = f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN {there}"
    return [*told, f"{replaced} BEGIN {refuse}; END"]


def _postgresql_triggers(table: Table) -> list[str]:
    name = table.name
    trigger = f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
    return [f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION qconf_append_only()"]


_POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION qconf_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
)


def _add_triggers() -> None:
    function = DDL(_POSTGRESQL_FUNCTION).execute_if(dialect="postgresql")
    event.listen(METADATA, "before_create", function)
    for table, unique in _UNIQUE.items():
        statements = {
            "sqlite": _sqlite_triggers(table, unique), "postgresql": _postgresql_triggers(table)
        }  # fmt: skip
        for dialect, told in statements.items():
            for statement in told:
                event.listen(table, "after_create", DDL(statement).execute_if(dialect=dialect))


_add_triggers()
