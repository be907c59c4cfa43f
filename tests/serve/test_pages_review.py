"""The queue, its cases, and what people found, as a browser without a script gets them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages_read import sections_of, table_of, text_of
from reviewed_rows import as_case, queue_of
from served_pages import PAGE, Pages, kept_model, queued
from starlette.testclient import TestClient

import qconf
from qconf import FeedbackStore
from qconf.errors import OptionError
from qconf.review.reasons import DECISIONS
from qconf.review.store.records import CaseRecord
from qconf.serve.pages.asked_cases import AskedCases

BASE = "http://127.0.0.1:8000"


class Clock:
    """A time that is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a file."""
    return kept_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def clock() -> Clock:
    """Noon."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[FeedbackStore]:
    """A store of six cases: two sources, three zones."""
    with FeedbackStore(tmp_path / "a.db", now=clock) as opened:
        opened.add_queue(queue_of(*(
            as_case(
                f"h{rank}", rank, drawn_by="random" if rank % 2 else "surprise",
                why=f"why {rank}", p_value=rank / 10, residual=0.7 - rank / 10,
                prediction=100.0 * rank, outcome=50.0 * rank,
                inputs={"zone": "abc"[rank % 3], "area": 100 + rank},
            )
            for rank in range(1, 7)
        )))  # fmt: skip
        yield opened


@pytest.fixture
def pages(model: Path, store: FeedbackStore) -> Iterator[Pages]:
    """The service."""
    app = qconf.create_app(model, store, key="house")
    with TestClient(app, base_url=BASE) as client:
        yield Pages(client)


def shown(page: str) -> list[int]:
    """The cases of a list, in their order."""
    return [int(one) for one in re.findall(r'aria-label="Case (\d+), look at it"', page)]


@pytest.mark.parametrize(
    ("query", "cases"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("source=surprise", [2, 4, 6]),
        ("order=value", [6, 5, 4, 3, 2, 1]),
        ("order=error", [1, 2, 3, 4, 5, 6]),
        ("order=surprise&source=random", [1, 3, 5]),
        ("by=zone", [1, 2, 3, 4, 5, 6]),
        ("by=zone&slice=zone+b", [1, 4]),
        ("by=zone&slice=zone+nowhere", []),
        ("slice=zone+b", [1, 2, 3, 4, 5, 6]),
        ("by=none&slice=zone+b", []),
        ("state=decided", []),
        ("page=2", []),
    ],
)
def test_the_queue_is_filtered_and_sorted(pages: Pages, query: str, cases: list[int]) -> None:
    """By source, by slice, in each order; what is chosen stays chosen."""
    page = pages.get(f"/review?{query}")
    assert page.status_code == 200
    assert shown(page.text) == cases
    for one in query.split("&"):
        name, _, value = one.partition("=")
        if name in ("source", "order", "state"):
            assert f'<option value="{value}" selected>' in page.text


def test_a_reason_finds_what_was_decided_and_what_people_said(
    pages: Pages, store: FeedbackStore
) -> None:
    """Open cases too, where somebody flagged the row."""
    store.decide(1, who="ann", reason="condition")
    told = {"row_key": "h4", "inputs": {"area": 1}, "estimate": {"prediction": 1.0}}
    (name,) = store.add_estimates([told])
    store.add_feedback(name, who="eve", reason="condition")
    assert shown(pages.get("/review?state=all&reason=condition").text) == [1, 4]
    assert shown(pages.get("/review?reason=condition").text) == [4]
    assert shown(pages.get("/review?state=decided&reason=condition").text) == [1]


def test_many_cases_are_told_page_by_page(model: Path, tmp_path: Path) -> None:
    """Fifty on each, none twice, none left out."""
    with FeedbackStore(tmp_path / "b.db") as store:
        store.add_queue(queue_of(*(as_case(f"h{i}", i) for i in range(1, 113))))
        app = qconf.create_app(model, store, key="house")
        with TestClient(app, base_url=BASE) as client:
            seen: list[int] = []
            at = "/review"
            for _ in range(3):
                page = client.get(at, headers=PAGE).text
                seen += shown(page)
                links = re.findall(r'rel="next" href="([^"]+)"', page)
                at = html.unescape(links[0]) if links else ""
            assert at == ""
            assert sorted(seen) == list(range(1, 113))


