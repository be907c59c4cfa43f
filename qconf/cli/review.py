"""``qconf review``: estimates that were really off, what is decided of them, and back."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from qconf.cli.completing import one_of
from qconf.cli.destination import check_destination, write_bytes
from qconf.cli.helping import HelpedCommand, HelpedGroup
from qconf.cli.options import DebugOption, FormatOption, OutputOption, split_names
from qconf.cli.output import check_output, write_result
from qconf.cli.review_queue import queue_command
from qconf.cli.streams import write_text
from qconf.errors import OptionError
from qconf.review.reasons import DECISIONS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["review_app"]

review_app = typer.Typer(
    cls=HelpedGroup,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Look into estimates that were really off, and put what was found back into the data.",
    short_help="Look into estimates that were really off, and put what was found into the data.",
    invoke_without_command=True,
)
review_app.command("queue", cls=HelpedCommand, short_help="Choose estimates to look into.")(
    queue_command
)

StoreArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="STORE", help="A file of qconf review queue or qconf serve, or postgresql://..."
    ),
]
CaseArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="CASE", help="Its number; qconf review list tells them.")
]
_PARQUET = (".parquet", ".pq")
SOURCE_NAMES = ("flagged", "surprise", "conflict", "stake", "unusual", "random")


@review_app.callback()
def _group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


class _Defused:
    """A result whose CSV no spreadsheet runs: free text is in it."""

    def __init__(self, result: Any) -> None:
        self._result = result

    @property
    def table(self) -> pd.DataFrame:
        from qconf.review.defused import defused_table  # noqa: PLC0415 - help must not wait

        return defused_table(self._result.table.reset_index()).set_index(
            self._result.table.index.name
        )

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = self._result.to_dict()
        return told

    def __str__(self) -> str:
        return f"{self._result}\n"


@review_app.command("list", cls=HelpedCommand, short_help="List cases, the newest queue first.")
def list_command(
    store: StoreArgument,
    state: Annotated[
        str,
        typer.Option(
            "--state",
            metavar="open|decided|all",
            autocompletion=one_of("open", "decided", "all"),
            help="Which cases.",
        ),
    ] = "open",
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=one_of(*SOURCE_NAMES),
            help="Only those that one source brought.",
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", metavar="NUMBER", help="At most so many.")] = 50,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    debug: DebugOption = False,
) -> None:
    """List cases: the newest queue first, by rank.

    For example:

    qconf review list queue.db
    """
    del debug  # seen by the program, before the command
    from qconf.errors import not_one_of  # noqa: PLC0415
    from qconf.review.case_list import CaseList  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.sources import SOURCES  # noqa: PLC0415
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415

    states = {"open": False, "decided": True, "all": None}
    if state not in states:
        raise OptionError(not_one_of("state", state, states))
    if source is not None and source not in SOURCES:
        raise OptionError(not_one_of("source", source, SOURCES))
    if n < 1:
        msg = f"-n must be a whole number >= 1, got {n}."
        raise OptionError(msg)
    check_output(format_name, output, store=store)
    with FeedbackStore(store, create=False) as kept:
        cases = kept.cases(decided=states[state], drawn_by=source, limit=n)
        told = CaseList(cases, kept.counts())
    write_result(_Defused(told), str, format_name, output)


@review_app.command("show", cls=HelpedCommand, short_help="Show all that is known of one case.")
def show_command(
    store: StoreArgument,
    case: CaseArgument,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    debug: DebugOption = False,
) -> None:
    """Show one case: the estimate, its inputs and explanation as they were, and decisions.

    For example:

    qconf review show queue.db 7
    """
    del debug
    from qconf.review.case_list import CaseSheet  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415

    check_output(format_name, output, store=store)
    with FeedbackStore(store, create=False) as kept:
        number = _number(case)
        told = CaseSheet(kept.case(number), kept.decisions(number))
    write_result(_Defused(told), str, format_name, output)


@review_app.command("decide", cls=HelpedCommand, short_help="Decide a case.")
def decide_command(
    store: StoreArgument,
    case: CaseArgument,
    reason: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            autocompletion=one_of(*DECISIONS),
            help="wrong_input, condition, not_arms_length, comparable_does_not_fit, "
            "comparable_missing, market_moved, model, other or fine.",
        ),
    ],
    text: Annotated[str, typer.Option(metavar="TEXT", help="In your own words.")] = "",
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME=VALUE", help="What an input should be; repeatable."),
    ] = None,
    own_value: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="What the value should be.")
    ] = None,
    comparables: Annotated[
        list[str] | None,
        typer.Option("--comparable", metavar="ROW", help="One that is missing or does not fit."),
    ] = None,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who decides.  [default: you, by login]")
    ] = None,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="Replace the decision in force; it is kept.")
    ] = False,
    debug: DebugOption = False,
) -> None:
    """Decide a case: why the estimate is off, or that it is fine.

    For example:

    qconf review decide queue.db 7 --reason wrong_input --input lot=620 --text "a digit too many"
    """
    del debug
    from qconf.review.case_list import counted  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415
    from qconf.review.typed_inputs import typed_inputs  # noqa: PLC0415

    with FeedbackStore(store, create=False) as kept:
        known = kept.case(_number(case))
        before = known.decision.id if supersede and known.decision is not None else None
        number = kept.decide(
            known.id, who=who or _login(), reason=reason.replace("-", "_"), text=text,
            corrected=typed_inputs(inputs or (), known.inputs), own_value=own_value,
            comparables=comparables or (), supersedes=before,
        )  # fmt: skip
        left = kept.counts()["open"]
    told = f"Case {known.id} is decided (decision {number}); {counted(left, 'case')} open.\n"
    write_text(told, drawn=False)


@review_app.command("summary", cls=HelpedCommand, short_help="Sum up what was said and decided.")
def summary_command(
    store: StoreArgument,
    by: Annotated[
        str | None, typer.Option(metavar="A,B", help="Inputs to slice by, beside the month.")
    ] = None,
    level: Annotated[float, typer.Option(metavar="LEVEL", help="Of the intervals.")] = 0.95,
    format_name: FormatOption = "table",
    output: OutputOption = None,
    debug: DebugOption = False,
) -> None:
    """Sum up reasons by slice and time, what sources are worth, and what foretells large errors.

    For example:

    qconf review summary queue.db --by zone
    """
    del debug
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415 - help must not wait
    from qconf.review.summary import summarize  # noqa: PLC0415

    check_output(format_name, output, store=store)
    with FeedbackStore(store, create=False) as kept:
        told = summarize(kept, by=split_names(by) or (), confidence_level=level)
    write_result(_Defused(told), str, format_name, output)


@review_app.command(
    "export", cls=HelpedCommand, short_help="Write what was found as a table of corrections."
)
def export_command(
    store: StoreArgument,
    output: Annotated[
        str,
        typer.Option(metavar="FILE", help="A Parquet file; or CSV, in which no cell is a formula."),
    ],
    debug: DebugOption = False,
) -> None:
    """Write corrected inputs, exclusions, comparables and labels, each with who, when and why.

    For example:

    qconf review export queue.db --output corrections.parquet
    """
    del debug
    check_destination(output, store=store)
    is_parquet = output.lower().endswith(_PARQUET)
    if not is_parquet and not output.lower().endswith(".csv"):
        msg = f"Corrections are written as Parquet or CSV: name a file so, got {output!r}."
        raise OptionError(msg)
    from pathlib import Path  # noqa: PLC0415

    from qconf.review.defused import defused_table  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.export import corrections_of  # noqa: PLC0415
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415

    with FeedbackStore(store, create=False) as kept:
        told = corrections_of(kept)
    if is_parquet:
        whole = io.BytesIO()
        told.to_parquet(whole, index=False)
        write_bytes(Path(output), whole.getvalue())
    else:
        text = defused_table(told).to_csv(index=False, lineterminator="\n")
        write_bytes(Path(output), text.encode())
    counts = ", ".join(f"{count:,} {kind}" for kind, count in told["kind"].value_counts().items())
    write_text(f"Written: {output} ({counts or 'nothing was said yet'}).\n", drawn=False)


def _number(case: str) -> int:
    if not case.strip().isdecimal():
        msg = f"A case is named by its number, a whole one; got {case!r}. See qconf review list."
        raise OptionError(msg)
    return int(case)


def _login() -> str:
    import getpass  # noqa: PLC0415 - only who decides needs it

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that has no name.
        return f"user {os.getuid()}"
