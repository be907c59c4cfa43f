"""``qconf slices``: where errors are worse than expected, and what the data can say of it."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.completing import an_estimator, one_of, some_of
from qconf.cli.example_rows import check_named, given_rows
from qconf.cli.options import (
    CopiesOption,
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    DropOption,
    EncodingOption,
    ErrorOption,
    ExampleOption,
    FeaturesOption,
    FoldsOption,
    FormatOption,
    GroupsOption,
    OutputOption,
    PluginsOption,
    PredictionOption,
    ReportOption,
    SeedOption,
    SeparatorOption,
    SheetOption,
    StrictOption,
    TableArgument,
    TargetOption,
    TextOption,
    ThresholdOption,
    TimeOption,
    TrustOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import asked_of, read_or_example, reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.slicing.result import SliceAudit

__all__ = ["slices_command"]

PairOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=an_estimator,
        help="Which confidence is fitted and audited, with a valuation model if there is no "
        "--prediction; column:NAME with --prediction audits a score as it stands.  "
        "[default: blend]",
    ),
]
KeptOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Instead of fitting, audit this model on rows that it has not seen: all from after "
        "its fit.",
    ),
]
ByOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="Columns to slice by; prediction and expected_error are what the models say.  "
        "[default: all features and these two]",
    ),
]
PropertiesOption: TypeAlias = Annotated[
    int,
    typer.Option(
        metavar="1|2",
        autocompletion=one_of("1", "2"),
        help="How many properties a slice may have.",
    ),
]
QuestionsOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="A,B",
        autocompletion=some_of("calibration", "outlier-rate", "bias"),
        help="calibration (errors are larger there than the confidence says), outlier-rate, bias.",
    ),
]
AgainstOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="expected|all",
        autocompletion=one_of("expected", "all"),
        help="Hold outliers against those to be expected of these very rows, or against the rate "
        "of all rows, so that slices that are known to be hard are told too.",
    ),
]
ToleranceOption: TypeAlias = Annotated[
    float,
    typer.Option(
        metavar="SHARE", help="How much more than expected is of no matter: up to that, it is fine."
    ),
]
MinRowsOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Rows that a slice needs in each half.")
]
LevelOption: TypeAlias = Annotated[
    float, typer.Option(metavar="LEVEL", help="With which all intervals hold at once.")
]


def slices_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    by: ByOption = None,
    max_columns: PropertiesOption = 2,
    metrics: QuestionsOption = "calibration,outlier-rate,bias",
    against: AgainstOption = "expected",
    tolerance: ToleranceOption = 0.25,
    min_rows: MinRowsOption = 100,
    confidence_level: LevelOption = 0.95,
    threshold: ThresholdOption = None,
    error: ErrorOption = None,
    estimator: PairOption = None,
    prediction: PredictionOption = None,
    model: KeptOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    copies: CopiesOption = "group",
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    strict: StrictOption = False,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    text: TextOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    sheet: SheetOption = None,
    debug: DebugOption = False,
) -> None:
    """Find slices of one or two properties where errors are worse than expected.

    They are found on the older half of the rows and measured on the newer.

    For example:

    qconf slices --example king-county

    qconf slices sales.parquet --target price --time sold_on

    qconf slices newer.parquet --model avm.qconf --by zip,kind

    qconf slices sales.csv --target price --prediction avm --estimator column:fsd
    """
    del debug  # seen by the program, before the command
    check_output(format_name, output, [one for one in (table, model) if one is not None])
    check_report(report, [table], model=model, output=output)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    asked = {
        "by": split_names(by), "max_columns": max_columns, "metrics": split_names(metrics),
        "against": against, "tolerance": tolerance, "min_rows": min_rows,
        "confidence_level": confidence_level, "random_state": seed, "strict": strict,
    }  # fmt: skip
    named = {"target": target, "time": time, "groups": groups, "threshold": threshold}
    of_fit = {"prediction": prediction, "drop": drop, "features": features, "error": error}
    if model is not None:
        _check_kept(table, example, {**of_fit, "estimator": estimator})
        opening: Any = {"plugins": plugins, "trust": tuple(split_names(trust) or ())}
        with given_rows(table, example, model, reading, **opening) as rows:
            audit, warnings = _of_file(model, rows.path, {**named, **asked, **opening}, reading)
    else:
        file, options = read_or_example(table, example, reading, strict=strict)
        chosen = asked_of(file, options, **named, **of_fit)  # type: ignore[arg-type]
        settings = {"copies": copies, "folds": folds, "estimator": estimator or "blend"}
        audit, warnings = _of_fit(file.frame, {**chosen, **settings, **asked})
        warnings = (*file.warnings, *warnings)
    for warning in warnings:
        tell(f"warning: {warning}")
    write_page(report, replace(audit, warnings=warnings), table or example, model=model)
    write_result(audit, "{}\n".format, format_name, output)


def _check_kept(table: str | None, example: str | None, others: dict[str, Any]) -> None:
    if not table and example is None:
        msg = "Name a table of rows that the model has not seen: qconf slices TABLE --model FILE."
        raise OptionError(msg)
    said = next((name for name, value in others.items() if value is not None), None)
    if said is not None:
        msg = f"--{said} is for a new fit; --model is audited as it was fitted. Leave one out."
        raise OptionError(msg)
    check_named(table, example)


def _of_file(
    model: str, table: str, asked: dict[str, Any], reading: dict[str, Any]
) -> tuple[SliceAudit, tuple[str, ...]]:
    from qconf.fitting.audit_fit import audit_kept  # noqa: PLC0415 - help must not wait

    return audit_kept(model, table, reading=reading, **asked)


def _of_fit(frame: Any, asked: dict[str, Any]) -> tuple[SliceAudit, tuple[str, ...]]:
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - help must not wait for these
    from qconf.fitting.audit_fit import audit_fit  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with progress_line() as progress, redirect_stdout(sys.stderr):
        return audit_fit(frame, progress=progress, **asked)
