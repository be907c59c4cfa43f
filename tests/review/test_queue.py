"""Which estimates are looked into, and why."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reviewed_rows import offers, priced

from qconf import ConfidentRegressor, review_queue
from qconf.errors import OptionError, TableError
from qconf.review.sources import RANDOM, SURPRISE

WRONG = [3, 40, 77, 150, 200, 301]


def queue(table: pd.DataFrame | None = None, **asked: Any) -> Any:
    table = offers(400, 1, WRONG) if table is None else table
    return review_queue(priced(), table, **{"truth": "price", "key": "id", "n": 20, **asked})


def rows_of(told: Any, drawn_by: str) -> list[str]:
    return [one.row_key for one in told.cases if one.drawn_by == drawn_by]


def test_outcomes_far_off_surprise_and_come_first() -> None:
    """All six that were planted, and hardly any other, at a false discovery rate of a tenth."""
    told = queue(random_share=0.0)
    surprising = rows_of(told, SURPRISE)
    assert {f"o1-{i}" for i in WRONG} <= set(surprising)
    assert told.n_surprises == len(surprising) <= 8
    first = told.cases[0]
    assert first.why.startswith("off by ")
    assert first.p_value is not None
    assert first.p_value < 1e-3
    assert first.residual == pytest.approx(np.log(first.prediction / first.outcome))
    off = [abs(one.residual) / one.expected_error for one in told.cases if one.drawn_by == SURPRISE]
    assert off == sorted(off, reverse=True)


def test_a_fifth_is_random_and_drawn_from_all() -> None:
    """Over many seeds each row is drawn as often, whether it is off or not."""
    told = queue()
    assert len(rows_of(told, RANDOM)) == 4
    n = 50
    often = np.zeros(400)
    for seed in range(40):
        drawn = rows_of(queue(n=n, random_share=1.0, random_state=seed), RANDOM)
        often[[int(one.partition("-")[2]) for one in drawn]] += 1
    share = n / 400
    assert often[WRONG].mean() == pytest.approx(40 * share, abs=3)
    assert often.std() == pytest.approx(np.sqrt(40 * share * (1 - share)), rel=0.25)


def test_the_same_seed_gives_the_same_queue_and_another_other_random_rows() -> None:
    """To the last digit."""
    assert queue().to_dict() == queue().to_dict()
    one, other = queue(), queue(random_state=1)
    assert one.digest == queue().digest != other.digest
    assert rows_of(one, RANDOM) != rows_of(other, RANDOM)


def test_an_outcome_moves_nothing_but_its_own_row() -> None:
    """No estimate, and no other row's p-value, sees it."""
    table = offers(400, 1, WRONG)
    changed = table.assign(
        price=np.where(table["id"] == "o1-9", 10 * table["price"], table["price"])
    )
    before, after = (
        {one.row_key: one for one in queue(one, n=400, random_share=0.0).cases}
        for one in (table, changed)
    )
    assert before.keys() == after.keys()
    for key, one in before.items():
        assert one.estimate == after[key].estimate
        assert (one.p_value == after[key].p_value) == (key != "o1-9")


def test_conflicting_inputs_are_told_beyond_what_is_usual() -> None:
    """A source that is always a tenth lower is no conflict; one digit too many is."""
    table = offers(400, 1)
    table["listed"] *= 0.9
    table["size"] = table["size"].where(table.index != 17, 10 * table["size"])
    table.loc[18, "listed"] = np.nan
    told = queue(table, conflicts=[("size", "listed")])
    (found,) = [one for one in told.cases if one.drawn_by == "conflict"]
    assert found.row_key == "o1-17"
    assert "two sources disagree: size " in found.why
    assert found.why.endswith("size is usually 11 % above")
    assert found.inputs["listed"] == table["listed"][17]


def test_pairs_that_the_model_knows_are_looked_at_without_being_asked() -> None:
    """An empty list looks at none."""
    table = offers(300, 0)
    model = ConfidentRegressor("column:avm", "column:fsd", error="log", random_state=0)
    model.fit(table.drop(columns=["price", "id"]), table["price"])
    model.confidence_.conflict_ = SimpleNamespace(pairs=[("size", "listed"), ("size", "elsewhere")])
    new = offers(100, 1)
    new["size"] = new["size"].where(new.index != 17, 10 * new["size"])
    asked: dict[str, Any] = {"truth": "price", "key": "id", "random_share": 0.0}
    assert rows_of(review_queue(model, new, **asked), "conflict") == ["o1-17"]
    assert not rows_of(review_queue(model, new, conflicts=[], **asked), "conflict")


def test_flagged_rows_come_first_and_the_most_flagged_before() -> None:
    """Keys of rows that are not there are of no matter."""
    told = queue(flagged={"o1-5": 1, "o1-6": 3, "elsewhere": 9}, random_share=0.0)
    assert rows_of(told, "flagged") == ["o1-6", "o1-5"]
    assert told.cases[0].row_key == "o1-6"
    assert told.cases[0].why.startswith("flagged 3 times; off by")
    assert rows_of(queue(flagged=["o1-5"]), "flagged") == ["o1-5"]


def test_stake_is_money_times_relative_expected_error() -> None:
    """A column, or the value itself; without being asked for it is no source."""
    table = offers(400, 1).assign(loan=lambda one: np.where(one["id"] == "o1-8", 1e9, 1.0))
    assert rows_of(queue(table, stake="loan"), "stake")[0] == "o1-8"
    own = queue(table, stake="prediction", random_share=0.0)
    scored = (table["avm"] * table["fsd"]).to_numpy()
    first = [int(one.partition("-")[2]) for one in rows_of(own, "stake")]
    assert first[0] == int(np.argmax(scored))
    assert not rows_of(queue(table), "stake")


