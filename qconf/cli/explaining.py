"""What ``qconf explain`` does with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qconf.cli.example_rows import GivenRows
from qconf.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from qconf.explanation.objection import Explained
    from qconf.tables.schema import Schema

__all__ = ["Asked", "explain"]


@dataclass(frozen=True)
class Asked:
    """What was typed, by the name of its option."""

    model: str
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


def explain(asked: Asked, rows: GivenRows, reading: Mapping[str, Any]) -> Explained:
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
    from qconf.tables.schema import Schema  # noqa: PLC0415

    _check(asked)
    model, card, kept = opened(asked.model, "explained", plugins=asked.plugins, trust=asked.trust)
    said = {**kept, **reading}
    schema = Schema.of_model(model, said)
    frame = row_of_file(rows.path, asked.row, schema, schema.reading)
    options: dict[str, Any] = {
        "schema": schema, "decisions": Decisions().of_card(card), "together": asked.together,
    }  # fmt: skip
    if asked.sales is None and model.known_sales_.kept is None:
        asked = replace(asked, sales=rows.sales)
    compared = _Compared.of(asked, model, card.target, schema, said)
    before = explain_row(model, frame, comparables=compared.as_known(frame), **options)
    changes = Changes(asked.cells, asked.without, compared.n_added)
    after = None
    if changes:
        other = changed(frame, asked.cells, schema)
        after = explain_row(model, other, comparables=compared.as_objected(other), **options)
    return Explained(rows.name, asked.row, before, changes, after, compared.why_none)


@dataclass(frozen=True, eq=False)
class _Compared:
    """Comparables, as known and as an objection would have them."""

    asked: Asked
    model: Any
    target: str | None
    sales: Any = None
    objected: Any = None
    n_added: int = 0
    why_none: str = ""

    @classmethod
    def of(
        cls, asked: Asked, model: Any, target: str | None, schema: Schema, said: Mapping[str, Any]
    ) -> _Compared:
        """Read the sales, or take those that the model keeps, if there are some."""
        from qconf.explanation.sales_of_file import (  # noqa: PLC0415 - help must not wait
            kept_sales,
            sales_of_file,
            sales_with,
            sales_without,
        )

        if asked.sales is None:
            sales = kept_sales(model, target)
        else:
            sales = sales_of_file(asked.sales, schema, said)
        if sales is None:
            _check_nothing_of_sales(asked)
            return cls(asked, model, target, why_none="None: name earlier sales with --sales FILE.")
        objected, n_added = sales_without(sales, asked.without), 0
        if asked.add_sale is not None:
            added = sales_of_file(asked.add_sale, schema, said)
            objected, n_added = sales_with(objected, added), len(added)
        return cls(asked, model, target, sales, objected, n_added)

    def as_known(self, frame: pd.DataFrame) -> Any:
        """Choose comparables among the sales as they are."""
        return self._chosen(frame, self.sales)

    def as_objected(self, frame: pd.DataFrame) -> Any:
        """Choose them without and with the sales that somebody named."""
        return self._chosen(frame, self.objected)

    def _chosen(self, frame: pd.DataFrame, sales: Any) -> Any:
        from qconf.explanation.comparables import comparables  # noqa: PLC0415 - help must not wait

        if self.why_none:
            return None
        asked = self.asked
        return comparables(
            self.model, frame, sales=sales, target=self.target, n=asked.n, since=asked.since,
            random_state=0,
        )  # fmt: skip


def _check(asked: Asked) -> None:
    """Complain about an option before the model is opened."""
    if asked.n < 1:
        msg = f"-n must be a whole number >= 1, got {asked.n}."
        raise OptionError(msg)


def _check_nothing_of_sales(asked: Asked) -> None:
    """Complain about options that are about sales, where there are none."""
    alone = {"--without": asked.without, "--add-sale": asked.add_sale, "--since": asked.since}
    for name, value in alone.items():
        if value:
            msg = (
                f"{name} is about comparables, and the model keeps no sales to choose them from: "
                "name some with --sales FILE."
            )
            raise OptionError(msg)
