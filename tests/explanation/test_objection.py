"""What an objection changes, before and after."""

from __future__ import annotations

from typing import Any

import pytest
from explained_rows import one_row
from new_rows import features, fitted_model, new_rows

from qconf.explanation.objection import Changes, Explained
from qconf.explanation.row_explanation import explain_row
from qconf.explanation.subject import changed
from qconf.scoring.decisions import Decisions


def test_changes_say_themselves() -> None:
    """In the words of the heading."""
    assert not Changes({})
    assert str(Changes({"lot": "620", "zone": ""}, ("12",), 2)) == (
        "lot = 620, zone = missing, without sale 12, with 2 more sales"
    )


def test_before_and_after_stand_side_by_side() -> None:
    """The figures of both, and the factors that are other ones."""
    model = fitted_model()
    frame, schema = one_row(model, features(new_rows(2)))
    options: Any = {"schema": schema, "decisions": Decisions()}
    before = explain_row(model, frame, **options)
    other = changed(frame, {"zone": "nowhere", "rooms": "90"}, schema)
    found = Explained("new.csv", 1, before, Changes({"rooms": "90"}),
                      explain_row(model, other, **options))  # fmt: skip
    text = found.as_text()
    assert "With rooms = 90" in text
    assert "before" in text
    wanted = [100 * one.score["expected_error"] for one in (before, found.after) if one]
    (line,) = (one for one in text.splitlines() if one.strip().startswith("expected error  "))
    assert [float(one) for one in line.split()[2::2]] == pytest.approx(wanted, abs=0.051)
    page = found.as_page()
    assert page.count("<h1>") == 1
    assert page.count("<h2>") == 6
    assert found.to_dict()["after"]["inputs"][1]["mark"] == "out of range"
