"""Attacks on a service that asks for a token, and on how much it takes; and faults of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attack_target import HOST, TOKEN, Target, attacked
from served_pages import kept_model, row

from qconf import FeedbackStore, create_app
from qconf.errors import OptionError, OutputError
from qconf.serve.limits import Limits
from qconf.serve.logs import JsonLines
from qconf.serve.served_model import ServedModel
from qconf.serve.tokens import ticket

RIGHT = {"authorization": f"Bearer {TOKEN}"}
GUARDED = (
    "/",
    "/review",
    "/review/1",
    "/summary",
    "/metrics",
    "/openapi.json",
    "/estimates/x",
    "/none",
)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("guarded"), token=TOKEN) as made:
        yield made


@pytest.fixture
def target(guarded: Target, request: pytest.FixtureRequest) -> Target:
    """The service as a client sees it who was never there: tries of others are not its own."""
    return replace(guarded, address=f"client of {request.node.name}")


WRONG = {
    "none": {},
    "empty": {"authorization": ""},
    "nothing after Bearer": {"authorization": "Bearer "},
    "spaces": {"authorization": "Bearer    "},
    "another": {"authorization": f"Bearer {TOKEN[::-1]}"},
    "its beginning": {"authorization": f"Bearer {TOKEN[:-1]}"},
    "longer": {"authorization": f"Bearer {TOKEN}x"},
    "other case": {"authorization": f"Bearer {TOKEN.swapcase()}"},
    "letters beyond ASCII": {"authorization": "Bearer \u00fc\u00e9\u00ff"},
    "another scheme": {"authorization": f"Basic {TOKEN}"},
    "no scheme": {"authorization": TOKEN},
    "twice": {"authorization": f"Bearer {TOKEN}, Bearer x"},
    "in another header": {"x-authorization": f"Bearer {TOKEN}", "x-api-key": TOKEN},
    "very long": {"authorization": "Bearer " + "x" * 30_000},
    "the token as the cookie": {"cookie": f"qconf_login={TOKEN}"},
    "the ticket of another": {"cookie": f"qconf_login={ticket('another-token-of-tests')}"},
    "the ticket of nothing": {"cookie": f"qconf_login={ticket('')}"},
    "an empty ticket": {"cookie": "qconf_login="},
    "a ticket cut short": {"cookie": f"qconf_login={ticket(TOKEN)[:-1]}"},
    "the ticket as the token": {"authorization": f"Bearer {ticket(TOKEN)}"},
}


def test_who_does_not_bring_the_token_sees_nothing(target: Target) -> None:
    """Neither pages nor JSON nor the description, with whatever else instead of the token.

    Nor does guessing tell more than that: after some tries a client has to wait.
    """
    assert target.ask("GET", "/review", RIGHT).status == 200
    statuses = set()
    for headers in WRONG.values():
        for path in GUARDED[:2]:
            told = target.ask("GET", path, headers)
            statuses.add(told.status)
            assert told.status in (401, 429), (headers, path)
            assert set(told.json()) == {"status", "title", "detail"}
    assert statuses == {401, 429}
    # The right one is heard all the same.
    assert target.ask("GET", "/review", RIGHT).status == 200


@pytest.mark.parametrize("path", GUARDED)
def test_every_address_is_guarded(target: Target, path: str) -> None:
    """For reading and writing, as a page and as JSON, and if the token stands in the address."""
    for method, accept in (
        ("GET", "text/html"),
        ("GET", "*/*"),
        ("POST", "*/*"),
        ("DELETE", "*/*"),
    ):
        headers = {"accept": accept, "content-type": "application/json"}
        assert target.ask(method, f"{path}?token={TOKEN}", headers).status == 401


@pytest.mark.parametrize(
    "path",
    [
        "/static/../review", "/static/%2e%2e/review", "/static/..%2freview", "/static//review",
        "/healthz/../review", "/healthz%2f..%2freview", "/healthz;/review", "/HEALTHZ", "//review",
        "/login/../review", "/readyz/", "/healthz%00", "/./review", "/%72eview", "/review%20",
    ],
)  # fmt: skip
def test_there_is_no_way_round(target: Target, path: str) -> None:
    """What needs no token leads to nothing that does."""
    told = target.page(path)
    assert told.status in (401, 404)
    assert "/review/1" not in told.text


def test_what_needs_no_token_tells_nothing(target: Target) -> None:
    """Whether it lives, whether it is ready, style sheets, and the form for the token."""
    for path in ("/healthz", "/readyz", "/static/serve.css", "/login"):
        told = target.page(path)
        assert told.status == 200, path
        assert not any(one in told.text for one in ("houses.qconf", "h1-", "feedback.db"))


def test_a_browser_logs_in_by_a_form_of_ours_and_with_the_token_alone(target: Target) -> None:
    """The cookie is no token, is for no script, and leads on to the first page only."""
    opened = target.page("/login")
    cookies = {"cookie": opened.all("set-cookie")[0].partition(";")[0]}
    token = opened.text.partition('name="form_token" value="')[2].partition('"')[0]

    def log_in(**form: str) -> Any:
        told = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        headers = {**cookies, "content-type": "application/x-www-form-urlencoded"}
        return target.ask("POST", "/login?next=//evil.example", headers, told)

    assert log_in(token=TOKEN).status == 403
    assert log_in(form_token="x", token=TOKEN).status == 403  # noqa: S106 - is wrong
    assert log_in(form_token=token, token="").status == 401
    assert log_in(form_token=token, token=TOKEN[:-1]).status == 401
    told = log_in(form_token=token, token=TOKEN, next="//evil.example")
    assert (told.status, told["location"]) == (303, "/")
    (login,) = told.all("set-cookie")
    assert TOKEN not in login
    assert "HttpOnly" in login
    assert "SameSite=strict" in login
    assert target.page("/review", {"cookie": login.partition(";")[0]}).status == 200


def test_guessing_at_the_form_has_an_end(target: Target) -> None:
    """Twenty tries a minute."""
    opened = target.page("/login")
    cookies = {"cookie": opened.all("set-cookie")[0].partition(";")[0]}
    token = opened.text.partition('name="form_token" value="')[2].partition('"')[0]
    headers = {**cookies, "content-type": "application/x-www-form-urlencoded"}
    tried = [
        target.ask("POST", "/login", headers, f"form_token={token}&token={i}".encode()).status
        for i in range(30)
    ]
    assert set(tried) == {401, 429}
    assert tried.count(401) <= 21


@pytest.mark.parametrize("token", ["", " ", "short", "x" * 15])
def test_a_token_that_can_be_guessed_is_none(tmp_path: Path, token: str) -> None:
    """An empty one would let everybody in."""
    with pytest.raises(OptionError, match="at least 16 characters"):
        create_app(kept_model(tmp_path), tmp_path / "a.db", token=token)


def test_a_service_of_any_name_needs_a_token(tmp_path: Path) -> None:
    """Else a page of another site could reach it by a name of its own."""
    with pytest.raises(OptionError, match="needs a token"):
        create_app(kept_model(tmp_path), tmp_path / "a.db", hosts=None)


@pytest.mark.slow
def test_a_client_that_asks_too_often_waits_and_no_header_makes_it_another(tmp_path: Path) -> None:
    """Whatever it says of the addresses that it came from."""
    with attacked(tmp_path, limits=Limits(requests_per_minute=30)) as target:
        told = [
            target.ask(
                "GET", "/healthz", {"x-forwarded-for": f"10.0.0.{i}", "x-real-ip": f"10.0.0.{i}"}
            )
            for i in range(60)
        ]
    statuses = [one.status for one in told]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) <= 33
    last = next(one for one in told if one.status == 429)
    assert 1 <= int(last["retry-after"]) <= 60


SECRET = "a very private input"  # noqa: S105 - stands for what is in rows


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_fault_of_ours_is_told_without_a_trace_and_logged_without_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    """Clients get a number to ask by; the log has the number, the class and the lines."""

    def broken(*_: Any, **__: Any) -> None:
        msg = f"cannot score {SECRET}"
        raise ValueError(msg)

    with attacked(tmp_path) as target:
        own, token = target.session()
        monkeypatch.setattr(ServedModel, "read", broken)
        if accept == "text/html":
            told = target.send_form("/estimates", own, form_token=token, **{"input:zone": SECRET})
        else:
            told = target.post("/estimates", {"rows": [row(zone=SECRET)]})
        assert told.status == 500
        for leaked in (SECRET, "Traceback", "ValueError", "qconf/serve", ".py"):
            assert leaked not in told.text
        (failure,) = target.failures()
        line = JsonLines().format(failure)
        assert told["x-request-id"] in line
        assert json.loads(line)["error"]["class"] == "ValueError"
        assert SECRET not in "".join(JsonLines().format(one) for one in target.logged)
        monkeypatch.undo()
        assert target.post("/estimates", {"rows": [row()]}).status == 200


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_store_that_fails_is_told_without_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    """What its database says is for whoever runs the service, who reads it in the log."""

    def full(*_: Any, **__: Any) -> None:
        msg = f"Cannot use the store '{tmp_path}/feedback.db': database or disk is full."
        raise OutputError(msg)

    with attacked(tmp_path) as target:
        own, token = target.session()
        monkeypatch.setattr(FeedbackStore, "add_feedback", full)
        path = f"/estimates/{target.known}/feedback"
        if accept == "text/html":
            told = target.send_form(path, own, form_token=token, who="ann", reason="other")
        else:
            told = target.post(path, {"who": "ann", "reason": "other"})
        assert told.status == 503
        for leaked in (str(tmp_path), "feedback.db", "disk"):
            assert leaked not in told.text
        (failure,) = target.failures()
        assert "disk is full" in JsonLines().format(failure)


@pytest.mark.slow
def test_a_log_holds_lines_of_json_and_nothing_of_what_was_sent(tmp_path: Path) -> None:
    """Neither inputs nor names nor words nor ids of estimates, nor lines that somebody forged."""
    forged = 'x\n{"event": "forged"}\r\n'
    with attacked(tmp_path) as target:
        name = target.estimate(zone=SECRET, house="house of ann")
        said = {"who": "ann of the log", "reason": "other", "text": SECRET + forged}
        assert target.post(f"/estimates/{name}/feedback", said).status == 201
        target.ask("GET", f"/estimates/{name}%0a%7B%22event%22:%22forged%22%7D")
        target.ask("GET", "/review?source=%0aforged")
        target.ask("GET", "/", {"user-agent": forged.replace("\n", " ").replace("\r", " ")})
        lines = [JsonLines().format(one) for one in target.logged]
    assert len(lines) >= 5
    for line in lines:
        assert json.loads(line)["event"]
        assert "\n" not in line
        for leaked in (SECRET, "house of ann", "ann of the log", name, "forged"):
            assert leaked not in line


@pytest.mark.slow
def test_a_body_that_comes_too_slowly_is_not_waited_for(tmp_path: Path) -> None:
    """And others are answered meanwhile."""
    import anyio  # noqa: PLC0415

    with attacked(tmp_path, limits=Limits(body_seconds=0.2)) as target:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": "/estimates", "raw_path": b"/estimates", "query_string": b"",
            "root_path": "", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 8000),
            "headers": [(b"host", HOST.encode()), (b"content-type", b"application/json")],
        }  # fmt: skip
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            await anyio.sleep(0.05)
            return {"type": "http.request", "body": b" ", "more_body": True}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        assert target.client.portal is not None
        app: Any = target.client.app
        target.client.portal.call(partial(app, scope, receive, send))
        assert statuses == [408]
        assert not target.failures()
