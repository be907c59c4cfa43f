"""What ``qconf explain`` does with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qconf.errors import OptionError

if TYPE_CHECKING:
    from qconf.explanation.objection import Explained

__all__ = ["Asked", "explain"]


@dataclass(frozen=True)
class Asked:
    """What was typed, by the name of its option."""

    model: str
    table: str
    row: int
    sales: str | None
    cells: Mapping[str, str]
    without: tuple[str, ...]
    add_sale: str | None
    together: tuple[tuple[str, ...], ...]
    n: int
    since: str | None
    plugins: bool
    trust: tuple[str, ...]


def explain(asked: Asked, reading: Mapping[str, Any]) -> Explained:
    """Open the model, read the row, and explain it; and again, as an objection would have it.

    Raises
    ------
    QconfError
        If something of that cannot be done.
    """
    from qconf.explanation.objection import Changes, Explained  # noqa: PLC0415 - help must not wait
    from qconf.explanation.row_explanation import explain_row  # noqa: PLC0415
    from qconf.explanation.subject import changed, row_of_file  # noqa: PLC0415
    from qconf.fitting.opened import opened  # noqa: PLC0415
    from qconf.scoring.decisions import Decisions  # noqa: PLC0415
    from qconf.tables.options import reading_options  # noqa: PLC0415
    from qconf.tables.schema import Schema  # noqa: PLC0415

    _check(asked)
    model, card, kept = opened(asked.model, "explained", plugins=asked.plugins, trust=asked.trust)
    said = {**kept, **reading}
    schema = Schema.of_model(model, said)
    known = {name: value for name, value in said.items() if value is not None and name != "sheet"}
    frame = row_of_file(asked.table, asked.row, schema, reading_options(**known))
    options = {
        "schema": schema, "decisions": Decisions().of_card(card), "together": asked.together,
    }  # fmt: skip
    before = explain_row(model, frame, **options)
    changes = Changes(asked.cells, asked.without)
    after = None
    if changes:
        after = explain_row(model, changed(frame, asked.cells, schema), **options)
    return Explained(asked.table, asked.row, before, changes, after)


def _check(asked: Asked) -> None:
    """Complain about options that do not go together, before the model is opened."""
    alone = {"--without": asked.without, "--add-sale": asked.add_sale, "--since": asked.since}
    for name, value in alone.items():
        if value and asked.sales is None:
            msg = f"{name} is about comparables: name sales to choose them from, with --sales FILE."
            raise OptionError(msg)
    if asked.n < 1:
        msg = f"-n must be a whole number >= 1, got {asked.n}."
        raise OptionError(msg)
