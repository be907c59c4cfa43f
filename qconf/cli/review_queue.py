"""``qconf review queue``: choose estimates to look into, and keep them as cases."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from qconf.cli.destination import check_destination
from qconf.cli.example_rows import GivenRows, check_named, given_rows
from qconf.cli.options import (
    ConflictOption,
    DateFormatOption,
    DayFirstOption,
    DebugOption,
    DecimalOption,
    EncodingOption,
    ExampleOption,
    FormatOption,
    PluginsOption,
    SeedOption,
    SeparatorOption,
    ThresholdOption,
    TrustOption,
    split_names,
    split_pairs,
)
from qconf.cli.output import check_output, write_result
from qconf.cli.review_queue_options import (
    CountOption,
    ExplainOption,
    FalseDiscoveryOption,
    KeyOption,
    OutcomesArgument,
    QueueOption,
    RandomShareOption,
    ReviewedArgument,
    SalesOption,
    StakeOption,
    TruthOption,
    WhenOption,
)
from qconf.cli.tables import reading_options
from qconf.cli.terminal import tell

if TYPE_CHECKING:
    from qconf.review.result import ReviewQueue

__all__ = ["queue_command"]


def queue_command(  # noqa: PLR0917 - typer turns each into an option
    model: ReviewedArgument,
    output: QueueOption,
    table: OutcomesArgument = None,
    example: ExampleOption = None,
    truth: TruthOption = None,
    n: CountOption = 50,
    fdr: FalseDiscoveryOption = 0.1,
    random_share: RandomShareOption = 0.2,
    conflict: ConflictOption = None,
    stake: StakeOption = None,
    key: KeyOption = None,
    time: WhenOption = None,
    explain: ExplainOption = True,
    sales: SalesOption = None,
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

    qconf review queue avm.qconf --example king-county --key id --output queue.db

    qconf review queue avm.qconf outcomes.parquet --truth price --key id --output queue.db -n 50
    """
    del debug  # seen by the program, before the command
    check_named(table, example)
    inputs = [] if table is None else [table]
    check_output(format_name, None, inputs, model=model)
    if "://" not in output:
        check_destination(output, inputs, model=model)
    opening: Any = {"plugins": plugins, "trust": tuple(split_names(trust) or ())}
    asked: dict[str, Any] = {
        "truth": truth, "n": n, "fdr": fdr, "random_share": random_share, "stake": stake,
        "conflicts": split_pairs(conflict), "key": key, "time": time, "threshold": threshold,
        "explain": explain, "sales": sales, "random_state": seed, **opening,
    }  # fmt: skip
    asked["reading"] = reading_options(
        text=None, separator=separator, decimal=decimal, encoding=encoding,
        date_format=date_format, day_first=day_first,
    )  # fmt: skip
    with given_rows(table, example, model, asked["reading"], **opening) as rows:
        queue, kept = _queued(model, rows, output, asked)
    for warning in queue.warnings:
        tell(f"warning: {warning}")
    write_result(queue, lambda one: f"{one}\n{kept}", format_name, None)


def _queued(
    model: str, rows: GivenRows, output: str, asked: dict[str, Any]
) -> tuple[ReviewQueue, str]:
    """Choose rows, keep them, and say where."""
    from qconf.review.queue import review_queue  # noqa: PLC0415 - help must not wait for pandas
    from qconf.review.store.store import FeedbackStore  # noqa: PLC0415

    asked["sales"] = asked["sales"] or rows.sales
    with FeedbackStore(output) as store, redirect_stdout(sys.stderr):
        asked |= {"flagged": store.flagged(), "queued": store.queued()}
        queue = review_queue(model, rows.path, **asked)
        numbers, place = store.add_queue(queue), store.name
    if not numbers:
        return queue, "No case is new.\n"
    return queue, f"Kept: {place}, cases {numbers[0]} to {numbers[-1]}; see qconf review list.\n"
