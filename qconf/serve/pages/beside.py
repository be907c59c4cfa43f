"""An estimate as it was and as it is with corrected inputs, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qconf.explanation.objection import beside, score_figures
from qconf.explanation.restored import restored_explanation
from qconf.report.grid import Grid
from qconf.report.page.parts import Part, Table
from qconf.serve.pages.told import unit_of

if TYPE_CHECKING:
    from qconf.review.store.records import EstimateRecord, Feedback
    from qconf.serve.context import ServeContext
    from qconf.serve.served_model import ServedModel

__all__ = ["Effect", "beside_parts", "effect_of", "effects"]

#: What tables of `beside` are called, by the header of their first column.
_CAPTIONS: Final = {
    "figure": "Before and after the correction",
    "input": "Inputs that were corrected",
    "factor of": "Factors of the expected error that moved",
    "comparable": "Adjusted prices of comparables, with their weights",
}
#: What figures are called, the most important first.
_NAMES: Final = {
    "value": "value",
    "range": "range",
    "P(within 10 %)": "confidence (CCS)",
    "tier": "tier",
    "expected error": "expected error",
    "P(outlier)": "probability of an outlier",
    "accepted": "accepted",
}


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


def beside_parts(before: Any, after: Any) -> list[Part]:
    """Put two explanations side by side: inputs, factors and comparables, as far as they differ.

    Parameters
    ----------
    before, after : plain values or None
        Explanations as they were kept.
    """
    one, other = restored_explanation(before), restored_explanation(after)
    if one is None or other is None:
        return []
    return [_captioned(part) for part in beside(one, other)]


def effect_of(served: ServedModel, before: EstimateRecord, after: EstimateRecord) -> Effect:
    """Tell what changes from an estimate to another."""
    return Effect(_pairs(before.estimate, after.estimate, unit_of(served)))


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
    unit = unit_of(context.served)
    return {
        one.id: Effect([], now)
        if isinstance(now, str)
        else Effect(_pairs(record.estimate, now.estimate, unit))
        for one, now in zip(corrected, context.estimate(rows), strict=True)
    }


def _pairs(
    before: Mapping[str, Any], after: Mapping[str, Any], unit: str
) -> list[tuple[str, str, str]]:
    one, other = _figures(before, unit), _figures(after, unit)
    there = {**one, **other}
    return [
        (words, one.get(name, "-"), other.get(name, "-"))
        for name, words in _NAMES.items()
        if name in there
    ]


def _figures(estimate: Mapping[str, Any], unit: str) -> dict[str, str]:
    told = score_figures(estimate, unit)
    if "low" in told and "high" in told:
        told["range"] = f"{told['low']} to {told['high']}"
    return told
