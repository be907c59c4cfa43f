"""What an objection changes: a row as it was, and as it would be, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf.core.estimate import in_percent
from qconf.explanation.money import in_steps
from qconf.explanation.row_explanation import RowExplanation
from qconf.explanation.sentences import told_error
from qconf.explanation.telling import headline, sections_of
from qconf.report.grid import Column, Grid
from qconf.report.sections import Section, as_page, as_text

__all__ = ["Changes", "Explained", "beside", "figures_of", "score_figures"]

_NO_FACTOR = 0.005


@dataclass(frozen=True)
class Changes:
    """What somebody objects to.

    Attributes
    ----------
    cells : dict of str to str
        Inputs that are to be others.
    without : tuple of str
        Sales that are not to be comparables.
    added : int
        How many sales are to be added.
    """

    cells: Mapping[str, str]
    without: tuple[str, ...] = ()
    added: int = 0

    def __bool__(self) -> bool:
        return bool(self.cells or self.without or self.added)

    def __str__(self) -> str:
        """Say them in a line."""
        said = [f"{name} = {cell or 'missing'}" for name, cell in self.cells.items()]
        said += [f"without sale {one}" for one in self.without]
        if self.added:
            said.append(f"with {self.added:,} more sale{'s' if self.added > 1 else ''}")
        return ", ".join(said)


@dataclass(frozen=True, eq=False)
class Explained:
    """What `qconf explain` found.

    Attributes
    ----------
    source : str
        Of the row.
    number : int
        Of the row, counted from 1.
    before : RowExplanation
    changes : Changes
    after : RowExplanation or None
        None without changes.
    no_comparables : str
        Why there are none.
    """

    source: str
    number: int
    before: RowExplanation
    changes: Changes
    after: RowExplanation | None = None
    no_comparables: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """The reasons of the row as it is."""
        return self.before.error.table.set_index("property")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "table": self.source,
            "row": self.number,
            **self.before.to_dict(),
            "changes": {
                "set": dict(self.changes.cells),
                "without": list(self.changes.without),
                "added_sales": self.changes.added,
            },
            "after": None if self.after is None else self.after.to_dict(),
        }

    @property
    def title(self) -> str:
        """Which row, and what is estimated."""
        return f"Row {self.number:,} of {self.source}: {headline(self.before)}"

    def as_text(self) -> str:
        """Write it for a terminal."""
        return as_text(self.title, self._sections())

    def as_page(self) -> str:
        """Write it as a page of HTML."""
        return as_page(self.title, self._sections())

    def _sections(self) -> Sequence[Section]:
        sections = sections_of(self.before, self.no_comparables)
        if self.after is None:
            return sections
        both = Section(f"With {self.changes}", list(beside(self.before, self.after)))
        return [both, *sections]


def beside(before: RowExplanation, after: RowExplanation) -> Iterator[str | Grid]:
    """Put a row as it is and as it would be side by side, as far as they differ.

    Parameters
    ----------
    before, after : RowExplanation
    """
    columns = [Column("figure"), Column("before", right=True), Column("after", right=True)]
    yield Grid(columns, list(_figures(before, after)))
    inputs = _inputs(before, after)
    if inputs:
        yield Grid([Column("input"), *columns[1:], Column("note", fold=True)], inputs)
    factors = _factors(before, after)
    if factors:
        yield Grid([Column("factor of"), *columns[1:]], factors)
    if before.comparables is not None and after.comparables is not None:
        yield Grid([Column("comparable"), *columns[1:]], _sales(before, after))


def _figures(before: RowExplanation, after: RowExplanation) -> Iterator[list[str]]:
    """List the figures of both, as far as there are some."""
    told = [figures_of(one) for one in (before, after)]
    for name in dict.fromkeys([*told[0], *told[1]]):
        yield [name, *(one.get(name, "") for one in told)]


def figures_of(told: RowExplanation) -> dict[str, str]:
    """Write the figures of a row, and of its comparables."""
    unit = told.error.unit
    figures = score_figures(told.score, unit)
    if told.comparables is not None:
        line = told.comparables.summary.iloc[0]
        figures["average of comparables"] = in_steps(line["comparables_value"])
        figures["their spread"] = told_error(float(line["spread"]), unit)
        figures["effective comparables"] = f"{line['effective_comparables']:.1f}"
    return figures


def score_figures(score: Mapping[str, Any], unit: str) -> dict[str, str]:
    """Write what `qconf score` says of a row, by what it is called.

    Parameters
    ----------
    score : mapping
    unit : {"percent", "units"}
        How errors are written.

    Examples
    --------
    >>> score = {"prediction": 540_123.0, "low": 5e5, "high": 6e5, "expected_error": 0.081}
    >>> score_figures({**score, "tier": "B"}, "percent")["tier"]
    'B'
    """
    told = {"value": "prediction", "low": "low", "high": "high"}
    figures = {name: in_steps(score[key]) for name, key in told.items() if _known(score, key)}
    if _known(score, "expected_error"):
        figures["expected error"] = told_error(score["expected_error"], unit)
    for name, key in (("P(within 10 %)", "p_within_10"), ("P(outlier)", "p_outlier")):
        if _known(score, key):
            figures[name] = in_percent(score[key])
    if score.get("tier") is not None:
        figures["tier"] = str(score["tier"])
    if score.get("accept") is not None:
        figures["accepted"] = "yes" if score["accept"] else "no"
    return figures


def _known(score: Mapping[str, Any], key: str) -> bool:
    return isinstance(score.get(key), int | float)


def _inputs(before: RowExplanation, after: RowExplanation) -> list[list[str]]:
    """List the inputs that are other ones, with what is odd in the new ones."""
    both = zip(*(one.inputs.to_dict("records") for one in (before, after)), strict=True)
    return [
        [one["property"], one["cell"] or "-", other["cell"] or "-", other["note"]]
        for one, other in both
        if one["cell"] != other["cell"]
    ]


def _factors(before: RowExplanation, after: RowExplanation) -> list[list[str]]:
    """List the factors of the expected error that are other ones."""
    old, new = (one.error.table.set_index("property")["factor"] for one in (before, after))
    moved = (np.log(new[old.index]) - np.log(old)).abs().sort_values(ascending=False, kind="stable")
    changed = moved.index[moved >= _NO_FACTOR]
    return [[str(name), f"× {old[name]:.2f}", f"× {new[name]:.2f}"] for name in changed]


def _sales(before: RowExplanation, after: RowExplanation) -> list[list[str]]:
    """List the comparables of both, with adjusted prices and weights."""
    told = [
        {str(row["sale"]): _sale(row) for row in one.comparables.table.to_dict("records")}
        for one in (before, after)
    ]
    names = dict.fromkeys([*told[0], *told[1]])
    return [[name, *(one.get(name, "") for one in told)] for name in names]


def _sale(row: dict[str, Any]) -> str:
    return f"{in_steps(row['adjusted_price'])} ({in_percent(row['weight'], 0)})"
