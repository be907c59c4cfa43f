"""What a request has to pass before a route sees it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_models import BASE, context_of, served
from starlette.testclient import TestClient

from qconf.serve.form_tokens import SESSION
from qconf.serve.limits import Limits
from qconf.serve.logs import JsonLines
from qconf.serve.tokens import LOGIN

HOUSE = {"area": 100, "zone": "a"}
ASKED = {"rows": [HOUSE]}
TOKEN = "a token that is long enough"  # noqa: S105 - of this test alone
PAGE = {"accept": "text/html"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service of this machine."""
    with served(tmp_path / "a.db") as client:
        yield client


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[TestClient]:
    """A service with a token."""
    with served(tmp_path / "a.db", token=TOKEN, hosts=None) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8000", 200),
        ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("127.0.0.1@evil.example", 421),
        ("localhost:port", 421), ("localhost/x", 421), ("", 421),
    ],
)  # fmt: skip
def test_a_service_answers_to_its_own_names(client: TestClient, host: str, status: int) -> None:
    """A name of somebody else's for this address (DNS rebinding) is refused, whatever is asked."""
    assert client.get("/healthz", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": "null"},
    ],
)
def test_pages_of_other_sites_change_nothing(client: TestClient, headers: dict[str, str]) -> None:
    """By what browsers say of where they stand, for JSON and for forms."""
    assert client.post("/estimates", json=ASKED, headers=headers).status_code == 403
    form = client.post("/estimates", data={"input:area": "1"}, headers=headers)
    assert form.status_code == 403


def test_own_pages_and_programs_may_send(client: TestClient) -> None:
    """Programs do not say where they stand."""
    own = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert client.post("/estimates", json=ASKED, headers=own).status_code == 200
    assert client.post("/estimates", json=ASKED).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "text/json", ""]
)
def test_what_a_page_could_send_unasked_is_no_json(client: TestClient, kind: str) -> None:
    """Whatever is in it: a browser asks before it sends application/json elsewhere."""
    answer = client.post(
        "/estimates", content=json.dumps(ASKED), headers={"content-type": kind} if kind else {}
    )
    assert answer.status_code == 415


