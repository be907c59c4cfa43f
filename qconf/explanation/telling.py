"""One estimate as sections: inputs, comparables, error, value, what would change the decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from qconf.core.estimate import in_percent
from qconf.explanation.cells import written_cell
from qconf.explanation.comparables_result import HELD_OUT, OTHER
from qconf.explanation.money import in_steps
from qconf.explanation.row_explanation import RowExplanation
from qconf.explanation.sentences import named_factors, told_error
from qconf.report.grid import Column, Grid
from qconf.report.sections import Section

__all__ = ["headline", "sections_of"]

#: So many reasons, adjustments of a comparable and alternatives are told.
_REASONS, _ADJUSTMENTS, _ALTERNATIVES = 8, 3, 6
_NO_FACTOR = 0.005
#: What stands among the adjustments and is no property.
_NO_PROPERTY = {
    OTHER: "a part of the difference between the model's two values that goes to no property.",
    HELD_OUT: "what the model says of a sale now, beyond what it said without having seen it.",
}


def headline(told: RowExplanation) -> str:
    """Say in a line what is estimated, and how sure that is."""
    score, unit = told.score, told.error.unit
    line = (
        f"{in_steps(score['prediction'])} ({in_steps(score['low'])} to {in_steps(score['high'])})"
        f", expected error {told_error(score['expected_error'], unit)}"
    )
    if score.get("p_within_10") is not None:
        line += f", within 10 % with {in_percent(score['p_within_10'], 0)}"
    return line + "".join(f", {one}" for one in decision(score))


def decision(score: dict[str, Any]) -> list[str]:
    """Say what follows from a score, as far as the model's file knows."""
    said = [] if score.get("tier") is None else [f"tier {score['tier']}"]
    if score.get("accept") is not None:
        said.append("accepted" if score["accept"] else "not accepted")
    return said


def sections_of(told: RowExplanation, no_comparables: str = "") -> list[Section]:
    """Put all that is said of a row into sections.

    Parameters
    ----------
    told : RowExplanation
    no_comparables : str, default=""
        Why there are none.
    """
    return [
        Section("Inputs", [_inputs(told)]),
        Section("Comparables", list(_comparables(told, no_comparables))),
        Section("Expected error", list(_reasons(told))),
        Section("Value", [told.value.in_words()]),
        Section("What would change the decision", list(_alternatives(told))),
    ]


def _inputs(told: RowExplanation) -> Grid:
    columns = [
        Column("input", fold=True), Column("here", fold=True), Column("typical", fold=True),
        Column("note", fold=True),
    ]  # fmt: skip
    rows = []
    for one in told.inputs.to_dict("records"):
        note = f"{one['mark']}: {one['note']}" if one["mark"] else ""
        rows.append([one["property"], one["cell"] or "-", one["typical"] or "-", note])
    return Grid(columns, rows)


def _comparables(told: RowExplanation, why_none: str) -> Iterator[str | Grid]:
    if told.comparables is None:
        yield why_none or "None: name earlier sales."
        return
    if told.comparables.table.empty:
        yield "None: no sale was known at the time of this row, or none of them since --since."
        return
    table, summary = told.comparables.table, told.comparables.summary.iloc[0]
    columns = [
        Column("sale"), Column("weight", right=True), Column("price", right=True),
        Column("adjustment", right=True), Column("adjusted", right=True),
        Column("for", fold=True),
    ]  # fmt: skip
    rows = []
    for one in table.to_dict("records"):
        money = [in_steps(one["price"]), in_steps(one["adjustment"], sign=True)]
        adjusted = in_steps(one["adjusted_price"])
        why = "; ".join(adjustments_of(told.comparables, one["sale"]))
        rows.append([str(one["sale"]), in_percent(one["weight"], 0), *money, adjusted, why])
    yield Grid(columns, rows)
    yield (
        f"Weighted average {in_steps(summary['comparables_value'])}, beside the model's "
        f"{in_steps(summary['value'])}. In effect {summary['effective_comparables']:.1f} of "
        f"{summary['known_sales']:,.0f} known sales stand behind it."
    )
    named = set(told.comparables.adjustments["property"])
    yield from (f"{name}: {words}" for name, words in _NO_PROPERTY.items() if name in named)


