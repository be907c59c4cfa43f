"""``qconf review queue``: choose estimates to look into, and keep them as cases."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Annotated, Any

import typer

from qconf.cli.destination import check_destination
from qconf.cli.options import (
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    FormatOption,
    PluginsOption,
    SeedOption,
    SeparatorOption,
    ThresholdOption,
    TrustOption,
    split_names,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.tables import reading_options
from qconf.cli.terminal import tell
from qconf.errors import OptionError

__all__ = ["queue_command"]


def queue_command(  # noqa: PLR0917 - typer turns each into an option
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A file of qconf fit or certify.")],
    table: Annotated[
        str,
        typer.Argument(
            metavar="TABLE",
            help="Rows that the model has not seen, with what came out as far as it is known: a "
            "file, a folder or a glob.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            metavar="STORE",
            help="Where cases are kept: a file such as queue.db, made or added to, or "
            "postgresql://user@host/name. What people said in it is looked into first.",
        ),
    ],
    truth: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="What came out.  [default: the target of the fit]"),
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="NUMBER", help="How many to look into.")] = 50,
    fdr: Annotated[
        float,
        typer.Option(metavar="RATE", help="Of outcomes called surprising, the share that is none."),
    ] = 0.1,
    random_share: Annotated[
        float, typer.Option(metavar="SHARE", help="Drawn at random, to learn what others miss.")
    ] = 0.2,
    conflicts: Annotated[
        str | None,
        typer.Option(
            metavar="A:B,C:D", help="Pairs of columns that tell the same from two sources."
        ),
    ] = None,
    stake: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Money at stake; prediction is the value itself. Rows are looked into by how "
            "much of it is likely to be off.",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="What tells rows apart.  [default: all that the model reads]"
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="When a row was decided on.  [default: the time of the fit]"
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain/--no-explain", help="Keep with each case why the estimate is what it is."
        ),
    ] = True,
    sales: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Earlier rows with what came out, of which comparables are chosen.  [default: "
            "those that the model keeps, if it does]",
        ),
    ] = None,
    threshold: ThresholdOption = None,
    seed: SeedOption = 0,
    format_name: FormatOption = "table",
    plugins: PluginsOption = False,
    trust: TrustOption = None,
    separator: SeparatorOption = None,
    decimal: DecimalOption = None,
    encoding: EncodingOption = None,
    date_format: DateFormatOption = None,
    day_first: DayFirstOption = None,
    debug: DebugOption = False,
) -> None:
    """Choose estimates to look into, and keep each as it is now, for people to decide.

    Outcomes that surprise, inputs in conflict, what people flagged, and a random share. Rows that
    were queued before are not queued again.

    For example:

    qconf review queue avm.qconf outcomes.parquet --truth price --key id --output queue.db -n 50
    """
    del debug  # seen by the program, before the command
    check_output(format_name, None, [table], model=model)
    if "://" not in output:
        check_destination(output, [table], model=model)
    asked: dict[str, Any] = {
        "truth": truth, "n": n, "fdr": fdr, "random_share": random_share, "stake": stake,
        "conflicts": split_pairs(conflicts), "key": key, "time": time, "threshold": threshold,
        "explain": explain, "sales": sales, "random_state": seed, "plugins": plugins,
        "trust": tuple(split_names(trust) or ()),
    }  # fmt: skip
    asked["reading"] = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first,
    )  # fmt: skip
    from qconf.review.queue import review_queue  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415

    with FeedbackStore(output) as store, redirect_stdout(sys.stderr):
        known = {"flagged": store.flagged(), "queued": store.queued()}
        queue = review_queue(model, table, **asked, **known)
        numbers, place = store.add_queue(queue), store.name
    for warning in queue.warnings:
        tell(f"warning: {warning}")
    kept = "No case is new.\n"
    if numbers:
        kept = f"Kept: {place}, cases {numbers[0]} to {numbers[-1]}; see qconf review list.\n"
    write_result(queue, lambda one: f"{one}\n{kept}", format_name, None)


def split_pairs(text: str | None) -> list[tuple[str, str]] | None:
    """Split pairs of names.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> split_pairs("size_tax:size_listing, rooms:rooms_2")
    [('size_tax', 'size_listing'), ('rooms', 'rooms_2')]
    """
    if text is None:
        return None
    pairs = []
    for one in split_names(text) or ():
        first, colon, second = (part.strip() for part in one.partition(":"))
        if not (first and colon and second):
            msg = f"--conflicts names pairs of columns, such as size_tax:size_listing; got {one!r}."
            raise OptionError(msg)
        pairs.append((first, second))
    return pairs
