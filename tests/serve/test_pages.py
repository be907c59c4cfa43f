"""Pages of the service, as a browser without a script gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages_read import sections_of, table_of, text_of
from served_pages import HOSTILE, PAGE, Pages, kept_model, queued, row
from starlette.testclient import TestClient

import qconf
from qconf import FeedbackStore
from qconf.serve.served_model import ServedModel

BASE = "http://127.0.0.1:8000"
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in a file."""
    return kept_model(tmp_path_factory.mktemp("model"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FeedbackStore]:
    """A store of one's own."""
    with FeedbackStore(tmp_path / "a.db") as opened:
        yield opened


@pytest.fixture
def pages(model: Path, store: FeedbackStore) -> Iterator[Pages]:
    """The service."""
    with TestClient(qconf.create_app(model, store, key="house"), base_url=BASE) as client:
        yield Pages(client)


def figures(page: str, section: str) -> dict[str, str]:
    """Read the large numbers of a section, by their label."""
    found = re.search(rf'<section id="{section}".*?</section>', page, re.DOTALL)
    assert found is not None, section
    pairs = re.findall(r'<dt>(.*?)</dt><dd class="value">(.*?)</dd>', found.group(0), re.DOTALL)
    return {text_of(label): text_of(value) for label, value in pairs}


def hidden(page: str, name: str) -> str:
    return str(re.findall(rf'name="{name}" value="([^"]*)"', page)[-1])


def test_the_first_page_says_what_is_estimated_and_by_which_model(pages: Pages) -> None:
    """Target, date of the fit, certified rate, and a field for each input of the model."""
    page = pages.get("/")
    assert page.status_code == 200
    told = text_of(page.text)
    assert "This service estimates the price" in told
    assert "2026-11-01 the model was fitted on 600 rows" not in told  # the value stands below
    assert "at most 5.0 %" in told
    names = re.findall(r'name="input:([^"]+)"', page.text)
    assert names == ["house", "area", "lot", "rooms", "built", "zone", "sold"]
    assert "typical: " in told
    assert '<option value="a">' in page.text


@pytest.mark.slow
def test_a_row_typed_by_hand_is_estimated_as_json_is(pages: Pages) -> None:
    """One goes on to the page of the estimate, which says what `score` says."""
    typed = {f"input:{name}": str(value) for name, value in row().items()}
    sent = pages.send("/estimates", **typed)
    assert sent.status_code == 303
    page = pages.get(sent.headers["location"])
    same = pages.client.get(f"/estimates/{pages.estimate()}", headers=JSON).json()["estimate"]
    told = figures(page.text, "verdict")
    assert told["value"] == f"{same['prediction']:,.0f}"
    assert told["tier"] == same["tier"]
    assert told["confidence (CCS)"] == f"{100 * same['p_within_10']:.0f} %"
    assert told["expected error"] == f"{100 * same['expected_error']:.1f} %"


def test_what_cannot_be_read_is_shown_again_with_what_was_typed(pages: Pages) -> None:
    """The problem in a line, and no field is emptied."""
    typed = {f"input:{name}": str(value) for name, value in row(area="large").items()}
    sent = pages.send("/estimates", **typed)
    assert sent.status_code == 422
    assert "The input 'area' must be a finite number; got 'large'." in text_of(sent.text)
    for name, value in row(area="large").items():
        assert f'name="input:{name}" value="{value}"' in sent.text


def test_what_is_left_empty_is_not_known(pages: Pages, store: FeedbackStore) -> None:
    """It is missing, and not nothing."""
    typed = {f"input:{name}": str(value) for name, value in row(lot="").items()}
    sent = pages.send("/estimates", **typed)
    name = sent.headers["location"].rpartition("/")[2]
    assert store.estimate(name).inputs["lot"] is None


def test_an_estimate_is_shown_with_all_that_was_told_of_it(pages: Pages) -> None:
    """Inputs, comparables, reasons, value and what would change: numbers of the explanation."""
    name = pages.estimate(lot=6200)
    page = pages.get(f"/estimates/{name}")
    told = pages.client.get(f"/estimates/{name}", headers=JSON).json()["explanation"]
    sections = sections_of(page.text)
    assert {
        "Inputs", "Comparables", "Expected error", "Value", "What would change the decision",
    } <= sections.keys()  # fmt: skip
    inputs = {one[0]: one[1] for one in table_of(sections["Inputs"])[1:]}
    assert inputs["lot"] == "6200"
    sales = [one[0] for one in table_of(sections["Comparables"])[1:]]
    assert sales == [one["sale"] for one in told["comparables"]["comparables"]]
    factors = {one[0]: one[1] for one in table_of(sections["Expected error"])[1:]}
    wanted = {one["property"]: one["factor"] for one in told["error"]["reasons"]}
    assert all(factors[name] == f"× {wanted[name]:.2f}" for name in factors)
    assert page.text.count("<svg") == 3
    assert "Out of range: lot 6200 is above all of the fit" in text_of(page.text)


def test_an_estimate_that_was_not_explained_is_explained_when_it_is_looked_at(
    pages: Pages, store: FeedbackStore
) -> None:
    """By the model that made it; nothing is added to the store."""
    asked = {"rows": [row()]}
    name = pages.client.post("/estimates", json=asked).json()["estimates"][0]["id"]
    assert store.estimate(name).explanation is None
    page = pages.get(f"/estimates/{name}")
    assert "Comparables" in sections_of(page.text)
    other = pages.get(f"/estimates/{pages.estimate()}")
    assert sections_of(page.text)["Value"] == sections_of(other.text)["Value"]
    assert store.estimate(name).explanation is None


def test_it_is_explained_once_however_often_it_is_opened(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each estimate by itself; what is shown does not change."""
    explained: list[dict[str, Any]] = []
    explain = ServedModel.explain

    def counted(self: ServedModel, frame: Any, score: Any = None) -> dict[str, Any]:
        explained.append(score)
        return explain(self, frame, score)

    monkeypatch.setattr(ServedModel, "explain", counted)
    asked = {"rows": [row(), row(lot=9000)]}
    one, other = pages.client.post("/estimates", json=asked).json()["estimates"]

    def value_of(name: str) -> str:
        return sections_of(pages.get(f"/estimates/{name}").text)["Value"]

    first = value_of(one["id"])
    assert len(explained) == 1
    assert value_of(one["id"]) == first
    assert len(explained) == 1
    assert value_of(other["id"]) != first
    assert len(explained) == 2


def test_another_models_estimate_says_so(pages: Pages, store: FeedbackStore) -> None:
    """It is not explained by a model that did not make it."""
    told = {"row_key": "h", "inputs": row(), "estimate": {"prediction": 1.0}, "model": "older"}
    (name,) = store.add_estimates([told])
    page = pages.get(f"/estimates/{name}").text
    assert "Another model made this estimate" in page
    assert "None was kept with this estimate." in page


def test_feedback_is_kept_and_the_correction_shown_at_once(
    pages: Pages, store: FeedbackStore
) -> None:
    """Old and new value, confidence and tier side by side; what was recorded stands above."""
    name = pages.estimate(lot=6200)
    sent = pages.send(
        f"/estimates/{name}/feedback", who="Ann", reason="wrong_input", text="see the map",
        own_value="400,000", idempotency_key="k1", **{"input:lot": "620", "input:zone": "c"},
    )  # fmt: skip
    assert sent.status_code == 303
    (kept,) = store.feedback(name)
    assert (kept.who, kept.reason, kept.text, kept.own_value) == (
        "Ann", "wrong_input", "see the map", 400_000,
    )  # fmt: skip
    assert kept.corrected == {"lot": 620, "zone": "c"}
    page = pages.get(sent.headers["location"]).text
    told = text_of(page)
    assert "Thank you, Ann: this was recorded" in told
    assert "lot 6200 → 620" in told
    new = pages.client.get(f"/estimates/{pages.estimate(lot=620, zone='c')}", headers=JSON).json()[
        "estimate"
    ]
    after, before = figures(page, "beside"), figures(page, "verdict")
    assert after["value"] == f"{new['prediction']:,.0f}" != before["value"]
    assert after["tier"] == new["tier"]
    assert after["confidence (CCS)"] == f"{100 * new['p_within_10']:.1f} %"
    assert f"was {before['value']}" in told
    assert f"was {before['tier']}" in told
    assert "All that moved" in told


def test_the_same_form_twice_counts_once(pages: Pages, store: FeedbackStore) -> None:
    """And leads to the same place, however impatient the finger was."""
    name = pages.estimate()
    page = pages.get(f"/estimates/{name}").text
    key, token = hidden(page, "idempotency_key"), hidden(page, "form_token")
    form = {"who": "Ann", "reason": "other", "idempotency_key": key, "form_token": token}
    sent = [
        pages.client.post(
            f"/estimates/{name}/feedback", data=form, headers=PAGE, follow_redirects=False
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert len(store.feedback(name)) == 1
    assert hidden(pages.get(f"/estimates/{name}").text, "idempotency_key") != key


def test_a_form_that_was_not_touched_corrects_nothing(pages: Pages, store: FeedbackStore) -> None:
    """Every field is sent back as it was shown; none of it is a correction."""
    name = pages.estimate(lot=None, area=140.5, zone=" a<b>&amp;\"' ")
    page = pages.get(f"/estimates/{name}").text
    import html  # noqa: PLC0415

    shown = dict(re.findall(r'name="(input:[^"]+)" value="([^"]*)"', page))
    assert len(shown) == 7
    form = {key: html.unescape(value) for key, value in shown.items()}
    assert pages.send(
        f"/estimates/{name}/feedback", who="Ann", reason="other", **form
    ).status_code == 303  # fmt: skip
    assert store.feedback(name)[0].corrected == {}


def test_what_a_browser_would_send_back_otherwise_cannot_be_edited(
    pages: Pages, store: FeedbackStore
) -> None:
    """Line ends and half characters in an input are not taken for a correction."""
    told = {"row_key": "h", "estimate": {"prediction": 1.0}, "model": ""}
    inputs = {"zone": "two\nlines", "half": "\ud800", "area": 3}
    (name,) = store.add_estimates([{**told, "inputs": inputs}])
    page = pages.get(f"/estimates/{name}")
    assert page.status_code == 200
    fields = re.findall(r'<input id="input-[^>]*>', page.text)
    assert [" disabled" in one for one in fields] == [False, True, True]


def test_feedback_that_cannot_be_kept_loses_nothing(pages: Pages, store: FeedbackStore) -> None:
    """The form again, with all that was typed, and what is to be mended."""
    name = pages.estimate()
    typed = {
        "who": "Ann", "reason": "wrong_input", "text": "two\r\nlines <b>", "own_value": "much",
        "comparables": "7\n9", "input:lot": "700",
    }  # fmt: skip
    sent = pages.send(f"/estimates/{name}/feedback", **typed)
    assert sent.status_code == 422
    assert "Your own value must be a number such as 412000, got 'much'." in text_of(sent.text)
    assert store.feedback(name) == []
    assert 'role="alert"' in sent.text
    assert '<option value="wrong_input" selected>' in sent.text
    assert 'value="much"' in sent.text
    assert "\ntwo\r\nlines &lt;b&gt;</textarea>" in sent.text
    assert 'name="input:lot" value="700"' in sent.text
    nobody = pages.send(f"/estimates/{name}/feedback", who="", reason="other")
    assert nobody.status_code == 422


def test_comparables_that_are_ticked_are_kept(pages: Pages, store: FeedbackStore) -> None:
    """Beside those that were typed."""
    name = pages.estimate()
    page = pages.get(f"/estimates/{name}").text
    sales = re.findall(r'name="sale:([^"]+)"', page)
    assert len(sales) == 5
    pages.send(
        f"/estimates/{name}/feedback", who="Ann", reason="comparable_does_not_fit",
        comparables="house 9", **{f"sale:{sales[1]}": "on"},
    )  # fmt: skip
    assert store.feedback(name)[0].comparables == [sales[1], "house 9"]


def test_what_was_said_before_is_shown_with_what_it_changes(
    pages: Pages, store: FeedbackStore
) -> None:
    """The newest first; a correction that cannot be estimated says why."""
    name = pages.estimate(lot=6200)
    store.add_feedback(name, who="Ann", reason="wrong_input", corrected={"lot": 620})
    store.add_feedback(name, who="Bob", reason="wrong_input", corrected={"sold": "soon"})
    store.add_feedback(name, who="Eve", reason="condition", text="damp\ncellar")
    told = text_of(pages.get(f"/estimates/{name}").text.partition("Said before")[2])
    assert told.index("Eve") < told.index("Bob") < told.index("Ann")
    assert "in words damp cellar" in told
    assert "cannot be estimated: The input 'sold' must be a date" in told
    assert re.search(r"expected error [\d.]+ % → [\d.]+ %", told)


def test_only_the_estimate_of_the_corrected_row_stands_beside(
    pages: Pages, store: FeedbackStore
) -> None:
    """An address that names another one is not believed: then it is estimated again."""
    name, other = pages.estimate(lot=6200), pages.estimate(area=300)
    number = store.add_feedback(name, who="Ann", reason="wrong_input", corrected={"lot": 620})
    page = pages.get(f"/estimates/{name}?said={number}&then={other}").text
    wanted = pages.client.get(f"/estimates/{pages.estimate(lot=620)}", headers=JSON).json()
    assert figures(page, "beside")["value"] == f"{wanted['estimate']['prediction']:,.0f}"
    assert f"/estimates/{other}" not in page
    assert 'id="said"' not in pages.get(f"/estimates/{name}?said=99999").text


def test_a_name_is_remembered(pages: Pages) -> None:
    """For scripts it is not to be read."""
    name = pages.estimate()
    sent = pages.send(f"/estimates/{name}/feedback", who="Ann Lée; x", reason="other")
    cookie = next(one for one in sent.headers.get_list("set-cookie") if "qconf_name" in one)
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert 'value="Ann Lée; x"' in pages.get(f"/estimates/{name}").text


@pytest.mark.slow
def test_nothing_that_people_write_is_markup(pages: Pages, store: FeedbackStore) -> None:
    """In every field of an estimate, of feedback, of a case, of a decision, and in addresses."""
    name = pages.estimate(house=HOSTILE, zone=HOSTILE)
    said: dict[str, Any] = {
        "who": HOSTILE, "text": HOSTILE, "comparables": [HOSTILE], "corrected": {"zone": HOSTILE},
    }  # fmt: skip
    number = store.add_feedback(name, reason="wrong_input", **said)
    (told,) = store.add_estimates(
        [
            {
                "row_key": HOSTILE, "key_columns": [HOSTILE], "inputs": {HOSTILE: HOSTILE},
                "estimate": {"prediction": 1.0, "tier": HOSTILE},
                "explanation": {HOSTILE: HOSTILE},
            }
        ]
    )  # fmt: skip
    from reviewed_rows import as_case, queue_of  # noqa: PLC0415

    case = as_case(
        HOSTILE, why=HOSTILE, drawn_by=HOSTILE, named_by=(HOSTILE, "b"),
        inputs={HOSTILE: HOSTILE, "zone": "a"}, explanation={HOSTILE: HOSTILE},
    )  # fmt: skip
    (at,) = store.add_queue(queue_of(case))
    store.decide(at, reason="wrong_input", **{**said, "corrected": {HOSTILE: HOSTILE}})
    from urllib.parse import quote  # noqa: PLC0415

    for path in (
        "/", f"/estimates/{name}", f"/estimates/{name}?said={number}", f"/estimates/{told}",
        f"/review?state=all&by={quote(HOSTILE)}", f"/review?state={quote(HOSTILE)}",
        f"/review/{at}", f"/review?state=all&done={at}", f"/review/{quote(HOSTILE, safe='')}",
        f"/summary?by={quote(HOSTILE)}", "/summary?by=zone",
        f"/estimates/{quote(HOSTILE, safe='')}",
    ):  # fmt: skip
        page = pages.get(path)
        assert page.status_code < 500, path
        assert page.headers["content-type"].startswith("text/html"), path
        for one in ("<script>alert", "<img src=x", "49&amp;"):
            assert one not in page.text, (path, one)
        # A field must be sent back as it is, and turns nothing around outside of it.
        assert "\u202e" not in re.sub(r'(?:name|value)="[^"]*"', "", page.text), path


@pytest.mark.slow
def test_pages_hold_no_script_and_no_style_of_their_own(pages: Pages, store: FeedbackStore,
                                                        model: Path) -> None:  # fmt: skip
    """All scripts and styles are files; what a strict content policy forbids is not there."""
    (first, *_) = queued(model, store)
    name = pages.estimate()
    for path in ("/", f"/estimates/{name}", "/review", f"/review/{first}", "/summary", "/none"):
        page = pages.get(path).text
        assert "<style" not in page, path
        assert not re.search(r"\sstyle=", page), path
        assert not re.search(r"\son\w+=", page), path
        assert not re.search(r"<script(?![^>]* src=)", page), path
        assert "javascript:" not in page, path
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page), path
        known = re.findall(r'\sid="([^"]+)"', page)
        assert len(known) == len(set(known)), path


def test_static_files_are_those_of_a_closed_table(pages: Pages) -> None:
    """They need no `Accept`, keep for ever under their address, and lead nowhere else."""
    page = pages.get("/").text
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(files) == 5
    for one in files:
        got = pages.client.get(one)
        assert got.status_code == 200
        assert "immutable" in got.headers["cache-control"]
        assert got.headers["x-content-type-options"] == "nosniff"
    for one in ("none.css", "../__init__.py", "%2e%2e%2f__init__.py", "page.css%00", ""):
        assert pages.client.get(f"/static/{one}").status_code == 404
    report = pages.client.get(files[1]).text
    assert "--vermillion" in report


def test_it_can_be_mounted_below_another_address(model: Path, store: FeedbackStore) -> None:
    """Every link, form and file begins with it; forms and corrections work there."""
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.routing import Mount  # noqa: PLC0415

    inner = qconf.create_app(model, store, key="house")
    with TestClient(Starlette(routes=[Mount("/avm", inner)]), base_url=BASE) as client:
        page = client.get("/avm/", headers=PAGE).text
        links = re.findall(r'(?:href|src|action)="([^"#][^"]*)"', page)
        assert len(links) > 8
        assert all(one.startswith("/avm/") for one in links)
        assert all(client.get(one, headers=PAGE).status_code == 200 for one in links
                   if "/estimates" not in one)  # fmt: skip
        form = {f"input:{name}": str(value) for name, value in row().items()}
        form["form_token"] = hidden(page, "form_token")
        sent = client.post("/avm/estimates", data=form, headers=PAGE, follow_redirects=False)
        assert sent.headers["location"].startswith("/avm/estimates/")
        assert client.get(sent.headers["location"], headers=PAGE).status_code == 200


def test_json_is_answered_as_before(pages: Pages) -> None:
    """Who does not ask for HTML gets none."""
    told = pages.client.get(f"/estimates/{pages.estimate()}", headers=JSON)
    assert told.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/estimates/none", 404, "There is nothing at this address"),
        ("/review/99", 404, "There is no case 99."),
        ("/review/abc", 404, "cases have numbers"),
        ("/review/99999999999999999999", 404, "cases have numbers"),
        ("/review?state=half", 422, "The status must be one of open, decided, all, got 'half'"),
        ("/review?order=x", 422, "The order must be one of"),
        ("/review?source=x", 422, "The source must be one of"),
        ("/review?reason=x", 422, "The reason must be one of"),
        ("/review?page=0", 422, "The page must be a number from 1 on"),
    ],
)
def test_what_is_not_there_says_what_to_do(
    pages: Pages, path: str, status: int, words: str
) -> None:
    """A page with the status, the line, and ways to go on."""
    page = pages.get(path)
    assert page.status_code == status
    assert words in text_of(page.text)
    assert "What to do" in page.text
    assert 'href="/review"' in page.text


def test_a_form_of_another_site_is_not_taken(pages: Pages, store: FeedbackStore) -> None:
    """Nothing is kept of it."""
    name = pages.estimate()
    told = {"who": "Eve", "reason": "other", "form_token": "0" * 64}
    sent = pages.client.post(f"/estimates/{name}/feedback", data=told, headers=PAGE)
    assert sent.status_code == 403
    assert "This form was not taken" in sent.text
    assert store.feedback(name) == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 422, 429, 500, 503])
def test_every_status_has_its_advice(status: int) -> None:
    """A title, and at least a sentence of what to do."""
    from qconf.serve.pages.errors import advice_on  # noqa: PLC0415

    told: Any = advice_on(status)
    assert told.title
    assert all(one.endswith(".") for one in told.what_to_do)


def test_a_service_with_a_token_asks_for_it(model: Path, store: FeedbackStore) -> None:
    """Every page leads to the form; with the token one is let in, with another one is not."""
    token = "four-words-and-dashes"  # noqa: S105 - of this test alone
    app = qconf.create_app(model, store, key="house", token=token)
    with TestClient(app, base_url=BASE) as client:
        asked = client.get("/review", headers=PAGE)
        assert asked.status_code == 401
        form = {"form_token": hidden(asked.text, "form_token"), "token": "another"}
        assert 'type="password"' in asked.text
        wrong = client.post("/login", data=form, headers=PAGE)
        assert wrong.status_code == 401
        assert "This is not the token of this service." in wrong.text
        right = client.post("/login", data={**form, "token": token}, headers=PAGE)
        assert right.status_code == 200
        assert client.get("/review", headers=PAGE).status_code == 200
        assert client.get("/login", headers=PAGE).status_code == 200


def test_a_level_that_looks_like_a_number_stays_text(pages: Pages, store: FeedbackStore) -> None:
    """Where it was missing, nothing but the model tells which it is."""
    name = pages.estimate(zone=None, lot=None)
    typed = {"input:zone": "7", "input:lot": "7"}
    sent = pages.send(f"/estimates/{name}/feedback", who="Ann", reason="wrong_input", **typed)
    assert store.feedback(name)[0].corrected == {"zone": "7", "lot": 7}
    assert "cannot be estimated" not in pages.get(sent.headers["location"]).text


def test_an_input_may_be_called_anything(pages: Pages, store: FeedbackStore) -> None:
    """With a sign of equality in its name, as a column of a level has."""
    told = {"row_key": "h", "inputs": {"zone=a": 0, "zone": "b"}, "estimate": {}, "model": ""}
    (name,) = store.add_estimates([told])
    assert "No value was kept" in pages.get(f"/estimates/{name}").text
    typed = {"input:zone=a": "1", "input:zone": "b"}
    pages.send(f"/estimates/{name}/feedback", who="Ann", reason="wrong_input", **typed)
    assert store.feedback(name)[0].corrected == {"zone=a": 1}


def test_of_much_that_was_said_the_newest_is_shown(pages: Pages, store: FeedbackStore) -> None:
    """And how much there is."""
    name = pages.estimate()
    for number in range(60):
        store.add_feedback(name, who=f"reader {number}", reason="other")
    told = text_of(pages.get(f"/estimates/{name}").text)
    assert "reader 59" in told
    assert "reader 10" in told
    assert "reader 9," not in told
    assert "The newest 50 of 60." in told


def test_a_form_that_was_changed_and_sent_again_is_told_so(
    pages: Pages, store: FeedbackStore
) -> None:
    """What was kept first stays; sent once more, the other is kept as well."""
    name = pages.estimate()
    form = {"who": "Ann", "reason": "other", "idempotency_key": "k"}
    pages.send(f"/estimates/{name}/feedback", **form)
    again = pages.send(f"/estimates/{name}/feedback", **form, text="one more thing")
    assert again.status_code == 409
    assert "This form was sent before" in text_of(again.text)
    assert "one more thing</textarea>" in again.text
    form["idempotency_key"] = hidden(again.text, "idempotency_key")
    last = pages.send(f"/estimates/{name}/feedback", **form, text="one more thing")
    assert last.status_code == 303
    assert [one.text for one in store.feedback(name)] == ["", "one more thing"]
