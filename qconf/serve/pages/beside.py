"""An estimate as it was and as it is with corrected inputs, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qconf.explanation.objection import beside, score_figures
from qconf.explanation.restored import restored_explanation
from qconf.report.grid import Column, Grid
from qconf.report.page.parts import Part, Section, Table
from qconf.serve.estimating import estimate_rows
from qconf.serve.pages.told import unit_of

if TYPE_CHECKING:
    from qconf.review.store.records import EstimateRecord, Feedback
    from qconf.serve.context import ServeContext
    from qconf.serve.served_model import ServedModel

__all__ = ["Effect", "beside_section", "effects"]

#: What tables of `beside` are called, by the header of their first column.
_CAPTIONS: Final = {
    "figure": "Before and after the correction",
    "input": "Inputs that were corrected",
    "factor of": "Factors of the expected error that moved",
    "comparable": "Adjusted prices of comparables, with their weights",
}
#: What is told of an effect in a line.
_TOLD: Final = ("value", "expected error", "P(within 10 %)", "tier", "accepted")


@dataclass(frozen=True)
class Effect:
    """What a correction changes.

    Attributes
    ----------
    figures : list of (str, str, str)
        What, before and after.
    problem : str
        Why there is no estimate of the corrected row.
    """

    figures: Sequence[tuple[str, str, str]]
    problem: str = ""


def beside_section(
    served: ServedModel, before: EstimateRecord, explanation: Any, after: EstimateRecord
) -> Section:
    """Put two estimates side by side.

    Parameters
    ----------
    served : ServedModel
    before : EstimateRecord
    explanation : plain values or None
        Of it.
    after : EstimateRecord
    """
    both = restored_explanation(explanation), restored_explanation(after.explanation)
    if both[0] is not None and both[1] is not None:
        parts: list[Part] = [_captioned(one) for one in beside(both[0], both[1])]
    else:
        unit = unit_of(served)
        rows = [list(one) for one in _pairs(before.estimate, after.estimate, unit)]
        columns = [Column("figure"), Column("before", right=True), Column("after", right=True)]
        parts = [_captioned(Grid(columns, rows))]
    return Section("With the correction", parts)


def _captioned(part: str | Grid) -> Part:
    return part if isinstance(part, str) else Table(_CAPTIONS[part.columns[0].header], part)


def effects(
    context: ServeContext, record: EstimateRecord, feedback: Sequence[Feedback]
) -> dict[int, Effect]:
    """Tell of every correction of an estimate what the model that is served says with it.

    Returns
    -------
    dict of int to Effect
        By the number of the feedback.
    """
    corrected = [one for one in feedback if one.corrected]
    if not corrected:
        return {}
    rows = [{**record.inputs, **one.corrected} for one in corrected]
    found, problems = estimate_rows(context.served, rows)
    unit = unit_of(context.served)
    told = {}
    for at, one in enumerate(corrected):
        if at in found:
            pairs = _pairs(record.estimate, found[at].estimate, unit)
            told[one.id] = Effect([pair for pair in pairs if pair[0] in _TOLD])
        else:
            told[one.id] = Effect([], problems[at])
    return told


def _pairs(
    before: Mapping[str, Any], after: Mapping[str, Any], unit: str
) -> list[tuple[str, str, str]]:
    one, other = score_figures(before, unit), score_figures(after, unit)
    return [
        (name, one.get(name, "-"), other.get(name, "-")) for name in dict.fromkeys([*one, *other])
    ]
