"""What is kept, by whom, once, and never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reviewed_rows import as_case, one_estimate, queue_of

from qconf import FeedbackStore
from qconf.errors import OptionError
from qconf.review.reasons import DECISIONS, REASONS
from qconf.review.store.errors import ConflictError, NotFoundError

START = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANN = {"who": "ann", "reason": "condition"}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[FeedbackStore]:
    with FeedbackStore(tmp_path / "a.db", now=clock) as made:
        yield made


@pytest.fixture
def case(store: FeedbackStore) -> int:
    (number,) = store.add_queue(queue_of(as_case("r1")))
    return number


def test_an_estimate_is_told_as_it_was(store: FeedbackStore) -> None:
    """With its inputs, its explanation, and an id that nobody guesses."""
    told = {
        "row_key": "r1", "inputs": {"lot": 6200, "zone": "\u00e9\u202e"}, "model": "m",
        "estimate": {"prediction": 1.5, "tier": None}, "explanation": [{"why": "far"}],
    }  # fmt: skip
    one, other = store.add_estimates([told, told])
    assert one != other
    assert min(len(one), len(other)) >= 20
    kept = store.estimate(one)
    assert {name: getattr(kept, name) for name in told} == told
    assert kept.made_at == "2026-11-26T12:00:00.000000+00:00"
    with pytest.raises(NotFoundError, match="no estimate 'x'"):
        store.estimate("x")
    assert store.add_estimates([]) == []


def test_feedback_is_kept_with_all_that_was_said(store: FeedbackStore) -> None:
    """In the order in which it came; rows are counted by their key."""
    first, second = one_estimate(store, "r1"), one_estimate(store, "r2")
    said: dict[str, Any] = {
        "text": "<b>a digit too many</b>'; DROP TABLE x; --", "corrected": {"lot": 620},
        "own_value": 99, "comparables": ["r7"],
    }  # fmt: skip
    number = store.add_feedback(first, who="ann", reason="wrong_input", **said)
    store.add_feedback(first, who="bob", reason="condition")
    store.add_feedback(second, who="bob", reason="other")
    kept = store.feedback(first)
    assert [one.who for one in kept] == ["ann", "bob"]
    assert kept[0].id == number
    assert {name: getattr(kept[0], name) for name in said} == said
    assert kept[0].row_key == "r1"
    assert store.flagged() == {"r1": 2, "r2": 1}
    assert len(store.feedback()) == 3


def test_a_submission_that_is_sent_again_counts_once(store: FeedbackStore) -> None:
    """With its key; another submission with that key is refused, and without a key each counts."""
    estimate = one_estimate(store)
    numbers = {store.add_feedback(estimate, **ANN, idempotency_key="k") for _ in range(3)}
    assert len(numbers) == 1
    assert len(store.feedback()) == 1
    with pytest.raises(ConflictError, match="used for another submission"):
        store.add_feedback(estimate, who="bob", reason="condition", idempotency_key="k")
    with pytest.raises(ConflictError, match="used for another submission"):
        store.add_feedback(one_estimate(store), **ANN, idempotency_key="k")
    store.add_feedback(estimate, **ANN)
    store.add_feedback(estimate, **ANN)
    assert len(store.feedback()) == 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "wrong-input"}, "Did you mean 'wrong_input'?"),
        ({"reason": "fine"}, "The reason must be one of"),
        ({"who": ""}, "name of who says so is empty"),
        ({"who": "a" * 201}, "may have 200 characters, this one has 201"),
        ({"who": 5}, "must be text, got int"),
        ({"text": "a" * 4001}, "may have 4,000 characters, this one has 4,001"),
        ({"text": "a\0b"}, "cannot be kept"),
        ({"text": "\ud800"}, "cannot be kept"),
        ({"corrected": {"lott": 5}}, "Did you mean 'lot'?"),
        ({"corrected": {"lot": float("nan")}}, "must be text, a finite number"),
        ({"corrected": {"lot": [1]}}, "must be text, a finite number"),
        ({"corrected": [("lot", 1)]}, "names with values"),
        ({"corrected": {f"x{i}": 1 for i in range(51)}}, "At most 50 inputs"),
        ({"corrected": {"zone": "a" * 4001}}, "may have 4,000"),
        ({"own_value": float("inf")}, "must be a finite number, got inf"),
        ({"own_value": "1"}, "must be a finite number"),
        ({"own_value": True}, "must be a finite number"),
        ({"comparables": ["x"] * 21}, "At most 20 comparables"),
        ({"idempotency_key": "k" * 201}, "idempotency key may have 200"),
    ],
)
def test_what_breaks_a_rule_is_a_line_and_is_not_kept(
    store: FeedbackStore, said: dict[str, Any], words: str
) -> None:
    """Texts have an end, and reasons are those of the list."""
    estimate = one_estimate(store)
    with pytest.raises(OptionError) as told:
        store.add_feedback(estimate, **{**ANN, **said})
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    assert store.feedback() == []


def test_estimates_have_limits_too(store: FeedbackStore) -> None:
    """What is no plain value, or too long, is refused whole: nothing of the batch is kept."""
    good = {"row_key": "r", "inputs": {}, "estimate": {}}
    for bad, words in (
        ({**good, "inputs": {"x": object()}}, "plain values"),
        ({**good, "inputs": {"x": float("nan")}}, "plain values"),
        ({**good, "explanation": "x" * 1_000_001}, "may have 1,000,000"),
        ({**good, "row_key": ""}, "key of a row is empty"),
    ):
        with pytest.raises(OptionError, match=words):
            store.add_estimates([good, bad])


def test_a_case_is_frozen_as_it_was_queued(store: FeedbackStore) -> None:
    """All of it; and the same queue again adds nothing."""
    told = as_case("r1", named_by=("surprise", "random"), explanation={"a": [1]})
    queue = queue_of(told, as_case("r2", rank=2, outcome=None, residual=None, p_value=None))
    numbers = store.add_queue(queue)
    assert store.add_queue(queue) == numbers
    kept = store.case(numbers[0])
    for name, value in told.items():
        assert getattr(kept, name) == (list(value) if name == "named_by" else value)
    assert (kept.model, kept.threshold, kept.key_columns) == ("m", 0.15, ["id"])
    assert kept.outlier is False
    assert store.case(numbers[1]).outlier is None
    assert store.queued() == {"r1", "r2"}
    with pytest.raises(NotFoundError, match="no case 99"):
        store.case(99)


def test_cases_are_listed_by_queue_and_rank(store: FeedbackStore, clock: Clock) -> None:
    """The newest queue first; by state and by source."""
    store.add_queue(queue_of(as_case("r1"), as_case("r2", rank=2, drawn_by="conflict")))
    clock.time += timedelta(days=1)
    store.add_queue(queue_of(as_case("r3")))
    assert [one.row_key for one in store.cases()] == ["r3", "r1", "r2"]
    assert [one.row_key for one in store.cases(drawn_by="conflict")] == ["r2"]
    assert [one.row_key for one in store.cases(limit=1)] == ["r3"]
    store.decide(1, who="ann", reason="fine")
    assert [one.row_key for one in store.cases(decided=True)] == ["r1"]
    assert [one.row_key for one in store.cases(decided=False)] == ["r3", "r2"]
    assert store.counts() == {"open": 2, "decided": 1, "feedback": 0}


def test_a_decision_is_superseded_and_kept(store: FeedbackStore, case: int) -> None:
    """Only by who says which one: of two who decide at once, one is told."""
    first = store.decide(case, who="ann", reason="wrong_input", corrected={"lot": 620})
    with pytest.raises(ConflictError, match=r"was decided as 'wrong_input' by ann .*--supersede"):
        store.decide(case, who="bob", reason="fine")
    second = store.decide(case, who="bob", reason="fine", supersedes=first)
    with pytest.raises(ConflictError, match="was decided as 'fine' by bob"):
        store.decide(case, who="ann", reason="model", supersedes=first)
    assert [(one.id, one.supersedes) for one in store.decisions(case)] == [
        (first, 0),
        (second, first),
    ]
    known = store.case(case).decision
    assert known is not None
    assert (known.id, known.reason) == (second, "fine")
    assert store.counts()["decided"] == 1


def test_a_decision_that_is_not_there_cannot_be_superseded(store: FeedbackStore, case: int) -> None:
    """Nor can a case that is not there be decided, nor an input that it has not."""
    with pytest.raises(ConflictError, match="no decision 5 to supersede"):
        store.decide(case, who="ann", reason="fine", supersedes=5)
    with pytest.raises(NotFoundError):
        store.decide(99, who="ann", reason="fine")
    with pytest.raises(OptionError, match="no input 'lo'"):
        store.decide(case, who="ann", reason="wrong_input", corrected={"lo": 1})
    assert store.decisions() == []


def test_a_decision_that_is_sent_again_counts_once(store: FeedbackStore, case: int) -> None:
    """Although the case is decided by then."""
    said = {"who": "ann", "reason": "model", "idempotency_key": "k"}
    assert store.decide(case, **said) == store.decide(case, **said)  # type: ignore[arg-type]
    assert len(store.decisions(case)) == 1
    with pytest.raises(ConflictError, match="another submission"):
        store.decide(case, who="ann", reason="fine", idempotency_key="k")


def test_an_open_case_is_locked_until_it_runs_out(
    store: FeedbackStore, case: int, clock: Clock
) -> None:
    """Who has it may keep it, decide it and give it back; others may not."""
    lock = store.open_case(case, "ann", minutes=10)
    assert lock.until == "2026-11-26T12:10:00.000000+00:00"
    assert store.case(case).lock == store.cases()[0].lock == lock
    for act in (
        lambda: store.open_case(case, "bob"),
        lambda: store.release_case(case, "bob"),
        lambda: store.decide(case, who="bob", reason="fine"),
    ):
        with pytest.raises(ConflictError, match=r"open with ann until 2026-11-26T12:10 UTC"):
            act()
    clock.time += timedelta(minutes=9)
    assert store.open_case(case, "ann", minutes=10).until > lock.until
    clock.time += timedelta(minutes=9)
    with pytest.raises(ConflictError):
        store.open_case(case, "bob")
    clock.time += timedelta(minutes=1)
    assert store.open_case(case, "bob").who == "bob"
    store.release_case(case, "bob")
    assert store.case(case).lock is None
    assert store.cases()[0].lock is None
    store.decide(case, who="ann", reason="fine")
    with pytest.raises(OptionError, match="held for up to 1440 minutes"):
        store.open_case(case, "ann", minutes=0)
    with pytest.raises(NotFoundError):
        store.open_case(99, "ann")


def test_reasons_are_the_lists_that_people_choose_from() -> None:
    """A reviewer has two more: the model, and nothing."""
    assert list(REASONS) == [
        "wrong_input", "condition", "not_arms_length", "comparable_does_not_fit",
        "comparable_missing", "market_moved", "other",
    ]  # fmt: skip
    assert set(DECISIONS) - set(REASONS) == {"model", "fine"}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(TEXT, st.dictionaries(st.just("zone"), TEXT | st.none() | st.integers() | st.booleans()))
def test_free_text_is_data(text: str, corrected: dict[str, Any]) -> None:
    """Whatever is typed comes back as it was, and changes nothing else."""
    store = _shared()
    number = store.add_feedback(_ESTIMATES[0], **ANN, text=text, corrected=corrected)
    kept = store.feedback()[-1]
    assert (kept.id, kept.text, kept.corrected) == (number, text, json.loads(json.dumps(corrected)))


_ESTIMATES: list[str] = []
_STORES: list[FeedbackStore] = []


def _shared() -> FeedbackStore:
    if not _STORES:
        import tempfile  # noqa: PLC0415

        _STORES.append(FeedbackStore(Path(tempfile.mkdtemp(), "a.db")))
        _ESTIMATES.append(one_estimate(_STORES[0]))
    return _STORES[0]


def test_cases_come_without_their_explanations_where_asked(store: FeedbackStore) -> None:
    """All else of them is the same."""
    store.add_queue(queue_of(as_case("h1", explanation={"why": 1}), as_case("h2", 2)))
    whole, light = store.cases(), store.cases(explained=False)
    assert [one.explanation for one in whole] == [{"why": 1}, None]
    assert light == [replace(one, explanation=None) for one in whole]
