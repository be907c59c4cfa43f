"""Cases as people read them."""

from __future__ import annotations

import json
from pathlib import Path

from reviewed_rows import as_case, queue_of

from qconf import FeedbackStore
from qconf.review.case_list import CaseList, CaseSheet


def test_a_list_tells_what_is_open_and_who_has_it(tmp_path: Path) -> None:
    """And what was decided; what does not print is written out."""
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(queue_of(as_case("r1\u202e"), as_case("r2", 2), as_case("r3", 3)))
        store.decide(1, who="ann", reason="fine")
        store.open_case(2, "bob")
        told = CaseList(store.cases(), store.counts())
    text = str(told)
    assert text.startswith("2 cases are open, 1 is decided.")
    assert "\u202e" not in text
    assert "fine (ann)" in text
    assert "open with bob" in text
    assert told.table["reason"].tolist()[:1] == ["fine"]
    assert told.table["open_with"].tolist()[1] == "bob"
    assert len(json.loads(json.dumps(told.to_dict()))["cases"]) == 3


def test_a_sheet_has_all_of_one_case(tmp_path: Path) -> None:
    """Inputs, explanation, and decisions that were superseded too."""
    with FeedbackStore(tmp_path / "a.db") as store:
        store.add_queue(queue_of(as_case("r1", explanation={"lot": "far from any"})))
        first = store.decide(1, who="ann", reason="model", text="odd")
        store.decide(1, who="bob", reason="fine", supersedes=first)
        told = CaseSheet(store.case(1), store.decisions(1))
    for part in ("Case 1, row r1", "6200", "far from any", "ann: model. odd", "bob: fine."):
        assert part in str(told)
    assert told.table.loc["lot", "value"] == 6200
    assert [one["who"] for one in told.to_dict()["decisions"]] == ["ann", "bob"]


def test_figures_of_a_sheet_are_rounded_for_people(tmp_path: Path) -> None:
    """The estimate to four digits, with thousands; the JSON has all of them."""
    with FeedbackStore(tmp_path / "a.db") as store:
        estimate = {"prediction": 371380.2390221657, "fsd": 0.17693006120617344, "tier": "D"}
        store.add_queue(queue_of(as_case("r1", estimate=estimate)))
        told = CaseSheet(store.case(1), [])
    words = str(told).split()
    assert {"371,380", "0.1769", "D"} <= set(words)
    assert told.to_dict()["estimate"]["fsd"] == 0.17693006120617344
