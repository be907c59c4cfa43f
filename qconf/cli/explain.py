"""``qconf explain``: why one estimate is what it is, and what an objection would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.completing import one_of
from qconf.cli.example_rows import check_named, given_rows
from qconf.cli.explaining import Asked, explain
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ExampleOption,
    OutputOption,
    PluginsOption,
    SeparatorOption,
    TrustOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.score_options import ModelArgument
from qconf.cli.tables import reading_options
from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.explanation.objection import Explained

__all__ = ["explain_command"]

_FORMATS = ("text", "json", "html")

RowsArgument: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="INPUT",
        show_default=False,
        help="A Parquet or CSV file, or - for standard input.",
    ),
]
RowOption: TypeAlias = Annotated[
    int, typer.Option(metavar="NUMBER", help="Which row of it, counted from 1.")
]
SalesOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="Earlier rows with what came out, of which comparables are chosen."
    ),
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="COLUMN=CELL",
        help="What would it be with another input? Can be said more than once; nothing after = "
        "makes it missing.",
    ),
]
WithoutOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="SALE", help="And without this comparable? Can be said more than once."),
]
AddSaleOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="And with these sales, which were not known?"),
]
TogetherOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="A,B",
        help="Columns that are one reason, such as lat,long. Can be said more than once.",
    ),
]
CountOption: TypeAlias = Annotated[
    int, typer.Option("-n", metavar="NUMBER", help="How many comparables.")
]
SinceOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only comparables from this day on.")
]
KindOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        autocompletion=one_of(*_FORMATS),
        help="text, json or html (one page).",
    ),
]


def explain_command(  # noqa: PLR0917 - typer turns each into an option
    model: ModelArgument,
    row: RowOption,
    table: RowsArgument = None,
    example: ExampleOption = None,
    sales: SalesOption = None,
    set_: SetOption = None,
    without: WithoutOption = None,
    add_sale: AddSaleOption = None,
    together: TogetherOption = None,
    n: CountOption = 5,
    since: SinceOption = None,
    format_name: KindOption = "text",
    output: OutputOption = None,
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Show why one estimate is what it is, how sure it is, and what would change it.

    Its inputs, its comparables, the reasons for its expected error, and which input, if it were
    another one, would move the decision. With --set, --without or --add-sale also what it would be
    then.

    For example:

    qconf explain avm.qconf --example king-county --row 17

    qconf explain avm.qconf new.parquet --row 17 --sales sales.parquet

    qconf explain avm.qconf new.parquet --row 17 --set lot=620 --together lat,long --format html
    """
    del debug  # seen by the program, before the command
    check_named(table, example)
    inputs = [one for one in (table, sales, add_sale) if one is not None]
    check_output(format_name, output, inputs, model=model, formats=_FORMATS)
    reading = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first,
    )  # fmt: skip
    trusted = tuple(split_names(trust) or ())
    asked = Asked(
        model=model,
        row=row,
        sales=sales,
        cells=_cells(set_ or []),
        without=tuple(without or ()),
        add_sale=add_sale,
        together=tuple(tuple(split_names(one) or ()) for one in together or ()),
        n=n,
        since=since,
        plugins=plugins,
        trust=trusted,
    )
    with given_rows(table, example, model, reading, plugins=plugins, trust=trusted) as rows:
        explained = explain(asked, rows, reading)
    write_result(explained, _drawn(format_name), format_name, output)


def _cells(typed: list[str]) -> dict[str, str]:
    """Read what was typed after ``--set``.

    Raises
    ------
    OptionError
    """
    cells: dict[str, str] = {}
    for one in typed:
        name, equals, cell = one.partition("=")
        if not (equals and name.strip()):
            msg = f"--set names a column and a cell, such as lot=620; got {one!r}."
            raise OptionError(msg)
        if name.strip() in cells:
            msg = f"--set: the column {name.strip()!r} is set twice; say it once."
            raise OptionError(msg)
        cells[name.strip()] = cell
    return cells


def _drawn(format_name: str) -> Any:
    def draw(found: Explained) -> str:
        return found.as_page() if format_name == "html" else found.as_text()

    return draw
