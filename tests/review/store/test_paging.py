"""The database filters, sorts and numbers cases as one would who had them all before him."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from reviewed_rows import filled

from qconf import FeedbackStore
from qconf.review.store.case_order import ORDERS, CaseFilter
from qconf.review.store.records import CaseRecord


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedbackStore]:
    with FeedbackStore(tmp_path_factory.mktemp("paging") / "a.db") as opened:
        yield filled(opened)


def key_of(case: CaseRecord, order: str) -> float:
    """Say by what a case is sorted, as a person would work it out."""
    off = abs(case.residual or 0.0)
    times = -1.0 if case.residual is None else off / max(case.expected_error, 1e-12)
    return {
        "rank": 0.0, "surprise": 2.0 if case.p_value is None else case.p_value, "error": -off,
        "times": -times, "value": -case.prediction, "expected_error": -case.expected_error,
    }[order]  # fmt: skip


def in_order(store: FeedbackStore, order: str) -> list[CaseRecord]:
    return sorted(store.cases(), key=lambda one: key_of(one, order))


FILTERS = [
    (CaseFilter(), lambda *_: True),
    (CaseFilter(decided=True), lambda one, _: one.decision is not None),
    (CaseFilter(decided=False, drawn_by="random"),
     lambda one, _: one.decision is None and one.drawn_by == "random"),
    (CaseFilter(reason="condition"),
     lambda one, said: (one.decision is not None and one.decision.reason == "condition")
     or (one.row_key, "condition") in said),
    (CaseFilter(ids=[3, 50, 4]), lambda one, _: one.id in (3, 4, 50)),
    (CaseFilter(ids=[]), lambda *_: False),
]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("asked", "holds"), FILTERS)
def test_pages_one_after_the_other_are_the_whole(
    store: FeedbackStore, asked: CaseFilter, holds: Any, order: str
) -> None:
    """Each case once, in the order of one who sorts them all, with its decision and its lock."""
    said = {(one.row_key, one.reason) for one in store.feedback()}
    wanted = [one for one in in_order(store, order) if holds(one, said)]
    pages = [
        store.page_of_cases(asked, order=order, limit=7, offset=offset)
        for offset in range(0, 84, 7)
    ]
    assert [one for page in pages for one in page] == wanted
    assert store.count_cases(asked) == len(wanted)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["", "ann", "bob"])
@pytest.mark.parametrize("order", ORDERS)
def test_neighbours_are_those_of_the_list(store: FeedbackStore, order: str, who: str) -> None:
    """The last free case before, the first after, and after the last one the first."""
    cases = in_order(store, order)
    free = {
        one.id
        for one in cases
        if one.decision is None and (one.lock is None or one.lock.who == who)
    }
    ids = [one.id for one in cases]
    for at, case in enumerate(cases):
        before = [one for one in ids[:at] if one in free]
        after = [one for one in ids[at + 1 :] if one in free] or before
        wanted = (before[-1] if before else None, after[0] if after else None)
        assert store.cases_beside(case.id, who, CaseFilter(), order=order) == wanted


def test_a_case_that_was_not_asked_for_has_neighbours_too(store: FeedbackStore) -> None:
    """As one that was decided a moment ago: the list goes on behind it."""
    open_ones = [one.id for one in store.page_of_cases(CaseFilter(decided=False), limit=100)]
    decided = [one.id for one in store.cases() if one.decision is not None]
    rank = {one.id: i for i, one in enumerate(store.cases())}
    for number in decided[:5]:
        _, after = store.cases_beside(number, "ann", CaseFilter(decided=False))
        later = [one for one in open_ones if rank[one] > rank[number]]
        held = {one.id for one in store.cases() if one.lock is not None and one.lock.who != "ann"}
        assert after == next(one for one in [*later, *open_ones] if one not in held)


def test_more_numbers_than_a_database_takes_parameters(store: FeedbackStore) -> None:
    """A slice may be of any size."""
    asked = CaseFilter(ids=range(1, 300_000))
    assert store.count_cases(asked) == 80
    assert len(store.page_of_cases(asked, limit=5, offset=78)) == 2


def test_inputs_are_those_of_all_queues(store: FeedbackStore) -> None:
    """By name, the newest queue first; and of each case that is asked for, by rank."""
    assert set(store.input_names()) == {"zone", "old"}
    inputs = store.inputs_of_cases(CaseFilter(drawn_by="random"))
    wanted = store.page_of_cases(CaseFilter(drawn_by="random"), limit=100)
    assert inputs == {one.id: one.inputs for one in wanted}
    assert list(inputs) == [one.id for one in wanted]


def test_an_estimate_is_kept_once_by_its_name(tmp_path: Path) -> None:
    """Sent again it is as it was the first time, whatever is told then."""
    told = {"row_key": "r", "inputs": {"lot": 1}, "estimate": {"prediction": 5.0}}
    with FeedbackStore(tmp_path / "b.db") as store:
        first = store.keep_estimate("a-name", told)
        again = store.keep_estimate("a-name", {**told, "estimate": {"prediction": 6.0}})
        assert first == again == store.estimate("a-name")
        assert store.keep_estimate("another", told).id == "another"


def test_places_are_unlike(store: FeedbackStore) -> None:
    """No order leaves two cases in one place: a page never shows one twice."""
    for order in ORDERS:
        ids = [one.id for one in store.page_of_cases(CaseFilter(), order=order, limit=100)]
        assert len(set(ids)) == 80
        assert all(
            key_of(store.case(one), order) <= key_of(store.case(other), order)
            for one, other in pairwise(ids)
        )