def test_an_empty_queue_says_how_to_fill_it(model: Path, tmp_path: Path) -> None:
    """And a filter that nothing fits says so."""
    app = qconf.create_app(model, tmp_path / "c.db", key="house")
    with TestClient(app, base_url=BASE) as client:
        told = text_of(client.get("/review", headers=PAGE).text)
        assert "Nobody has queued anything yet. qconf review queue chooses" in told
        summary = text_of(client.get("/summary", headers=PAGE).text)
        assert "No case that was drawn at random is decided yet" in summary
        sliced = client.get("/summary?by=zone", headers=PAGE)
        assert sliced.status_code == 200
        assert "No estimate has an input 'zone'." in text_of(sliced.text)
        app.state.context.store.close()


def test_a_case_is_taken_and_held_against_others(
    pages: Pages, store: FeedbackStore, clock: Clock
) -> None:
    """Others are told who has it and until when; after that it is free."""
    taken = pages.send("/review/2/lock", who="ann", queue="source=surprise")
    assert taken.status_code == 303
    assert taken.headers["location"] == "/review/2?source=surprise"
    page = text_of(pages.get("/review/2").text)
    assert "You, ann, have it until 12:15 UTC" in page
    other = pages.send("/review/2/lock", who="bob")
    assert other.status_code == 409
    assert "Case 2 is open with ann until 2026-11-26T12:15 UTC" in text_of(other.text)
    assert len(shown(other.text)) == 6
    pages.send("/review/3/lock", who="bob")
    seen = pages.get("/review/2").text
    assert "Case 2 is open with ann until 12:15 UTC. Take another, or wait." in text_of(seen)
    assert "data-decide" not in seen
    assert "open with ann until 12:15 UTC" in text_of(pages.get("/review").text)
    decided = pages.send("/review/2/decision", who="bob", reason="fine")
    assert decided.status_code == 409
    assert store.case(2).decision is None
    clock.now += timedelta(minutes=16)
    assert "Nobody has it open" in text_of(pages.get("/review/2").text)
    assert pages.send("/review/2/lock", who="bob").status_code == 303


def test_a_case_can_be_given_back(pages: Pages, store: FeedbackStore) -> None:
    """By whoever has it, and by nobody else."""
    pages.send("/review/2/lock", who="ann")
    assert pages.send("/review/2/release", who="bob").status_code == 409
    back = pages.send("/review/2/release", who="ann", queue="source=surprise")
    assert back.headers["location"] == "/review?source=surprise"
    assert store.case(2).lock is None


def test_whoever_has_no_name_takes_nothing(pages: Pages, store: FeedbackStore) -> None:
    """The list again, with what is missing."""
    sent = pages.send("/review/2/lock", who=" ")
    assert sent.status_code == 422
    assert "The name of who says so is empty" in text_of(sent.text)
    assert store.case(2).lock is None


def test_what_was_typed_before_a_case_is_taken_is_kept(pages: Pages) -> None:
    """The form is shown again, with the case taken."""
    sent = pages.send("/review/2/lock", who="ann", text="the cellar", reason="condition")
    assert sent.status_code == 200
    assert "the cellar</textarea>" in sent.text
    assert '<option value="condition" selected>' in sent.text
    assert "You, ann, have it" in text_of(sent.text)


def test_a_decision_leads_to_the_next_case_of_the_list(pages: Pages, store: FeedbackStore) -> None:
    """In its filter and order, taken for whoever decides; at the end, back to the list."""
    sent = pages.send(
        "/review/2/decision", who="ann", reason="wrong_input", text="see map", own_value="90",
        queue="source=surprise", idempotency_key="k", supersedes="", **{"input:area": "12"},
    )  # fmt: skip
    assert sent.status_code == 303
    assert sent.headers["location"] == "/review/4?source=surprise&done=2"
    known = store.case(2).decision
    assert known is not None
    assert (known.reason, known.corrected, known.own_value, known.text) == (
        "wrong_input", {"area": 12}, 90.0, "see map",
    )  # fmt: skip
    lock = store.case(4).lock
    assert lock is not None
    assert lock.who == "ann"
    page = text_of(pages.get(sent.headers["location"]).text)
    assert "Case 2 is decided: an input is wrong, by ann" in page
    store.open_case(6, "bob")
    last = pages.send("/review/4/decision", who="ann", reason="fine", queue="source=surprise")
    assert last.headers["location"] == "/review?source=surprise&done=4"
    assert "Case 4 is decided: nothing is off, by ann" in text_of(
        pages.get(last.headers["location"]).text
    )


