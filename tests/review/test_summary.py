"""What people found, in numbers with intervals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.errors import OptionError, TableError
from qconf.review.rates import apart, rate_of
from qconf.review.slices import slices_of
from qconf.review.summary import summarize


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    """Cases of two zones: in zone b inputs are wrong; random rows that surprise are off."""
    days = iter(range(10_000))
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def clock() -> datetime:
        return start + timedelta(hours=6 * next(days))

    with FeedbackStore(tmp_path / "a.db", now=clock) as made:
        cases = []
        for i in range(80):
            zone, surprising = "ab"[i % 2], i % 4 == 3
            named = ("surprise", "random") if surprising else ("random",)
            residual = 0.5 if surprising else 0.01
            told = {"named_by": named, "residual": residual, "inputs": {"zone": zone, "lot": i}}
            cases.append(as_case(f"r{i}", i + 1, **told))
        cases += [as_case(f"s{i}", 90 + i, drawn_by="conflict", named_by=("conflict",),
                          inputs={"zone": "a", "lot": i}) for i in range(10)]  # fmt: skip
        made.add_queue(queue_of(*cases))
        for i in range(80):
            reason = "wrong_input" if i % 4 == 3 else "condition" if i % 8 == 2 else "fine"
            corrected = {"lot": -i} if reason == "wrong_input" else {}
            made.decide(i + 1, who="ann", reason=reason, corrected=corrected)
        for i in range(81, 86):
            made.decide(i, who="ann", reason="wrong_input", corrected={"zone": None})
        for i in range(3, 80, 4):
            made.add_feedback(one_estimate(made, f"r{i}"), who="eve", reason="market_moved")
        yield made


def told_of(store: FeedbackStore, table: str, **where: Any) -> pd.DataFrame:
    rows = summarize(store, by=["zone", "lot"]).table.loc[[table]]
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


@pytest.mark.slow
def test_reasons_are_counted_with_intervals(store: FeedbackStore) -> None:
    """Of decisions, and of feedback."""
    rows = told_of(store, "decisions").set_index("what")
    assert rows.loc["fine", "value"] == pytest.approx(50 / 85)
    assert rows.loc["wrong_input", "value"] == pytest.approx(25 / 85)
    assert (rows["low"] < rows["value"]).all()
    assert (rows["high"] > rows["value"]).all()
    assert rows["value"].sum() == pytest.approx(1)
    (feedback,) = told_of(store, "feedback").to_dict("records")
    assert (feedback["what"], feedback["n"], feedback["value"]) == ("market_moved", 20, 1.0)


@pytest.mark.slow
def test_where_a_reason_is_more_often_is_told(store: FeedbackStore) -> None:
    """Held against all other rows, all slices at once; where it cannot be said, that is said."""
    rows = told_of(store, "slices", what="wrong_input")
    by = rows.set_index("of")
    assert by.loc["zone b", "verdict"] == "more often"
    assert by.loc["zone a", "verdict"] == "less often"
    assert any(one.startswith("lot ") for one in by.index)
    assert (
        by.loc[[one for one in by.index if one.startswith("lot ")], "verdict"] == "cannot say"
    ).any()
    assert any(one.startswith("month 2026-0") for one in by.index)


@pytest.mark.slow
def test_precision_is_estimated_on_the_random_share(store: FeedbackStore) -> None:
    """Of random rows that surprise all are off; of those that are off two thirds surprise."""
    rows = told_of(store, "sources", what="surprise").set_index("of")
    named = rows.loc["random rows that it names: off"]
    assert (named["n"], named["value"]) == (20, 1.0)
    found = rows.loc["random rows that are off: named"]
    assert (found["n"], found["value"]) == (30, pytest.approx(2 / 3))
    (own,) = told_of(store, "sources", what="random").to_dict("records")
    assert own["value"] == pytest.approx(30 / 80)
    conflict = told_of(store, "sources", what="conflict").set_index("of")
    assert conflict.loc["rows it brought: off", "n"] == 5
    # No random row was in conflict: nothing is known of its precision.
    unknown = conflict.loc["random rows that it names: off"]
    assert (unknown["n"], unknown["verdict"]) == (0, "cannot say")
    assert (unknown["low"], unknown["high"]) == (0.0, 1.0)


@pytest.mark.slow
def test_reasons_that_foretell_large_errors_are_told(store: FeedbackStore) -> None:
    """Beside the random rows, of which everybody may have been one."""
    (row,) = told_of(store, "errors", what="market_moved").to_dict("records")
    assert (row["n"], row["value"], row["verdict"]) == (20, 1.0, "larger errors")
    assert row["compared_with"] == pytest.approx(20 / 80)


@pytest.mark.slow
def test_it_is_shown_and_written(store: FeedbackStore) -> None:
    """As text, HTML and JSON; an empty store has nothing to say."""
    told = summarize(store, by=["zone"])
    assert (
        "5 cases are open, 85 are decided; people said something of estimates 20 times"
        in " ".join(str(told).split())
    )
    assert "<table" in told._repr_html_()
    assert repr(told) == "<ReviewSummary: 85 cases decided>"
    assert len(json.loads(json.dumps(told.to_dict()))["rows"]) == len(told.table)


def test_an_empty_store_has_nothing_to_say(tmp_path: Path) -> None:
    """And no row."""
    with FeedbackStore(tmp_path / "b.db") as empty:
        assert len(summarize(empty).table) == 0
        assert "0 cases are open, 0 are decided" in str(summarize(empty))


def test_what_cannot_be_asked_is_a_line(store: FeedbackStore) -> None:
    """An input that nobody has, or a level that is none."""
    with pytest.raises(TableError, match="Did you mean 'zone'"):
        summarize(store, by=["zonee"])
    with pytest.raises(OptionError, match="confidence level"):
        summarize(store, confidence_level=95)


@pytest.mark.slow
def test_intervals_of_rates_hold_the_truth() -> None:
    """In 95 of 100 samples of 60; several voices on one row count together."""
    rng = np.random.default_rng(0)
    inside, together = 0, 0
    for _ in range(120):
        rows = rng.random(60) < 0.3
        inside += 0.3 in rate_of(rows, 0.95)
        voices = np.repeat(rng.random(20) < 0.3, 3)
        together += 0.3 in rate_of(voices, 0.95, rows=[str(i // 3) for i in range(60)])
    assert inside >= 108
    assert together >= 108


def test_what_moves_slowly_widens_an_interval() -> None:
    """Forty days of yes and then forty of no are not eighty rows."""
    came = np.arange(80) < 40
    days = [str(np.datetime64("2026-01-01") + i) for i in range(80)]
    narrow, wide = rate_of(came, 0.95), rate_of(came, 0.95, days=days)
    assert wide.interval[0] < narrow.interval[0]
    assert wide.interval[1] > narrow.interval[1]


def test_rates_of_different_rows_are_compared() -> None:
    """Two that are alike are not told apart, and of nothing nothing is known."""
    one, other = (rate_of(np.arange(50) < k, 0.95) for k in (5, 30))
    assert apart(other, one, 0.95).interval[0] > 0
    assert 0 in apart(one, one, 0.95)
    nothing = rate_of(np.zeros(0, dtype=bool), 0.95)
    assert apart(one, nothing, 0.95).interval == (-1.0, 1.0)


def test_slices_cover_quarters_names_and_what_is_missing() -> None:
    """Each row is in one slice of a column, unless the slice is too small to be told."""
    said = pd.DataFrame(
        {
            "day": ["2026-01-05"] * 30 + ["2026-02-05"] * 30,
            "input lot": [float(i) for i in range(50)] + [None] * 10,
            "input zone": ["a"] * 40 + [None] * 20,
        }
    )
    for name, count in (("month", 2), ("input lot", 4), ("input zone", 2)):
        told = list(slices_of(said, [name]))
        assert len(told) == count
        assert np.sum([inside for _, inside in told], axis=0).max() == 1
    labels = [label for label, _ in slices_of(said, ["input zone"])]
    assert labels == ["zone a", "zone missing"]
