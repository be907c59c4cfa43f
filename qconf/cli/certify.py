"""``qconf certify``: up to which expected error rows can be acted on, with a guarantee."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.destination import check_destination
from qconf.cli.fit import ModelFileOption, check_model_name
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
    PluginsOption,
    PredictionOption,
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
from qconf.cli.tables import asked_of, read_or_example, reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.fitting.certified import CertifiedModel

__all__ = ["certify_command"]

#: The exit status where no rate could be certified.
_NOTHING_CERTIFIED = 3

RateOption: TypeAlias = Annotated[
    str,
    typer.Option(
        metavar="RATE[,RATE]",
        help="The largest share of outliers among the rows accepted; several make a table.",
    ),
]
LevelOption: TypeAlias = Annotated[
    float,
    typer.Option(metavar="LEVEL", help="With what probability each promise is kept, on its own."),
]
SideOption: TypeAlias = Annotated[
    str, typer.Option(metavar="both|over", help="over counts values that are too high alone.")
]
PairOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Which confidence is fitted on the older rows, with a valuation model if there is no "
        "--prediction, and certified on the newest fifth; column:NAME with --prediction certifies "
        "a score as it stands.  [default: blend]",
    ),
]
KeptOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Instead of fitting, certify this model on rows that it has not seen: all from after "
        "its fit.",
    ),
]


def certify_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    outlier_rate: RateOption = "0.05",
    confidence_level: LevelOption = 0.95,
    side: SideOption = "both",
    threshold: ThresholdOption = None,
    error: ErrorOption = None,
    estimator: PairOption = None,
    prediction: PredictionOption = None,
    model: KeptOption = None,
    output: ModelFileOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    copies: CopiesOption = "group",
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    strict: StrictOption = False,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    format_name: FormatOption = "table",
    text: TextOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    sheet: SheetOption = None,
    debug: DebugOption = False,
) -> None:
    """Certify up to which expected error rows can be acted on: a cut-off that keeps its promise.

    The exit status is 3 where nothing can be certified.

    For example:

    qconf certify sales.parquet --target price --time sold_on --output avm.qconf

    qconf certify newer.parquet --model avm.qconf --outlier-rate 0.02,0.05,0.1
    """
    del debug  # seen by the program, before the command
    rates = _rates(outlier_rate)
    _check_outputs(table, model, output, format_name, rates)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    promise = {
        "outlier_rate": rates[0] if len(rates) == 1 else rates,
        "confidence_level": confidence_level,
        "side": side,
    }
    named = {"target": target, "time": time, "groups": groups, "threshold": threshold}
    of_fit = {"prediction": prediction, "drop": drop, "features": features, "error": error}
    if model is not None:
        _check_kept(table, {**of_fit, "estimator": estimator, "example": example})
        opening = {"plugins": plugins, "trust": tuple(split_names(trust) or ()), "strict": strict}
        certified = _of_file(model, str(table), {**named, **promise, **opening}, reading)
    else:
        file, options = read_or_example(table, example, reading, strict=strict)
        for warning in file.warnings:
            tell(f"warning: {warning}")
        asked = asked_of(file, options, **named, **of_fit)  # type: ignore[arg-type]
        settings = {"copies": copies, "folds": folds, "random_state": seed, "strict": strict}
        asked = {**asked, **settings, **promise, "estimator": estimator or "blend"}
        certified = _of_fit(file.frame, asked)
    _write(certified, format_name, output, reading)


def _rates(typed: str) -> list[float]:
    try:
        return [float(one) for one in split_names(typed) or ()]
    except ValueError:
        msg = f"--outlier-rate must be numbers such as 0.05 or 0.02,0.05; got {typed!r}."
        raise OptionError(msg) from None


def _check_outputs(
    table: str | None, model: str | None, output: str | None, format_name: str, rates: list[float]
) -> None:
    """Complain about what is written before any work is done."""
    check_output(format_name, None, [] if table is None else [table])
    if output is None:
        return
    if len(rates) > 1:
        msg = "A model file keeps one promise: give --outlier-rate one rate, or leave out --output."
        raise OptionError(msg)
    # The model's own file may get the certificate; that of the rows is never overwritten.
    check_destination(output, [one for one in (table,) if one is not None and one != model])
    check_model_name(output)


def _check_kept(table: str | None, others: dict[str, Any]) -> None:
    if not table:
        msg = "Name a table of rows that the model has not seen: qconf certify TABLE --model FILE."
        raise OptionError(msg)
    said = next((name for name, value in others.items() if value is not None), None)
    if said is not None:
        msg = f"--{said} is for a new fit; --model is certified as it was fitted. Leave one out."
        raise OptionError(msg)


def _of_file(
    model: str, table: str, asked: dict[str, Any], reading: dict[str, Any]
) -> CertifiedModel:
    from qconf.fitting.certify_kept import certify_kept  # noqa: PLC0415 - help must not wait

    return certify_kept(model, table, reading=reading, **asked)


def _of_fit(frame: Any, asked: dict[str, Any]) -> CertifiedModel:
    from qconf.fitting.certify_fit import fit_certified  # noqa: PLC0415 - help must not wait

    # Standard output is the result's: what other people's estimators print goes beside it.
    with redirect_stdout(sys.stderr):
        return fit_certified(frame, **asked)


def _write(
    certified: CertifiedModel, format_name: str, output: str | None, reading: dict[str, Any]
) -> None:
    for warning in certified.warnings:
        tell(f"warning: {warning}")
    kept = output is not None and certified.certificate.certified
    if output is not None and kept:
        certified.save(output, reading=reading)
    write_result(certified, lambda one: f"{one}\n", format_name, None)
    if output is not None and kept:
        name = shlex.quote(output)
        tell(f"written: {name}; qconf score {name} adds the column accept")
    if not certified.certificate.certified:
        if output is not None:
            tell(f"nothing is certified, so {shlex.quote(output)} is not written")
        raise typer.Exit(_NOTHING_CERTIFIED)
