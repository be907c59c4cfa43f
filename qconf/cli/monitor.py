"""``qconf monitor``: whether what was promised of a model still holds."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qconf.cli.destination import check_destination, write_bytes
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    FormatOption,
    OutputOption,
    ReportOption,
    SeparatorOption,
    ThresholdOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.monitoring.result import Monitoring

__all__ = ["monitor_command"]

#: The exit status of an alarm.
_ALARM = 4


def monitor_command(  # noqa: PLR0917 - typer turns each into an option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file of qconf certify or fit.")],
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="Rows decided since, with what came out as far as that is known: a file, a "
            "folder or a glob. Rows may come again; each counts once.",
        ),
    ],
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="What came out; empty where unknown.  [default: the target]"
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="When a row was decided on.  [default: the time of the fit]"
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="What tells rows apart.  [default: all that the model reads, and the time]",
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="What was counted before; updated, or made anew."),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="Rows with outcomes that the model has not seen, to hold new ones against.  "
            "[default: those that it was certified on]",
        ),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Outlier rate promised of the rows accepted.  [default: what is certified]",
        ),
    ] = None,
    threshold: ThresholdOption = None,
    false_alarm: Annotated[
        float,
        typer.Option(metavar="RATE", help="Chance of ever an alarm while all is as it was."),
    ] = 0.05,
    run_length: Annotated[
        int,
        typer.Option(
            metavar="ROWS", help="Rows between false alarms of changes, on average, at least."
        ),
    ] = 20_000,
    plot: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A picture of all periods, .png; needs qconf[plots]."),
    ] = None,
    plugins: Annotated[
        bool, typer.Option("--plugins", help="Let classes of installed plug-ins be in the model.")
    ] = False,
    trust: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Types of other packages that may be in the model."),
    ] = None,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Watch whether what was promised of a model still holds, with and without outcomes.

    The exit status is 4 on an alarm.

    For example:

    qconf monitor avm.qconf outcomes.parquet --truth price --time decided_on --state state.json
    """
    del debug  # seen by the program, before the command
    inputs = [table, *([] if reference is None else [reference])]
    check_output(format_name, output, inputs, model=model)
    if state is not None:
        check_destination(state, inputs, model=model)
    if plot is not None:
        _check_picture(plot)
        check_destination(plot, inputs, model=model)
    _check_apart(state=state, plot=plot, output=output)
    check_report(report, inputs, model=model, state=state, plot=plot, output=output)
    reading = {
        "separator": separator, "decimal": decimal, "encoding": encoding,
        "date_format": date_format, "day_first": day_first,
    }  # fmt: skip
    from qconf.monitoring.run import monitor_file  # noqa: PLC0415 - help must not wait for pandas

    with redirect_stdout(sys.stderr):
        told = monitor_file(
            model, table, truth=truth, time=time, key=key, state=state, reference=reference,
            limit=limit, threshold=threshold, false_alarm=false_alarm, run_length=run_length,
            reading={name: one for name, one in reading.items() if one is not None},
            plugins=plugins, trust=tuple(split_names(trust) or ()),
        )  # fmt: skip
    for warning in told.warnings:
        tell(f"warning: {warning}")
    if plot is not None:
        _draw(told, plot)
    write_page(report, told, table, model=model)
    write_result(told, lambda one: f"{one}\n", format_name, output)
    if told.alarm:
        for line in told.alarm_lines if output not in {None, "-"} else ():
            tell(line)
        raise typer.Exit(_ALARM)


def _check_picture(plot: str) -> None:
    """Complain now of a picture that could not be drawn or written."""
    from importlib.util import find_spec  # noqa: PLC0415 - only those who draw need it

    if Path(plot).suffix.lower() != ".png":
        msg = f"--plot draws a PNG file: name one that ends in .png, got {plot!r}."
        raise OptionError(msg)
    if find_spec("matplotlib") is None:
        msg = (
            "--plot draws with matplotlib, which is not installed. Install it with: "
            "pip install 'qconf[plots]'"
        )
        raise OptionError(msg)


def _check_apart(**given: str | None) -> None:
    """Complain if one file is to hold two things: the second would replace the first."""
    named: dict[str, str] = {}
    for option, name in given.items():
        if name is None:
            continue
        place = os.path.realpath(name)
        if place in named:
            msg = f"--{named[place]} and --{option} name the same file, {name!r}; name two."
            raise OptionError(msg)
        named[place] = option


def _draw(told: Monitoring, plot: str) -> None:
    from qconf.report.style import new_figure, picture  # noqa: PLC0415 - needs matplotlib

    figure = new_figure(7, 4.6)
    told.plot(ax=figure.subplots())
    write_bytes(Path(plot), picture(figure))
