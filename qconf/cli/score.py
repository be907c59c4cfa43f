"""``qconf score``: predict values and expected errors for new rows."""

from __future__ import annotations

import os
import sys
import time
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from glob import has_magic
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from qconf.cli.destination import check_destination, check_folder, own_descriptor
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    SeparatorOption,
    named_limits,
    split_names,
)
from qconf.cli.output import check_output
from qconf.cli.row_progress import RowReport, row_progress
from qconf.cli.terminal import tell
from qconf.errors import OptionError, OutputError, not_one_of

if TYPE_CHECKING:
    from qconf.scoring.decisions import Decisions
    from qconf.scoring.parts import Standing
    from qconf.scoring.run import Job
    from qconf.scoring.stream import How, Tally

__all__ = ["score_command"]

_STANDARD = "-"
_REJECTED = "REJECTED.csv"


def score_command(  # noqa: PLR0917 - typer turns each into an option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file of qconf fit.")],
    table: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A Parquet or CSV file, a folder or glob of Parquet files, or - for CSV on "
            "standard input.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            metavar="OUTPUT",
            help="A Parquet or CSV file, by its ending; a folder, if the input is one; or - for "
            "CSV on standard output.",
        ),
    ],
    keep: Annotated[
        str | None, typer.Option(metavar="A,B", help="Columns of the input that come out again.")
    ] = None,
    keep_all: Annotated[
        bool, typer.Option("--keep-all", help="All columns of the input come out again.")
    ] = False,
    on_error: Annotated[
        str,
        typer.Option(
            metavar="stop|skip",
            help="What to do with rows that cannot be scored: stop, or put them aside.",
        ),
    ] = "stop",
    rejected: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Where rows are put aside, with the reason.  [default: NAME.REJECTED.csv, "
            "beside the output]",
        ),
    ] = None,
    interval: Annotated[
        float | None,
        typer.Option(
            metavar="LEVEL",
            help="With what probability the truth lies between low and high.  [default: 0.8; one "
            "expected error around the prediction, if the model has no distribution of errors]",
        ),
    ] = None,
    tiers: Annotated[
        str | None,
        typer.Option(
            metavar="A=P,B=P",
            help="Names of tiers, each with the largest probability of an outlier; the rest is "
            "refer.  [default: A=0.05,B=0.1,C=0.2,D=0.35]",
        ),
    ] = None,
    changed_valuation_ok: Annotated[
        bool,
        typer.Option(
            "--changed-valuation-ok",
            help="Only warn where the predictions cannot come from the valuation model that the "
            "confidence was fitted to.",
        ),
    ] = False,
    batch_rows: Annotated[
        int, typer.Option(metavar="NUMBER", help="Rows that are in memory at once.")
    ] = 65_536,
    plugins: Annotated[
        bool, typer.Option("--plugins", help="Let classes of installed plug-ins be in the model.")
    ] = False,
    trust: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Types of other packages that may be in the model."),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What scores the parts of a folder: local, dask (a worker for each core) or "
            "dask:ADDRESS (a scheduler that is running).",
        ),
    ] = "local",
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Predict values and expected errors for new rows with a model that was kept.

    For example:

    qconf score avm.qconf new.parquet --output scored.parquet --keep id

    qconf score avm.qconf new/ --output scored/ --keep-all --on-error skip
    """
    del debug  # seen by the program, before the command
    reading = {
        "separator": separator,
        "decimal": decimal,
        "encoding": encoding,
        "date_format": date_format,
        "day_first": day_first,
    }
    is_folder = table != _STANDARD and (Path(table).is_dir() or has_magic(table))
    is_folder = is_folder and not Path(table).is_file()
    how = _how(keep, keep_all, on_error, batch_rows, changed_valuation_ok)
    how = replace(how, decisions=_decisions(interval, tiers))
    aside = _aside(how, output, rejected)
    _check_outputs(model, table, output, aside, is_folder=is_folder)
    job = _job(model, how, reading, plugins, trust)
    if is_folder:
        _score_folder(job, table, output, aside, engine)
    elif engine != "local":
        msg = f"--engine {engine} scores the parts of a folder; {table!r} is one file."
        raise OptionError(msg)
    else:
        _score_one(job, table, output, aside)


def _how(keep: str | None, keep_all: bool, on_error: str, batch_rows: int, changed_ok: bool) -> How:
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
    return How(names, on_error == "skip", batch_rows, changed_ok)


def _decisions(interval: float | None, tiers: str | None) -> Decisions:
    from qconf.scoring.decisions import Decisions  # noqa: PLC0415 - help must not wait for pandas

    if tiers is None:
        return Decisions(interval)
    return Decisions(interval, tuple(named_limits(tiers).items()))


def _aside(how: How, output: str, rejected: str | None) -> str | None:
    """Return where rejected rows go, if they are put aside."""
    if not how.skip:
        if rejected is not None:
            msg = "--rejected names a file for rows that are put aside: add --on-error skip."
            raise OptionError(msg)
        return None
    if rejected is None and output == _STANDARD:
        msg = "Rows that are put aside need a file where the output is standard: --rejected FILE"
        raise OptionError(msg)
    # Named after the output: another run must not take the place of its rows.
    beside = Path(output)
    return rejected or str(beside.parent / f"{beside.name.partition('.')[0]}.{_REJECTED}")


def _check_outputs(
    model: str, table: str, output: str, aside: str | None, *, is_folder: bool
) -> None:
    """Complain about the outputs before any work is done."""
    from qconf.scoring.sinks import check_ending  # noqa: PLC0415 - help must not wait for pandas

    inputs = [model, table]
    if is_folder:
        if output == _STANDARD or Path(output).is_file():
            msg = f"The input {table!r} is several files: name a folder for the output."
            raise OptionError(msg)
        check_folder(output)
    elif output == _STANDARD:
        check_output("csv", None, inputs)
    else:
        check_destination(output, inputs)
        if not _is_stream(output):
            check_ending(output)
    if aside is not None:
        check_destination(aside, [*inputs, *([] if is_folder else [output])])


def _job(model: str, how: How, reading: dict[str, Any], plugins: bool, trust: str | None) -> Job:
    from qconf.scoring.run import Job, digest_of  # noqa: PLC0415 - help must not wait for pandas
    from qconf.tables.options import reading_options  # noqa: PLC0415

    said = {name: value for name, value in reading.items() if value is not None}
    reading_options(**said)
    trusted = tuple(split_names(trust) or ())
    return Job(model, digest_of(model), how, tuple(said.items()), plugins, trusted)


def _score_one(job: Job, table: str, output: str, aside: str | None) -> None:
    from qconf.scoring.rows import open_rows  # noqa: PLC0415 - help must not wait for pandas
    from qconf.scoring.stream import score_to_file, score_to_stream  # noqa: PLC0415

    began = time.monotonic()
    rejected = None if aside is None else Path(os.path.realpath(aside))
    # Standard output is the scores': what other people's code prints goes beside it.
    with (
        _stream(output) if _is_stream(output) else nullcontext() as stream,
        redirect_stdout(sys.stderr),
        row_progress() as report,
        open_rows(table, job.schema, job.options) as rows,
    ):
        given = job.open()[0], job.schema, rows
        if stream is None:
            target = Path(os.path.realpath(output))
            tally = score_to_file(*given, target, rejected, job.decided, report)
        else:
            tally = score_to_stream(*given, stream, output, rejected, job.decided, report)
    _sum_up(tally, time.monotonic() - began, aside)


def _score_folder(job: Job, table: str, output: str, aside: str | None, engine: str) -> None:
    from qconf.scoring.clusters import engine_named  # noqa: PLC0415 - help must not wait for it
    from qconf.scoring.run import score_folder  # noqa: PLC0415

    began = time.monotonic()
    rejected = None if aside is None else Path(os.path.realpath(aside))
    chosen = engine_named(engine)
    before = 0
    with redirect_stdout(sys.stderr), row_progress() as report:

        def begin(standing: Standing) -> RowReport:
            nonlocal before
            before = standing.done.rows
            _tell_of(standing)
            return report

        tally = score_folder(job, table, Path(output), rejected, chosen, begin=begin)
    _sum_up(tally, time.monotonic() - began, aside, before)


def _tell_of(standing: Standing) -> None:
    count = standing.n_done + len(standing.missing)
    if standing.n_done:
        tell(f"{standing.n_done} of {count} parts were there already")
    if standing.n_changed:
        tell(
            f"{standing.n_changed} of {count} parts were made of an input that has changed since, "
            "and are made again"
        )


def _is_stream(output: str) -> bool:
    """Tell what is written to as it is (standard output, a pipe, a device) from regular files."""
    path = Path(output)
    special = path.exists() and not path.is_file()
    return output == _STANDARD or own_descriptor(path) is not None or special


def _stream(output: str) -> IO[bytes]:
    """Open what is written to as it is, and never replaced."""
    try:
        if output == _STANDARD:
            sys.stdout.flush()
            return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        descriptor = own_descriptor(Path(output))
        return (
            Path(output).open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb")
        )
    except OSError as error:
        msg = f"Cannot write to {output!r}: {error.strerror or error}."
        raise OutputError(msg) from error


def _sum_up(tally: Tally, seconds: float, aside: str | None, before: int = 0) -> None:
    for warning in tally.warnings:
        tell(f"warning: {warning}")
    rows = tally.rows - before
    done = f"{rows:,} rows scored in {seconds:.1f} s ({rows / max(seconds, 1e-9):,.0f} a second)"
    done += f", {tally.rows:,} in all" if before else ""
    if aside is not None:
        done += f", {tally.rejected:,} rejected"
        done += f" (in {aside!r})" if tally.rejected else ""
    tell(done)