def test_the_same_decision_twice_counts_once(pages: Pages, store: FeedbackStore) -> None:
    """However impatient the finger was."""
    form = {"who": "ann", "reason": "fine", "idempotency_key": "k"}
    assert [pages.send("/review/1/decision", **form).status_code for _ in range(2)] == [303, 303]
    assert len(store.decisions(1)) == 1


def test_a_decision_is_superseded_knowingly(pages: Pages, store: FeedbackStore) -> None:
    """The form names the one in force; whoever saw an older one is told, and loses nothing."""
    store.decide(1, who="ann", reason="fine")
    page = pages.get("/review/1").text
    assert "Decide otherwise" in page
    force = re.findall(r'name="supersedes" value="(\d+)"', page)[0]
    sent = pages.send("/review/1/decision", who="bob", reason="model", supersedes=force)
    assert sent.status_code == 303
    late = pages.send(
        "/review/1/decision", who="eve", reason="condition", supersedes=force, text="damp"
    )
    assert late.status_code == 409
    assert "Case 1 was decided as 'model' by bob" in text_of(late.text)
    assert "damp</textarea>" in late.text
    history = text_of(pages.get("/review/1").text.partition("Decided before")[2])
    assert history.index("bob") < history.index("ann")
    assert "ann, 2026-11-26 12:00 UTC ; superseded" in history.replace("UTC;", "UTC ;")
    assert [one.reason for one in store.decisions(1)] == ["fine", "model"]


def test_a_decision_that_cannot_be_kept_loses_nothing(pages: Pages, store: FeedbackStore) -> None:
    """The case again, with what was typed."""
    sent = pages.send("/review/1/decision", who="ann", reason="", text="what I saw", own_value="7")
    assert sent.status_code == 422
    assert "what I saw</textarea>" in sent.text
    assert 'value="7"' in sent.text
    assert store.case(1).decision is None


def test_a_case_shows_what_was_frozen(pages: Pages, store: FeedbackStore) -> None:
    """Not what the model would say now: the explanation as it was when the case was queued."""
    assert store.case(1).explanation is None
    page = pages.get("/review/1").text
    told = text_of(page)
    assert "Why 1." in told
    assert "100.0 % too high" in told
    assert "outcome 50.0 estimated 100" in told
    assert "drawn at random" in told
    assert [one[0] for one in table_of(sections_of(page)["Inputs"])[1:]] == ["area", "zone"]
    for number, words in enumerate(DECISIONS.values(), 1):
        assert f"{number} · {words}" in html.unescape(page)


def test_queued_cases_are_shown_with_their_explanation(model: Path, tmp_path: Path) -> None:
    """Comparables and reasons, in words and pictures."""
    with FeedbackStore(tmp_path / "d.db") as store:
        (first, *_) = queued(model, store, 3)
        app = qconf.create_app(model, store, key="house")
        with TestClient(app, base_url=BASE) as client:
            page = client.get(f"/review/{first}", headers=PAGE).text
            case = store.case(first)
    # Numbers stay with their units, by spaces that do not break.
    shown = html.unescape(page).replace("\u00a0", " ")
    assert case.explanation["error"]["in_words"] in shown
    sales = table_of(sections_of(page)["Comparables"])[1:]
    kept = case.explanation["comparables"]["comparables"]
    assert [one[0] for one in sales] == [one["sale"] for one in kept]
    assert page.count("<svg") == 3


