"""What people said, as a table of corrections: each with who, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from qconf.review.reasons import FINE

if TYPE_CHECKING:
    from qconf.review.store.records import CaseRecord, Decision, Feedback
    from qconf.review.store.store import FeedbackStore

__all__ = ["COLUMNS", "COMPARABLE", "EXCLUSION", "INPUT", "LABEL", "OWN_VALUE", "corrections_of"]

INPUT: Final = "input"
EXCLUSION: Final = "exclusion"
COMPARABLE: Final = "comparable"
OWN_VALUE: Final = "own_value"
LABEL: Final = "label"
#: The columns of a table of corrections; all hold text, but for `confirmed`.
COLUMNS: Final = (
    "kind", "row", "key_columns", "column", "value", "recorded", "reason", "text", "who", "when",
    "confirmed", "origin",
)  # fmt: skip
_NO_SALE = "not_arms_length"


def corrections_of(store: FeedbackStore) -> pd.DataFrame:
    """Return what follows from the decisions in force, and from feedback.

    Parameters
    ----------
    store : FeedbackStore

    Returns
    -------
    DataFrame of shape (n_corrections, 12)
        ``kind``: ``input`` (``column`` is to be ``value``, and was ``recorded``), ``exclusion``
        (the sale is no market's), ``comparable`` (``value`` is one that is missing or does not
        fit, by ``reason``), ``own_value``, ``label`` (one for each decision and feedback). Values
        are JSON. ``confirmed`` is what a reviewer decided; feedback by itself is not.
    """
    told: list[dict[str, Any]] = []
    for case in sorted(store.cases(decided=True), key=lambda one: one.id):
        if case.decision is not None:
            told += _of_decision(case, case.decision)
    for one in store.feedback():
        told += _of_feedback(one)
    return pd.DataFrame(told, columns=list(COLUMNS)).astype({"confirmed": bool})


def _of_decision(case: CaseRecord, decision: Decision) -> list[dict[str, Any]]:
    common = {
        "row": case.row_key,
        "key_columns": json.dumps(case.key_columns),
        "when": decision.decided_at,
        "confirmed": True,
        "origin": f"decision {decision.id} of case {case.id}",
    }
    return [{**common, **one} for one in _kinds(decision, case.inputs)]


def _of_feedback(feedback: Feedback) -> list[dict[str, Any]]:
    common = {
        "row": feedback.row_key,
        "key_columns": json.dumps(feedback.key_columns),
        "when": feedback.given_at,
        "confirmed": False,
        "origin": f"feedback {feedback.id} on estimate {feedback.estimate_id}",
    }
    return [{**common, **one} for one in _kinds(feedback, feedback.inputs)]


def _kinds(said: Decision | Feedback, inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    common = {
        "column": "", "value": None, "recorded": None, "reason": said.reason, "text": said.text,
        "who": said.who,
    }  # fmt: skip
    yield {**common, "kind": LABEL}
    if said.reason == FINE:
        return
    if said.reason == _NO_SALE:
        yield {**common, "kind": EXCLUSION}
    for name, value in said.corrected.items():
        now, was = json.dumps(value), json.dumps(inputs.get(name))
        yield {**common, "kind": INPUT, "column": name, "value": now, "recorded": was}
    yield from ({**common, "kind": COMPARABLE, "value": json.dumps(one)} for one in _rows(said))
    if said.own_value is not None:
        yield {**common, "kind": OWN_VALUE, "value": json.dumps(said.own_value)}


def _rows(said: Decision | Feedback) -> Sequence[str]:
    return said.comparables
