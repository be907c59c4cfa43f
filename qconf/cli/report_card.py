"""``qconf report-card``: what an AVM committee asks for, on anybody's values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.example_rows import check_named, refuse_reading, valued_rows
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ExampleOption,
    FormatOption,
    OutputOption,
    ReportOption,
    SeedOption,
    SeparatorOption,
    SheetOption,
    StrictOption,
    TableArgument,
    TextOption,
    named_limits,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.page import check_report, write_page
from qconf.cli.tables import read_file, reading_options
from qconf.cli.terminal import tell
from qconf.core.estimate import in_percent
from qconf.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from qconf.avm.result import AvmReport

__all__ = ["report_card_command"]


ValueOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The values, made without having seen the truth; missing where the model gave none.",
    ),
]
TruthOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="What came out: the sale price, say.")
]
FsdOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Forecast standard deviation, a share of the value such as 0.08: tested by band, and "
        "told for each cut-off.",
    ),
]
CcsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Common confidence score: the probability of an error of at most 10 %, in per cent "
        "(or all from 0 to 1).",
    ),
]
TiersOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN|A=P,B=P|none",
        help="A column of named bands, at most 50; or names, each with the largest failure rate "
        "that the FSD makes expected, beyond which is refer.  [default: A=0.05,B=0.1,C=0.2,D=0.35 "
        "where there is an FSD]",
    ),
]
ProtectedOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="Tell everything again for each class of this column."),
]
TimeOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="When each truth became known: intervals then allow for errors that move slowly.",
    ),
]
GroupsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Rows that belong together (a zip code, a seller): intervals come from whole groups.",
    ),
]
ThresholdOption: TypeAlias = Annotated[
    float, typer.Option(metavar="NUMBER", help="A failure is off by a larger share of the truth.")
]
ResamplesOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Resamples that the intervals are made of.")
]
SampleOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        help="Instead of a report, draw so many rows at random for people to look at, as CSV.",
    ),
]
StrataOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Draw from each value of this column in proportion, and at least one row.",
    ),
]


def report_card_command(  # noqa: PLR0917 - typer turns each into an option
    table: TableArgument = None,
    example: ExampleOption = None,
    value: ValueOption = None,
    truth: TruthOption = None,
    fsd: FsdOption = None,
    ccs: CcsOption = None,
    tiers: TiersOption = None,
    protected: ProtectedOption = None,
    time: TimeOption = None,
    groups: GroupsOption = None,
    threshold: ThresholdOption = 0.15,
    resamples: ResamplesOption = 500,
    sample: SampleOption = None,
    strata: StrataOption = None,
    seed: SeedOption = 0,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    report: ReportOption = None,
    strict: StrictOption = False,
    text: TextOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    sheet: SheetOption = None,
    debug: DebugOption = False,
) -> None:
    """Report on values whose truth is known: accuracy, confidence scores, ratio statistics.

    For example:

    qconf report-card --example king-county

    qconf report-card values.csv --value avm --truth price --fsd fsd --groups zip

    qconf report-card values.csv --sample 200 --strata tier --output audit.csv
    """
    del debug  # seen by the program, before the command
    check_named(table, example)
    if strata is not None and sample is None:
        msg = "--strata says how a sample is drawn; say how many rows with --sample NUMBER."
        raise OptionError(msg)
    if sample is not None and report is not None:
        msg = "--sample draws rows, of which there is no --report; leave one of them out."
        raise OptionError(msg)
    check_output(format_name, output, [] if table is None else [table])
    check_report(report, [table], output=output)
    reading = reading_options(
        text=text, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first, sheet=sheet,
    )  # fmt: skip
    frame, roles = _read(table, example, reading, strict=strict)
    if sample is not None:
        write_result(_drawn(frame, sample, strata, seed), _as_csv, format_name, output)
        return
    named = {
        "expected_error": fsd or roles.get("fsd"), "ccs": ccs, "protected": protected,
        "time": time or roles.get("time"), "groups": groups,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "threshold": threshold,
        "n_resamples": resamples,
        "random_state": seed,
    }
    if tiers is not None and (tiers == _NONE or "=" in tiers):
        if named["expected_error"] is None:
            msg = f"--tiers {tiers} is of tiers made of an FSD; name its column with --fsd."
            raise OptionError(msg)
        settings["tier_limits"] = None if tiers == _NONE else named_limits(tiers)
    else:
        named["tiers"] = tiers
    asked = {"value": value or roles.get("value"), "truth": truth or roles.get("truth")}
    card = _report(frame, asked, named, settings)
    write_page(report, card, table or example)
    write_result(card, _as_table, format_name, output)


def _read(
    table: str | None, example: str | None, reading: dict[str, Any], *, strict: bool
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read the table, or value an example, which says what its columns are."""
    if example is not None:
        refuse_reading(reading)
        return valued_rows(example)
    file = read_file(str(table), reading, strict=strict)
    for warning in file.warnings:
        tell(f"warning: {warning}")
    return file.frame, {}


def _report(
    frame: pd.DataFrame,
    asked: dict[str, str | None],
    named: dict[str, str | None],
    settings: dict[str, Any],
) -> AvmReport:
    from qconf.avm.report import avm_report  # noqa: PLC0415 - as above
    from qconf.tables.roles import role_column  # noqa: PLC0415

    for option, name in asked.items():
        if name is None:
            columns = ", ".join(map(str, frame.columns[:12]))
            msg = f"Which column is the {option}? Name it with --{option}. There are: {columns}."
            raise OptionError(msg)
    if asked["value"] == asked["truth"]:
        msg = f"--value and --truth name the same column, {asked['value']!r}."
        raise OptionError(msg)
    given: dict[str, Any] = {
        role: role_column(frame, _OPTIONS.get(role, role), column)
        for role, column in {**asked, **named}.items()
    }
    return avm_report(given.pop("value"), given.pop("truth"), **given, **settings)


#: What leaves the tiers out that are made of an FSD.
_NONE = "none"
#: What a role is called where a column of it is not found.
_OPTIONS = {
    "expected_error": "FSD", "ccs": "CCS", "tiers": "tier", "protected": "protected column",
    "time": "time", "groups": "group",
}  # fmt: skip


@dataclass(frozen=True)
class _Sample:
    """Rows that were drawn, as a result to be written."""

    rows: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The rows; the first column is the index, so that no other is written."""
        return self.rows.set_index(self.rows.columns[0])

    def to_dict(self) -> dict[str, Any]:
        """Return the rows one by one."""
        return {"sample": json.loads(self.rows.to_json(orient="records", date_format="iso"))}


def _drawn(frame: pd.DataFrame, n: int, strata: str | None, seed: int) -> _Sample:
    """Draw a sample, and say beside it what it could prove."""
    from qconf.avm.audit import certified_rate, random_sample  # noqa: PLC0415 - as above

    drawn = random_sample(frame, n, strata=strata, random_state=seed)
    tell(
        f"{n:,} of {len(frame):,} rows drawn with seed {seed}. If none of them fails, the failure "
        f"rate is at most {in_percent(certified_rate(0, n))}, with 95 % confidence."
    )
    return _Sample(drawn)


def _as_csv(sample: _Sample) -> str:
    return sample.table.to_csv(lineterminator="\n")


def _as_table(report: AvmReport) -> str:
    from qconf.avm.table import report_text  # noqa: PLC0415 - JSON and CSV do without rich

    return report_text(report)