def test_a_form_needs_the_token_of_the_browser_that_sends_it(client: TestClient) -> None:
    """None, another's and a forged one are refused; the page's own is taken."""
    page = client.get("/", headers=PAGE)
    assert page.status_code == 200, page.text
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
    form = {"input:area": "100", "input:zone": "a"}
    sent: dict[str, Any] = {"headers": PAGE, "follow_redirects": False}
    for bad in ({}, {"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "\u00e9"}):
        assert client.post("/estimates", data={**form, **bad}, **sent).status_code == 403
    good = {**form, "form_token": token}
    assert client.post("/estimates", data=good, **sent).status_code == 303
    client.cookies.clear()
    client.cookies.set(SESSION, "another")
    assert client.post("/estimates", data=good, **sent).status_code == 403
    client.cookies.clear()
    assert client.post("/estimates", data=good, **sent).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"rows": [{"area": NaN}]}', b'{"rows": [{"area": -Infinity}]}',
        b'{"rows": [{"area": 1e999}]}', b"\xff\xfe", b'{"rows": 1, "rows": 2}',
        b"[" * 100_000, b'{"a":' * 20 + b"1" + b"}" * 20, b"1" * 5000,
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    """NaN, Infinity, names that stand twice, brackets without end; without a trace of ours."""
    answer = client.post("/estimates", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert "Traceback" not in answer.text
    assert len(answer.content) < 500


def test_large_bodies_and_addresses_are_refused(tmp_path: Path) -> None:
    """Told in Content-Length or not, before anything is made of them."""
    with served(tmp_path / "a.db", limits=Limits(body_bytes=1000)) as client:
        headers = {"content-type": "application/json"}
        assert client.post("/estimates", content=b"x" * 1001, headers=headers).status_code == 413
        parts = (b"x" * 100 for _ in range(20))
        assert client.post("/estimates", content=parts, headers=headers).status_code == 413
        assert client.get(f"/estimates/{'x' * 17_000}").status_code == 414
        assert client.post("/estimates", json=ASKED).status_code == 200


def test_a_client_that_asks_too_often_has_to_wait(tmp_path: Path) -> None:
    """And is told how long."""
    with served(tmp_path / "a.db", limits=Limits(requests_per_minute=5)) as client:
        told = [client.get("/healthz") for _ in range(7)]
    assert [one.status_code for one in told] == [200] * 5 + [429] * 2
    assert 1 <= int(told[-1].headers["retry-after"]) <= 13


def test_every_answer_has_secure_headers(client: TestClient) -> None:
    """Those of pages, of JSON and of refusals: nothing inline, no frames, no guessing, no cache."""
    answers = [
        client.get("/", headers=PAGE), client.get("/healthz"), client.get("/nothing"),
        client.get("/healthz", headers={"host": "evil.example"}),
    ]  # fmt: skip
    for one in answers:
        policy = one.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["x-frame-options"] == "DENY"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert one.headers["cache-control"] == "no-store"
    nonces = {one.headers["content-security-policy"] for one in answers}
    assert len(nonces) == len(answers)


def test_without_the_token_there_is_nothing(guarded: TestClient) -> None:
    """But whether the service lives, and the way to the token."""
    for path in ("/", "/estimates/x", "/review", "/summary", "/metrics", "/openapi.json"):
        answer = guarded.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert guarded.post("/estimates", json=ASKED).status_code == 401
    assert guarded.get("/healthz").status_code == 200
    assert guarded.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "given",
    ["Bearer ", "Bearer x", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"],
)
def test_a_forged_token_is_none(guarded: TestClient, given: str) -> None:
    """Nor is a part of it, or more than it."""
    answer = guarded.get("/review", headers={"authorization": given})
    assert answer.status_code == 401
    forged = guarded.get("/review", headers={"cookie": f"{LOGIN}={TOKEN}"})
    assert forged.status_code == 401


@pytest.mark.slow
def test_the_token_opens_and_guessing_it_does_not_last(guarded: TestClient) -> None:
    """As a header; and whoever tries many is told to wait."""
    known = {"authorization": f"Bearer {TOKEN}"}
    assert guarded.get("/review", headers=known).status_code == 200
    told = [guarded.get("/review").status_code for _ in range(25)]
    assert set(told[:15]) == {401}
    assert told[-1] == 429
    assert guarded.get("/review", headers=known).status_code == 200


def test_a_browser_logs_in_with_the_token(guarded: TestClient) -> None:
    """And holds a ticket that tells nothing of it; a wrong token gets none."""
    page = guarded.get("/login", headers=PAGE)
    assert page.status_code == 200, page.text
    form = {"form_token": page.text.partition('name="form_token" value="')[2].partition('"')[0]}
    sent: dict[str, Any] = {"headers": PAGE, "follow_redirects": False}
    wrong = guarded.post("/login", data={**form, "token": "x"}, **sent)
    assert wrong.status_code == 401
    assert LOGIN not in guarded.cookies
    done = guarded.post("/login", data={**form, "token": TOKEN}, **sent)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert TOKEN not in done.headers["set-cookie"]
    assert guarded.get("/review").status_code == 200


def test_what_fails_shows_clients_no_trace(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Only a number, by which it is found in the log; there are lines of code, and no contents."""

    def fails(*_: Any) -> None:
        msg = "secret of a row"
        raise RuntimeError(msg)

    monkeypatch.setattr(type(context_of(client).store), "case", fails)
    with caplog.at_level(logging.INFO, "qconf.serve"):
        answer = client.get("/review/1")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    lines = [JsonLines().format(one) for one in caplog.records]
    assert not any("secret" in line for line in lines)
    failed = json.loads(next(line for line in lines if '"failed"' in line))
    assert failed["error"]["class"] == "RuntimeError"
    assert failed["id"] in answer.json()["detail"]


def test_logs_are_lines_of_json_without_contents(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Method, route, status and time of each request; neither inputs nor ids of estimates."""
    with caplog.at_level(logging.INFO, "qconf.serve"):
        told = client.post("/estimates", json={"rows": [{"area": 123.25, "zone": "secret"}]})
        name = told.json()["estimates"][0]["id"]
        client.get(f"/estimates/{name}?q=secret", headers={"referer": "secret"})
    lines = [JsonLines().format(one) for one in caplog.records]
    assert not any(word in line for line in lines for word in ("secret", "123.25", name))
    found = [json.loads(line) for line in lines]
    assert [one["route"] for one in found] == ["/estimates", "/estimates/{estimate_id}"]
    assert found[0]["rows"] == 1
    assert all({"time", "level", "id", "ms", "status"} <= set(one) for one in found)
