"""What is told of an estimate: the verdict, and how it came about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from qconf.core.error_scale import error_scale
from qconf.core.estimate import in_percent
from qconf.explanation.money import in_steps
from qconf.explanation.restored import restored_explanation
from qconf.explanation.row_explanation import RowExplanation
from qconf.explanation.sentences import told_error
from qconf.explanation.telling import sections_of
from qconf.pages.words import row_table, rows_of
from qconf.report.comparables import ComparablesDisplay
from qconf.report.contributions import ContributionsDisplay
from qconf.report.grid import Column, Grid
from qconf.report.page.parts import KeyFigure, Part, Picture, Section, Table
from qconf.scoring.decisions import INTERVAL

if TYPE_CHECKING:
    from qconf.serve.served_model import ServedModel

__all__ = ["Verdict", "explained_sections", "sales_of", "unit_of", "verdict"]

_WHY_NONE: Final = "cannot_be_explained"
_NO_SALES: Final = "None: no earlier sales were known to whoever made this estimate."
_NONE_THEN: Final = "None: no sale was known at the time of this row."
#: Inches of a picture, and of one bar.
_AXES, _BAR = 0.9, 0.3
#: Titles of tables, by the section that they stand in.
_CAPTIONS: Final = {
    "Inputs": "Inputs, beside those of a typical row",
    "Comparables": "Comparables, adjusted to this row and weighted",
    "Expected error": "What makes the expected error larger (above 1) or smaller",
    "Value": "What leads from a typical value to this one",
    "What would change the decision": "If one input were another one",
}


@dataclass(frozen=True)
class Verdict:
    """What an estimate says, at a glance.

    Attributes
    ----------
    value : str
        Empty if there is none.
    lead : str
    figures : sequence of KeyFigure
    cautions : sequence of str
    """

    value: str
    lead: str
    figures: Sequence[KeyFigure]
    cautions: Sequence[str] = field(default=())


def unit_of(served: ServedModel) -> str:
    """Return how errors of a model are written: ``percent`` or ``units``."""
    scale = getattr(served.pair, "error", None)
    return "units" if scale is not None and error_scale(scale).name == "absolute" else "percent"


def verdict(
    served: ServedModel,
    estimate: Mapping[str, Any],
    explanation: Any,
    cautions: Sequence[str] = (),
) -> Verdict:
    """Sum up an estimate.

    Parameters
    ----------
    served : ServedModel
        Says how errors are written, and what a range is.
    estimate : mapping
        All that scoring says of a row.
    explanation : plain values or None
        As it was kept.
    cautions : sequence of str
    """
    told = restored_explanation(explanation)
    doubts = [*cautions, *([] if told is None else _odd(told))]
    figures = list(_figures(estimate, told, unit_of(served)))
    value = in_steps(estimate["prediction"]) if _numbers(estimate, "prediction") else ""
    return Verdict(value, _lead(served, estimate, value), figures, doubts)


def _lead(served: ServedModel, estimate: Mapping[str, Any], value: str) -> str:
    if not value:
        return "No value was kept with this estimate."
    if not _numbers(estimate, "low", "high"):
        return f"Estimated at {value}."
    ends = f"between {in_steps(estimate['low'])} and {in_steps(estimate['high'])}"
    if getattr(served.pair, "error_distribution_", None) is not None:
        sure = in_percent(served.decisions.interval or INTERVAL, 0)
        return f"Estimated at {value}; with a probability of {sure} the truth lies {ends}."
    return f"Estimated at {value}; one expected error to either side is {ends}."


def _figures(
    estimate: Mapping[str, Any], told: RowExplanation | None, unit: str
) -> Iterator[KeyFigure]:
    if _numbers(estimate, "prediction"):
        yield KeyFigure(in_steps(estimate["prediction"]), "value")
    if _numbers(estimate, "low", "high"):
        yield KeyFigure(f"{in_steps(estimate['low'])} to {in_steps(estimate['high'])}", "range")
    if _numbers(estimate, "p_within_10"):
        within = in_percent(estimate["p_within_10"], 0)
        yield KeyFigure(within, "confidence (CCS)", "probability to be within 10 % of the truth")
    if _numbers(estimate, "expected_error"):
        typical = "" if told is None else float(told.error.summary["typical_error"].iloc[0])
        beside = "" if typical == "" else f"typical is {told_error(float(typical), unit)}"
        yield KeyFigure(told_error(estimate["expected_error"], unit), "expected error", beside)
    if estimate.get("tier") is not None:
        outlier = ""
        if _numbers(estimate, "p_outlier"):
            outlier = f"probability of an outlier {in_percent(estimate['p_outlier'])}"
        yield KeyFigure(str(estimate["tier"]), "tier", outlier)
    if estimate.get("accept") is not None:
        accepted = "accepted" if estimate["accept"] else "to be looked at"
        yield KeyFigure(accepted, "by the certificate of the model")


def _odd(told: RowExplanation) -> Iterator[str]:
    for one in rows_of(told.inputs):
        if one.mark:
            yield f"{str(one.mark).capitalize()}: {one.note}."


def _numbers(estimate: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(estimate.get(name), int | float) for name in names)


def explained_sections(explanation: Any, inputs: Mapping[str, Any]) -> list[Section]:
    """Tell how an estimate came about.

    Parameters
    ----------
    explanation : plain values or None
        As it was kept; another's is shown as it is.
    inputs : mapping
        Told where there is no explanation.
    """
    told = restored_explanation(explanation)
    if told is not None:
        return [_illustrated(one.title, list(one.parts), told) for one in sections_of(told)]
    plain = [[str(name), "-" if one is None else str(one)] for name, one in inputs.items()]
    grid = Grid([Column("input", fold=True), Column("value", fold=True)], plain)
    sections = [Section("Inputs", [Table("Inputs", grid)])]
    if isinstance(explanation, Mapping) and _WHY_NONE in explanation:
        sections.append(Section("Explanation", [str(explanation[_WHY_NONE])]))
    elif explanation is None:
        sections.append(Section("Explanation", ["None was kept with this estimate."]))
    else:
        text = json.dumps(explanation, indent=1, ensure_ascii=False)
        sections.append(Section("Explanation, as it was kept", [text]))
    return sections


def _illustrated(title: str, parts: list[str | Grid], told: RowExplanation) -> Section:
    """Put a picture beside the table that it is drawn of."""
    if title == "Comparables" and (told.comparables is None or told.comparables.table.empty):
        return Section(title, [_NO_SALES if told.comparables is None else _NONE_THEN])
    made: list[Part] = [
        one if isinstance(one, str) else Table(_CAPTIONS[title], one) for one in parts
    ]
    drawn = _picture(title, told)
    if drawn is None:
        return Section(title, made)
    at = next((i for i, one in enumerate(made) if isinstance(one, Table)), None)
    numbers = made.pop(at) if at is not None else _contributions(told)
    assert isinstance(numbers, Table)  # noqa: S101 - as it was found
    picture = Picture(drawn[0], drawn[1], numbers, height=drawn[2])
    made.insert(len(made) if at is None else at, picture)
    return Section(title, made)


def _picture(title: str, told: RowExplanation) -> tuple[Any, str, float] | None:
    if title == "Comparables":
        table, line = told.comparables.table, told.comparables.summary.iloc[0]
        display = ComparablesDisplay(table, float(line["value"]), float(line["comparables_value"]))
        words = (
            f"{len(table)} comparables, whose adjusted prices have a weighted mean of "
            f"{in_steps(float(line['comparables_value']))}, beside the model's value of "
            f"{in_steps(float(line['value']))}."
        )
        return display, words, 1.3 + _BAR * len(table)
    if title in ("Expected error", "Value"):
        own = told.error if title == "Expected error" else told.value
        return own.display(), f"{own.in_words()}.", _height(own.display())
    return None


def _height(display: ContributionsDisplay) -> float:
    return _AXES + _BAR * max(3, min(len(display.names), 11))


def _contributions(told: RowExplanation) -> Table:
    rows = [
        [
            str(one.property), str(one.cell) or "-", str(one.typical) or "-",
            in_steps(float(one.contribution), sign=True),
        ]
        for one in rows_of(told.value.table)
    ]  # fmt: skip
    headers = ["input", "here", "typical", "adds"]
    return row_table(_CAPTIONS["Value"], headers, rows, words=(0, 1, 2))


def sales_of(explanation: Any) -> list[tuple[str, str]]:
    """List the comparables of an explanation: what each is called, and what it went for."""
    told = restored_explanation(explanation)
    if told is None or told.comparables is None:
        return []
    table = told.comparables.table
    return [(str(one.sale), in_steps(float(one.price))) for one in rows_of(table)]
