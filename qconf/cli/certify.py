"""``qconf certify``: up to which expected error rows can be acted on, with a guarantee."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from qconf.cli.certify_options import (
    CurveOption,
    ExcessLossOption,
    GainOption,
    JointOption,
    KeptOption,
    LevelOption,
    LossOption,
    PairOption,
    RateOption,
    SideOption,
)
from qconf.cli.destination import check_destination, write_bytes
from qconf.cli.example_rows import check_named, given_rows
from qconf.cli.fit import ModelFileOption, check_model_name
from qconf.cli.options import (
    ConflictOption,
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
    FitEngineOption,
    FoldsOption,
    FormatOption,
    GroupsOption,
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
    split_pairs,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import asked_of, read_or_example, reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.fitting.certified import CertifiedModel

__all__ = ["certify_command"]

#: The exit status where no rate could be certified.
_NOTHING_CERTIFIED = 3


def certify_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    target: TargetOption = None,
    outlier_rate: RateOption = "0.05",
    confidence_level: LevelOption = 0.95,
    side: SideOption = "both",
    joint: JointOption = False,
    threshold: ThresholdOption = None,
    error: ErrorOption = None,
    estimator: PairOption = None,
    prediction: PredictionOption = None,
    model: KeptOption = None,
    output: ModelFileOption = None,
    report: ReportOption = None,
    gain: GainOption = None,
    loss: LossOption = None,
    excess_loss: ExcessLossOption = None,
    curve: CurveOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    drop: DropOption = None,
    features: FeaturesOption = None,
    conflict: ConflictOption = None,
    copies: CopiesOption = "group",
    folds: FoldsOption = 5,
    seed: SeedOption = 0,
    engine: FitEngineOption = "local",
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

    The exit status is 3 where nothing can be certified. With --output an example's newest fifth
    is left for the commands that take a model: the certificate is another one than without.

    For example:

    qconf certify --example king-county --outlier-rate 0.1

    qconf certify sales.parquet --target price --time sold_on --output avm.qconf

    qconf certify newer.parquet --model avm.qconf --outlier-rate 0.02,0.05,0.1

    qconf certify sales.parquet --target price --gain 300 --loss 5000 --curve value.csv
    """
    del debug  # seen by the program, before the command
    rates = _rates(outlier_rate)
    _check_outputs(table, model, {"output": output, "curve": curve}, format_name, rates)
    check_report(report, [table], model=model, output=output, curve=curve)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    promise = {
        "outlier_rate": rates[0] if len(rates) == 1 else rates,
        "confidence_level": confidence_level,
        "side": side,
        "several": _several(rates, joint=joint),
        "gain": _amount(gain),
        "loss": _amount(loss),
        "excess_loss": _amount(excess_loss),
    }
    named = {"target": target, "time": time, "groups": groups, "threshold": threshold}
    of_fit = {"prediction": prediction, "drop": drop, "features": features, "error": error}
    if model is not None:
        said: dict[str, Any] = {"estimator": estimator, "conflict": conflict or None}
        said["engine"] = None if engine == "local" else engine
        _check_kept(table, example, {**of_fit, **said})
        opening: Any = {"plugins": plugins, "trust": tuple(split_names(trust) or ())}
        asked = {**named, **promise, **opening, "strict": strict}
        with given_rows(table, example, model, reading, part="to_certify", **opening) as rows:
            certified = _of_file(model, rows.path, asked, reading)
        named_so = certified.calibration.replace(repr(rows.path), repr(rows.name))
        certified = replace(certified, calibration=named_so)
    else:
        is_kept = output is not None
        file, options = read_or_example(table, example, reading, strict=strict, is_kept=is_kept)
        if example is not None:
            _tell_which_rows(example, len(file.frame), is_kept=is_kept)
        for warning in file.warnings:
            tell(f"warning: {warning}")
        pairs = split_pairs(conflict)
        asked = asked_of(file, options, conflicts=pairs, **named, **of_fit)  # type: ignore[arg-type]
        settings = {"copies": copies, "folds": folds, "random_state": seed, "strict": strict}
        asked = {**asked, **settings, **promise, "estimator": estimator or "blend"}
        certified = _of_fit(file.frame, asked, engine)
    if curve is not None:
        _write_curve(certified, curve)
    write_page(report, certified, table or example)
    _write(certified, format_name, output, reading)


