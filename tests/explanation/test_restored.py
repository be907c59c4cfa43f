"""An explanation that was kept tells what it told."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_rows import offers

from qconf import ConfidentRegressor, review_queue
from qconf.explanation.objection import Changes, Explained
from qconf.explanation.restored import restored_explanation
from qconf.explanation.row_explanation import RowExplanation, explain_row
from qconf.explanation.telling import headline, sections_of
from qconf.report.sections import as_page
from qconf.scoring.decisions import Decisions
from qconf.tables.schema import Schema


@pytest.fixture(scope="module")
def told() -> RowExplanation:
    """A row with all that can be told of it, comparables too."""
    table = offers(300, 0)
    model = ConfidentRegressor(
        confidence="forest", error="log", probabilities=True, keep_sales=True, random_state=0
    ).fit(table[["zone", "size", "fsd"]], table["price"])
    from qconf.explanation.comparables import comparables  # noqa: PLC0415
    from qconf.explanation.sales_of_file import kept_sales  # noqa: PLC0415

    row = offers(3, 1)[["zone", "size", "fsd"]].iloc[:1]
    known = comparables(model, row, sales=kept_sales(model, "price"), target="price")
    return explain_row(
        model, row, schema=Schema.of_model(model), decisions=Decisions(threshold=0.2),
        comparables=known,
    )  # fmt: skip


def kept(one: RowExplanation) -> Any:
    return json.loads(json.dumps(one.to_dict()))


@pytest.mark.slow
def test_what_was_told_is_told_again(told: RowExplanation) -> None:
    """Word for word: the headline, all sections, the plain values, and both pictures."""
    again = restored_explanation(kept(told))
    assert again is not None
    assert again.to_dict() == kept(told)
    assert headline(again) == headline(told)
    assert as_page("t", sections_of(again)) == as_page("t", sections_of(told))
    for one, other in ((again.error, told.error), (again.value, told.value)):
        drawn, wanted = one.plot(), other.plot()
        assert drawn.names == wanted.names
        assert np.allclose(drawn.contributions, wanted.contributions)


def test_it_can_be_held_against_another(told: RowExplanation) -> None:
    """As it was, and as it would be, also when the one was only kept."""
    again, changes = restored_explanation(kept(told)), Changes({"zone": "b"})
    assert again is not None
    wanted = Explained("a", 1, told, changes, told).as_page()
    assert Explained("a", 1, again, changes, again).as_page() == wanted


def test_what_is_kept_with_a_case_is_read() -> None:
    """Where numbers that are not known are None."""
    table = offers(300, 0)
    model = ConfidentRegressor(confidence="constant", error="log", random_state=0)
    model.fit(table[["zone", "size"]], table["price"])
    queue = review_queue(model, offers(60, 1), truth="price", n=2, explain=True)
    for case in queue.cases:
        again = restored_explanation(case.explanation)
        assert again is not None
        assert again.score["prediction"] == pytest.approx(case.prediction)


@pytest.mark.parametrize(
    "other", [None, 7, "text", [], {}, {"score": {}}, {"cannot_be_explained": "no"}, [[]]]
)
def test_what_is_no_explanation_of_ours_is_none(other: Any) -> None:
    """A case may be kept with whatever somebody's function told."""
    assert restored_explanation(other) is None


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List where something stands in plain values."""
    found = [at] if at else []
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(one, (*at, name))
    return found


@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_nothing_that_is_kept_makes_it_fail(told: RowExplanation, data: Any) -> None:
    """Any value in any place is read, or is none; what was read can be told."""
    plain = copy.deepcopy(kept(told))
    at = data.draw(st.sampled_from(places(plain)))
    new = data.draw(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
            st.just([]), st.just({}), st.just([{}]),
        )
    )  # fmt: skip
    where = plain
    for name in at[:-1]:
        where = where[name]
    where[at[-1]] = new
    again = restored_explanation(plain)
    if again is not None:
        assert as_page(headline(again), sections_of(again))
