"""``qconf monitor``: whether what was promised of a model still holds."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from qconf.cli.destination import write_bytes
from qconf.cli.example_rows import check_named, given_rows
from qconf.cli.monitor_options import (
    CertifiedArgument,
    DecidedArgument,
    DecidedTimeOption,
    FalseAlarmOption,
    KeyOption,
    LimitOption,
    PromiseThresholdOption,
    ReferenceOption,
    RunLengthOption,
    StateOption,
    TruthOption,
    WatchPlotOption,
    check_outputs,
)
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ExampleOption,
    FormatOption,
    OutputOption,
    PluginsOption,
    ReportOption,
    SeparatorOption,
    SheetOption,
    TrustOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import reading_options
from qconf.cli.terminal import tell

if TYPE_CHECKING:
    from qconf.monitoring.result import Monitoring

__all__ = ["monitor_command"]

#: The exit status of an alarm.
_ALARM = 4


def monitor_command(  # noqa: PLR0917 - typer turns each into an option
    model: CertifiedArgument,
    table: DecidedArgument = None,
    example: ExampleOption = None,
    truth: TruthOption = None,
    time: DecidedTimeOption = None,
    key: KeyOption = None,
    state: StateOption = None,
    reference: ReferenceOption = None,
    limit: LimitOption = None,
    threshold: PromiseThresholdOption = None,
    false_alarm: FalseAlarmOption = 0.05,
    run_length: RunLengthOption = 20_000,
    plot: WatchPlotOption = None,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    sheet: SheetOption = None,
    debug: DebugOption = False,
) -> None:
    """Watch whether what was promised of a model still holds, with and without outcomes.

    The exit status is 4 on an alarm.

    For example:

    qconf monitor avm.qconf --example king-county

    qconf monitor avm.qconf outcomes.parquet --truth price --time decided_on --state state.json
    """
    del debug  # seen by the program, before the command
    check_named(table, example)
    inputs = [one for one in (table, reference) if one is not None]
    check_output(format_name, output, inputs, model=model)
    check_outputs(inputs, model, state=state, plot=plot, output=output)
    reading = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    check_report(report, inputs, model=model, state=state, plot=plot, output=output)
    from qconf.monitoring.run import monitor_file  # noqa: PLC0415 - help must not wait for pandas

    opening: Any = {"plugins": plugins, "trust": tuple(split_names(trust) or ())}
    with (
        given_rows(table, example, model, reading, part="decided", **opening) as rows,
        redirect_stdout(sys.stderr),
    ):
        told = monitor_file(
            model, rows.path, truth=truth, time=time, key=key, state=state, reference=reference,
            limit=limit, threshold=threshold, false_alarm=false_alarm, run_length=run_length,
            reading=reading, **opening,
        )  # fmt: skip
    for warning in told.warnings:
        tell(f"warning: {warning}")
    if plot is not None:
        _draw(told, plot)
    write_page(report, told, table or example, model=model)
    write_result(told, lambda one: f"{one}\n", format_name, output)
    if told.alarm:
        for line in told.alarm_lines if output not in {None, "-"} else ():
            tell(line)
        raise typer.Exit(_ALARM)


def _draw(told: Monitoring, plot: str) -> None:
    from qconf.report.style import new_figure, picture  # noqa: PLC0415 - needs matplotlib

    figure = new_figure(7, 4.6)
    told.plot(ax=figure.subplots())
    write_bytes(Path(plot), picture(figure))
