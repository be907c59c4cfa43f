"""The options of ``qconf score``, and what is made of what was typed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from qconf.cli.completing import one_of
from qconf.cli.options import named_limits, split_names
from qconf.errors import OptionError, not_one_of

if TYPE_CHECKING:
    from qconf.scoring.decisions import Decisions
    from qconf.scoring.stream import How

__all__ = [
    "STANDARD", "BatchRowsOption", "ChangedOption", "EngineOption", "IntervalOption",
    "KeepAllOption", "KeepOption", "ModelArgument", "OnErrorOption", "RejectedOption",
    "RowsArgument", "ScoresOption", "TiersOption", "aside_of", "how_of",
]  # fmt: skip

#: Standard input, and standard output.
STANDARD = "-"
_REJECTED = "REJECTED.csv"

ModelArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="MODEL", help="A file of qconf fit, such as avm.qconf.")
]
RowsArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="INPUT",
        show_default=False,
        help="A Parquet or CSV file, a folder or glob of such files, or - for CSV on standard "
        "input.",
    ),
]
ScoresOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="OUTPUT",
        help="A Parquet or CSV file, by its ending; a folder, if the input is one: it gets a "
        "Parquet file for each of the input; or - for CSV on standard output.",
    ),
]
KeepOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="A,B", help="Columns of the input that come out again.")
]
KeepAllOption: TypeAlias = Annotated[
    bool, typer.Option("--keep-all", help="All columns of the input come out again.")
]
OnErrorOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="stop|skip",
        autocompletion=one_of("stop", "skip"),
        help="What to do with rows that cannot be scored: stop, or put them aside.",
    ),
]
RejectedOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Where rows are put aside, with the reason.  [default: NAME.REJECTED.csv, "
        "beside the output]",
    ),
]
IntervalOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="LEVEL",
        help="With what probability the truth lies between low and high.  [default: 0.8; one "
        "expected error around the prediction, if the model has no distribution of errors]",
    ),
]
TiersOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="A=P,B=P",
        help="Names of tiers, each with the largest probability of an outlier; the rest is "
        "refer.  [default: A=0.05,B=0.1,C=0.2,D=0.35]",
    ),
]
ChangedOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--changed-valuation-ok",
        help="Only warn where the predictions cannot come from the valuation model that the "
        "confidence was fitted to.",
    ),
]
BatchRowsOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Rows that are in memory at once.")
]
EngineOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        autocompletion=one_of("local", "dask", "dask:"),
        help="What scores the parts of a folder: local, dask (a worker for each core) or "
        "dask:ADDRESS (a scheduler that is running).",
    ),
]


def how_of(
    keep: str | None,
    keep_all: bool,
    on_error: str,
    batch_rows: int,
    changed_ok: bool,
    interval: float | None,
    tiers: str | None,
) -> How:
    """Put together how rows are scored.

    Raises
    ------
    OptionError
        If an option breaks its rule, or two do not go together.
    """
    from qconf.scoring.stream import How  # noqa: PLC0415 - help must not wait for pandas

    if on_error not in {"stop", "skip"}:
        raise OptionError(not_one_of("--on-error", on_error, ("stop", "skip")))
    if keep is not None and keep_all:
        msg = "--keep names some columns and --keep-all means all: give one of them."
        raise OptionError(msg)
    if batch_rows < 1:
        msg = f"--batch-rows must be a whole number >= 1, got {batch_rows}."
        raise OptionError(msg)
    names = None if keep_all else tuple(dict.fromkeys(split_names(keep) or ()))
    if on_error == "skip" and names == ():
        msg = (
            "--on-error skip leaves rows out, so the output has to tell which are there: name a "
            "column with --keep, or --keep-all."
        )
        raise OptionError(msg)
    how = How(names, on_error == "skip", batch_rows, changed_ok)
    return replace(how, decisions=_decisions(interval, tiers))


def _decisions(interval: float | None, tiers: str | None) -> Decisions:
    from qconf.scoring.decisions import Decisions  # noqa: PLC0415 - help must not wait for pandas

    if tiers is None:
        return Decisions(interval)
    return Decisions(interval, tuple(named_limits(tiers).items()))


def aside_of(how: How, output: str, rejected: str | None) -> str | None:
    """Return where rejected rows go, if they are put aside.

    Raises
    ------
    OptionError
        If they are not, and a file is named; or if they are, and none can be told.
    """
    if not how.skip:
        if rejected is not None:
            msg = "--rejected names a file for rows that are put aside: add --on-error skip."
            raise OptionError(msg)
        return None
    if rejected is None and output == STANDARD:
        msg = "Rows that are put aside need a file where the output is standard: --rejected FILE"
        raise OptionError(msg)
    # Named after the output: another run must not take the place of its rows.
    beside = Path(output)
    return rejected or str(beside.parent / f"{beside.name.partition('.')[0]}.{_REJECTED}")