@pytest.mark.slow
def test_the_summary_tells_what_the_store_sums_up(pages: Pages, store: FeedbackStore) -> None:
    """Shares with intervals, precision of sources beside the random share, errors by reason."""
    from qconf.review.summary import summarize  # noqa: PLC0415

    rng = np.random.default_rng(0)
    for one in store.cases():
        fine = one.drawn_by == "random" and rng.uniform() < 0.9
        store.decide(one.id, who="ann", reason="fine" if fine else "condition")
    told = {"row_key": "h2", "inputs": {"zone": "a"}, "estimate": {"prediction": 1.0}}
    (name,) = store.add_estimates([told])
    store.add_feedback(name, who="eve", reason="condition")
    page = pages.get("/summary?by=zone").text
    sections = sections_of(page)
    table = summarize(store, by=["zone"]).table.reset_index()
    decided = table[(table["table"] == "decisions") & (table["what"] == "condition")].iloc[0]
    share = f"{100 * decided['value']:.1f} % ({100 * decided['low']:.1f} to "
    assert share in text_of(sections["What was decided"])
    sources = {one[0]: one[3] for one in table_of(sections["What sources of the queue are worth"])}
    brought = table[(table["table"] == "sources") & (table["of"] == "rows it brought: off")]
    for share_of in brought.to_dict("records"):
        assert sources[share_of["what"]].startswith(f"{100 * share_of['value']:.1f} % (")
    assert "condition or quality" in text_of(sections["Which reasons foretell large errors"])
    random = brought[brought["what"] == "random"].iloc[0]
    lead = f"{random['n']} estimates that were drawn at random, {100 * random['value']:.1f} %"
    assert lead in text_of(page)
    assert page.count("<svg") == 4


def test_what_is_asked_for_survives_its_address() -> None:
    """Read, written and read again it is the same; what is usual is not written."""
    asked = AskedCases.of({"state": "all", "by": "zone", "slice": "zone a&b=c", "page": "3"})
    assert AskedCases.of(dict(parse_qsl(asked.query()))) == asked
    assert AskedCases().query() == ""
    for wrong in ({"page": "-1"}, {"page": "٣"}, {"page": "9" * 5000}, {"state": "x"}):
        with pytest.raises(OptionError):
            AskedCases.of(wrong)


@given(
    state=st.sampled_from(["open", "decided", "all"]), by=st.text(max_size=20),
    part=st.text(max_size=20), order=st.sampled_from(["rank", "value"]), page=st.integers(1, 1000),
)  # fmt: skip
@settings(deadline=None)
def test_whatever_is_asked_for_is_found_again(
    state: str, by: str, part: str, order: str, page: int
) -> None:
    """Links of pages hold it, whatever inputs and levels are called."""
    asked = AskedCases(state, by=by, slice=part if by else "", order=order, page=page)
    told = dict(parse_qsl(asked.query()))
    assert AskedCases.of(told) == asked


def test_the_next_case_is_free_and_after_this_one(store: FeedbackStore) -> None:
    """Those that others hold are left out, and one's own are not; so in a slice."""
    store.open_case(3, "bob")
    every, zone_b = AskedCases(), AskedCases(by="zone", slice="zone b")
    assert every.beside(store, 2, "ann") == (1, 4)
    assert every.beside(store, 2, "bob") == (1, 3)
    assert every.beside(store, 6, "ann") == (5, 1)
    assert AskedCases(order="value").beside(store, 2, "ann") == (4, 1)
    assert zone_b.beside(store, 1, "ann") == (None, 4)
    assert AskedCases(source="surprise").beside(store, 3, "ann") == (2, 4)
    for number in (2, 4, 5, 6):
        store.decide(number, who="ann", reason="fine")
    assert every.beside(store, 1, "ann") == (None, None)


def test_a_page_reads_the_cases_of_that_page(
    pages: Pages, store: FeedbackStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 500 no more than fifty, filtered and sliced too; its neighbours are found by the store."""
    cases = [as_case(f"x{rank}", rank, inputs={"zone": "ab"[rank % 2]}) for rank in range(1, 501)]
    store.add_queue(queue_of(*cases))
    read: list[Any] = []

    def counted(**fields: Any) -> CaseRecord:
        read.append(fields["id"])
        return CaseRecord(**fields)

    monkeypatch.setattr("qconf.review.store.cases.CaseRecord", counted)
    for query in ("", "page=3", "order=times", "by=zone&slice=zone+b", "source=random&page=2"):
        read.clear()
        assert len(shown(pages.get(f"/review?{query}").text)) == len(read) == 50
    read.clear()
    assert pages.get("/review/7?order=value").status_code == 200
    assert set(read) == {7}
    read.clear()
    told = pages.client.get("/review?limit=20&offset=490&order=error").json()
    assert (len(told["cases"]), told["total"], len(read)) == (16, 506, 16)