def _tell_which_rows(example: str, n_rows: int, *, is_kept: bool) -> None:
    """Say that a model that is kept sees fewer rows of an example, and has another certificate."""
    if is_kept:
        tell("without --output all rows are used, and the certificate is another one")
    else:
        tell(
            f"{example}: all {n_rows:,} rows; with --output the newest fifth is left for the "
            "commands that take a model, and the certificate is another one"
        )


def _rates(typed: str) -> list[float]:
    try:
        return [float(one) for one in split_names(typed) or ()]
    except ValueError:
        msg = f"--outlier-rate must be numbers such as 0.05 or 0.02,0.05; got {typed!r}."
        raise OptionError(msg) from None


def _several(rates: list[float], *, joint: bool) -> str:
    if joint and len(rates) == 1:
        msg = "--joint is for several promises; --outlier-rate names one: leave --joint out."
        raise OptionError(msg)
    return "joint" if joint else "each"


def _amount(typed: str | None) -> float | str | None:
    """Read an amount: what is no number is the name of a column."""
    try:
        return None if typed is None else float(typed)
    except ValueError:
        return typed


def _check_outputs(
    table: str | None,
    model: str | None,
    files: dict[str, str | None],
    format_name: str,
    rates: list[float],
) -> None:
    """Complain about what is written before any work is done."""
    read = [] if table is None else [table]
    check_output(format_name, None, read)
    output, curve = files["output"], files["curve"]
    if output is not None:
        if len(rates) > 1:
            msg = (
                "A model file keeps one promise: give --outlier-rate one rate, or leave out "
                "--output."
            )
            raise OptionError(msg)
        # The model's own file may get the certificate; that of the rows is never overwritten.
        check_destination(output, [one for one in read if one != model])
        check_model_name(output)
    if curve is not None:
        if output is not None and os.path.realpath(curve) == os.path.realpath(output):
            msg = f"--curve and --output name the same file, {curve!r}: name two."
            raise OptionError(msg)
        check_destination(curve, [*read, *([] if model is None else [model])])


def _check_kept(table: str | None, example: str | None, others: dict[str, Any]) -> None:
    if not table and example is None:
        msg = "Name a table of rows that the model has not seen: qconf certify TABLE --model FILE."
        raise OptionError(msg)
    said = next((name for name, value in others.items() if value is not None), None)
    if said is not None:
        msg = f"--{said} is for a new fit; --model is certified as it was fitted. Leave one out."
        raise OptionError(msg)
    check_named(table, example)


def _of_file(
    model: str, table: str, asked: dict[str, Any], reading: dict[str, Any]
) -> CertifiedModel:
    from qconf.fitting.certify_model import certify_model  # noqa: PLC0415 - help must not wait

    return certify_model(model, table, reading=reading, **asked)


def _of_fit(frame: Any, asked: dict[str, Any], engine: str) -> CertifiedModel:
    from qconf.cli.progress import progress_line  # noqa: PLC0415 - help must not wait for these
    from qconf.core.spreading import spread_fits  # noqa: PLC0415
    from qconf.fitting.certify_fit import fit_certified  # noqa: PLC0415

    # Standard output is the result's: what other people's estimators print goes beside it.
    with spread_fits(engine), progress_line() as progress, redirect_stdout(sys.stderr):
        return fit_certified(frame, progress=progress, **asked)


def _write_curve(certified: CertifiedModel, curve: str) -> None:
    text = certified.curve.to_csv(index=False, lineterminator="\n")
    write_bytes(Path(curve), text.encode())
    tell(f"written: {shlex.quote(curve)}")


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