def adjustments_of(comparables: Any, sale: Any) -> list[str]:
    """Say the largest adjustments of a comparable: ``+18,000 for 40 more area``."""
    own = comparables.adjustments
    own = own[own["sale"] == sale]
    own = own.iloc[np.argsort(-own["adjustment"].abs().to_numpy(), kind="stable")]
    own = own[own["adjustment"].abs() > 0].head(_ADJUSTMENTS)
    return [
        f"{in_steps(one['adjustment'], sign=True)} for {_difference(one)}"
        for one in own.to_dict("records")
    ]


def _difference(one: dict[str, Any]) -> str:
    """Say how the row differs from the sale in a property."""
    name, sale, subject = one["property"], one["sale_cell"], one["row_cell"]
    if sale is None and subject is None:
        return str(name)
    here, there = (pd.to_numeric(str(cell), errors="coerce") for cell in (subject, sale))
    if np.isnan(here) or np.isnan(there):
        return f"{name} {written_cell(subject) or '-'} instead of {written_cell(sale) or '-'}"
    far = written_cell(float(f"{abs(here - there):.4g}"))
    return f"{far} {'more' if here > there else 'less'} {name}"


def _reasons(told: RowExplanation) -> Iterator[str | Grid]:
    yield f"{told.error.in_words()}."
    table = _first_reasons(told.error.table)
    if len(table):
        columns = [
            Column("property", fold=True),
            Column("factor", right=True),
            Column("why", fold=True),
        ]
        rows = [
            [str(one.property), f"× {one.factor:.2f}", str(one.sentence)]
            for one in table.itertuples()
        ]
        yield Grid(columns, rows)
    if told.comparables is not None and not told.comparables.table.empty:
        line, unit = told.comparables.summary.iloc[0], told.error.unit
        yield (
            f"The same seen another way: adjusted prices of the comparables are "
            f"{told_error(float(line['spread']), unit)} from the value (weighted root mean "
            f"square), those of all sales alike {told_error(float(line['local_error']), unit)}."
        )


def _first_reasons(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first reasons and, wherever they stand, those that the product names."""
    size = table["contribution"].to_numpy(dtype=np.float64)
    told = (np.arange(len(table)) < _REASONS) & (np.abs(size) >= _NO_FACTOR)
    told[named_factors(list(size))] = True
    chosen: pd.DataFrame = table[told]
    return chosen


def _alternatives(told: RowExplanation) -> Iterator[str | Grid]:
    table = told.alternatives
    if not len(table):
        yield "Every input is as in the typical row."
        return
    yield _verdict(table, told.score)
    decided = [name for name in ("tier", "accept") if told.score.get(name) is not None]
    columns = [
        Column("input", fold=True), Column("here", fold=True), Column("if it were", fold=True),
        Column("value", right=True), Column("change", right=True),
        Column("expected error", right=True),
        *(Column(name) for name in decided),
    ]  # fmt: skip
    rows = [
        [
            one["property"], one["cell"] or "-", f"{one['to'] or '-'} ({one['which']})",
            in_steps(one["value"]), in_steps(one["value_change"], sign=True),
            told_error(one["expected_error"], told.error.unit),
            *(_said(one[name]) for name in decided),
        ]
        for one in table.head(_ALTERNATIVES).to_dict("records")
    ]  # fmt: skip
    yield Grid(columns, rows)


def _verdict(table: pd.DataFrame, score: dict[str, Any]) -> str:
    if not decision(score):
        return (
            "The model's file knows neither tiers nor a certificate; these inputs, if they were "
            "others, would move the value most."
        )
    changing = table[table["changes_decision"]]
    if not len(changing):
        return f"No single input would change it ({', '.join(decision(score))})."
    names = list(dict.fromkeys(changing["property"]))
    return f"Another {' or '.join(names[:_REASONS])} would."


def _said(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return "" if value is None else str(value)
