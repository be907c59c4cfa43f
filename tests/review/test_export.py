"""What people said, as corrections with who, when and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.review.export import COLUMNS, corrections_of


def exported(tmp_path: Path, **said: Any) -> list[dict[str, Any]]:
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(queue_of(as_case("r1")))
        store.decide(1, who="ann", **said)
        return corrections_of(store).to_dict("records")


def test_a_wrong_input_is_replaced(tmp_path: Path) -> None:
    """With what was recorded, and by whom it is said why."""
    said = {"reason": "wrong_input", "corrected": {"lot": 620, "zone": None}, "text": "a digit"}
    label, lot, zone = exported(tmp_path, **said)
    assert label["kind"] == "label"
    assert (lot["kind"], lot["column"], lot["value"], lot["recorded"]) == (
        "input", "lot", "620", "6200",
    )  # fmt: skip
    assert (zone["column"], zone["value"], zone["recorded"]) == ("zone", "null", '"a"')
    for one in (label, lot, zone):
        assert (one["row"], one["key_columns"], one["who"], one["text"]) == (
            "r1", '["id"]', "ann", "a digit",
        )  # fmt: skip
        assert one["confirmed"]
        assert one["when"].startswith("20")
        assert one["origin"] == "decision 1 of case 1"


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ({"reason": "not_arms_length"}, ["label", "exclusion"]),
        ({"reason": "fine", "corrected": {"lot": 1}, "own_value": 5}, ["label"]),
        ({"reason": "model", "own_value": 5}, ["label", "own_value"]),
        (
            {"reason": "comparable_missing", "comparables": ["r8", "r9"]},
            ["label"] + 2 * ["comparable"],
        ),
        ({"reason": "condition"}, ["label"]),
    ],
)
def test_what_follows_from_each_reason(
    tmp_path: Path, said: dict[str, Any], kinds: list[str]
) -> None:
    """Only a sale that is none is left out, and what is fine changes nothing."""
    assert [one["kind"] for one in exported(tmp_path, **said)] == kinds


def test_the_decision_in_force_counts_and_feedback_is_not_confirmed(tmp_path: Path) -> None:
    """What was superseded is not exported."""
    with FeedbackStore(tmp_path / "a.db") as store:
        assert list(corrections_of(store).columns) == list(COLUMNS)
        store.add_queue(queue_of(as_case("r1")))
        first = store.decide(1, who="ann", reason="not_arms_length")
        store.decide(1, who="bob", reason="fine", supersedes=first)
        number = one_estimate(store, "r2")
        store.add_feedback(number, who="eve", reason="wrong_input", corrected={"lot": 1})
        told = corrections_of(store)
    assert told["kind"].tolist() == ["label", "label", "input"]
    assert told["who"].tolist() == ["bob", "eve", "eve"]
    assert told["confirmed"].tolist() == [True, False, False]
    assert told["origin"][1] == f"feedback 1 on estimate {number}"