def test_every_source_that_names_a_row_is_kept_with_it() -> None:
    """A random row too may surprise: that is what precision is estimated on."""
    told = queue(n=400, random_share=1.0)
    assert len(told.cases) == 400
    by_row = {one.row_key: one for one in told.cases}
    assert all(by_row[f"o1-{i}"].named_by == (SURPRISE, RANDOM) for i in WRONG)
    assert by_row["o1-1"].named_by == (RANDOM,)


def test_rows_that_were_queued_are_not_queued_again() -> None:
    """The next queue goes on where the last one ended."""
    first = queue()
    second = queue(queued={one.row_key for one in first.cases})
    assert not {one.row_key for one in first.cases} & {one.row_key for one in second.cases}
    assert second.n_queued_before == 20
    assert len(queue(n=1000, queued={"o1-0"}).cases) == 399


def test_an_explanation_is_frozen_for_each_case() -> None:
    """It is asked for once, of the rows that were chosen, in their order."""
    asked: list[pd.DataFrame] = []

    def explain(rows: pd.DataFrame) -> list[dict[str, Any]]:
        asked.append(rows)
        return [{"size": size} for size in rows["size"]]

    told = queue(explain=explain)
    assert len(asked) == 1
    assert [one.explanation["size"] for one in told.cases] == [
        one.inputs["size"] for one in told.cases
    ]
    with pytest.raises(OptionError, match="one a row: got 1 for 20"):
        queue(explain=lambda _: [None])


def test_outcomes_that_are_not_known_do_not_surprise() -> None:
    """Such rows may be drawn, flagged or in conflict; their residual is not known."""
    table = offers(400, 1, WRONG)
    table.loc[table.index[200:], "price"] = np.nan
    told = queue(table, n=400, random_share=0.5)
    assert told.n_tested == 200
    unknown = [one for one in told.cases if one.outcome is None]
    assert unknown
    assert {one.drawn_by for one in unknown} == {RANDOM}
    assert all(one.p_value is None and one.residual is None for one in unknown)


def test_without_a_key_rows_are_told_apart_by_what_is_read() -> None:
    """Copies are looked at once."""
    table = pd.concat([offers(50, 1), offers(50, 1)], ignore_index=True)
    told = queue(table, key=None, n=100)
    assert len(told.cases) == 50
    assert told.key_columns == ("zone", "size", "listed", "fsd", "avm")
    assert "50 rows have the key of another row; they are left out." in told.warnings


def test_rows_from_before_the_end_of_the_fit_are_left_out() -> None:
    """The model may have seen them, and of what it saw nothing surprises."""
    table = offers(300, 0).assign(day=np.arange(300.0))
    model = ConfidentRegressor("column:avm", "column:fsd", error="log", probabilities=True)
    model.fit(table.drop(columns=["price", "id"]), table["price"], time="day")
    later = offers(100, 1).assign(day=np.arange(100.0) + 250)
    told = review_queue(model, later, truth="price", key="id", n=100)
    assert told.n_rows == 50
    assert any("50 rows are from before the end of the fit" in one for one in told.warnings)
    with pytest.raises(TableError, match="no new rows"):
        review_queue(model, table, truth="price", key="id")


def test_a_model_without_a_distribution_has_the_tails_of_student() -> None:
    """And says so."""
    model = ConfidentRegressor("column:avm", "column:fsd", error="log")
    table = offers(300, 0)
    model.fit(table.drop(columns=["price", "id"]), table["price"])
    told = review_queue(model, offers(100, 1, [4]), truth="price", key="id", n=5, random_share=0)
    assert told.cases[0].row_key == "o1-4"
    assert any("Student's t" in one for one in told.warnings)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"n": 0}, "at least 1 row, got 0"),
        ({"n": True}, "got True"),
        ({"fdr": 1.0}, "false discovery rate must lie strictly between"),
        ({"random_share": 1.5}, "random share must lie in"),
        ({"conflicts": ["size"]}, "between two columns"),
        ({"conflicts": [("size", "size")]}, "between two columns"),
        ({"conflicts": [("size", "lsted")]}, "Did you mean 'listed'?"),
        ({"conflicts": [("size", "zone")]}, "input 'zone' must be numbers"),
        ({"stake": "lone"}, "no column 'lone'"),
        ({"truth": "prise"}, "Did you mean 'price'?"),
        ({"truth": None}, "--truth"),
        ({"key": "ids"}, "Did you mean 'id'?"),
        ({"time": "when"}, "no column 'when'"),
        ({"random_state": -1}, "seed must be an integer"),
    ],
)
def test_what_cannot_be_done_is_a_line(asked: dict[str, Any], words: str) -> None:
    """The thing, the rule, what was found."""
    with pytest.raises((OptionError, TableError)) as told:
        queue(**asked)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_it_is_shown_and_written() -> None:
    """As text, as HTML, as a table and as JSON."""
    told = queue(n=30)
    assert str(told).startswith("30 of 400 rows to look at: ")
    assert "And 10 more." in str(told)
    assert "<table" in told._repr_html_()
    assert repr(told) == "<ReviewQueue: 30 of 400 rows>"
    assert list(told.table.index) == list(range(1, 31))
    assert len(json.loads(json.dumps(told.to_dict()))["cases"]) == 30
