"""The options of ``qconf review queue``."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

__all__ = [
    "CountOption", "ExplainOption", "FalseDiscoveryOption", "KeyOption", "OutcomesArgument",
    "QueueOption", "RandomShareOption", "ReviewedArgument", "SalesOption", "StakeOption",
    "TruthOption", "WhenOption",
]  # fmt: skip

ReviewedArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="MODEL", help="A file of qconf fit or certify.")
]
OutcomesArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="TABLE",
        show_default=False,
        help="Rows that the model has not seen, with what came out as far as it is known: a "
        "file, a folder or a glob.",
    ),
]
QueueOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="STORE",
        help="Where cases are kept: a file such as queue.db, made or added to, or "
        "postgresql://user@host/name. What people said in it is looked into first.",
    ),
]
TruthOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="What came out.  [default: the target of the fit]"),
]
CountOption: TypeAlias = Annotated[
    int, typer.Option("-n", metavar="NUMBER", help="How many to look into.")
]
FalseDiscoveryOption: TypeAlias = Annotated[
    float,
    typer.Option(metavar="RATE", help="Of outcomes called surprising, the share that is none."),
]
RandomShareOption: TypeAlias = Annotated[
    float, typer.Option(metavar="SHARE", help="Drawn at random, to learn what others miss.")
]
StakeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Money at stake; prediction is the value itself. Rows are looked into by how "
        "much of it is likely to be off.",
    ),
]
KeyOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="What tells rows apart.  [default: all that the model reads]"
    ),
]
WhenOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="When a row was decided on.  [default: the time of the fit]"
    ),
]
ExplainOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--explain/--no-explain", help="Keep with each case why the estimate is what it is."
    ),
]
SalesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Earlier rows with what came out, of which comparables are chosen.  [default: "
        "those that the model keeps, if it does]",
    ),
]
