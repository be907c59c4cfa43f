"""Attacks on the service; each is a fact, and none succeeds.

After each the same is checked: no fault of ours was logged, nothing was said or decided that the
attack itself does not allow, the estimate that was there is as it was, and the service goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from attack_target import HOST, Answer, Target, attacked
from served_pages import row

from qconf.serve.limits import Limits

Attack = Callable[[Target], None]
ATTACKS: dict[str, Attack] = {}
#: So many submissions an attack is allowed to make; all others none.
ALLOWED: dict[str, int] = {}
#: The body of a feedback that would be kept.
SAID: Final = {"who": "eve", "reason": "other"}
_REFUSED: Final = range(400, 500)


def attack(fact: str, allowed: int = 0) -> Callable[[Attack], Attack]:
    """Name an attack by what is true of it."""

    def kept(made: Attack) -> Attack:
        assert fact not in ATTACKS
        ATTACKS[fact], ALLOWED[fact] = made, allowed
        return made

    return kept


def each(
    fact: str, *cases: Any, allowed: int = 0
) -> Callable[[Callable[[Target, Any], None]], None]:
    """Name an attack that is made in several ways."""

    def kept(made: Callable[[Target, Any], None]) -> None:
        for number, case in enumerate(cases):
            attack(f"{fact} ({number + 1})", allowed)(partial(_made, made, case))

    return kept


def _made(made: Callable[[Target, Any], None], case: Any, target: Target) -> None:
    made(target, case)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("attacked"), limits=Limits(body_seconds=5)) as made:
        assert made.known
        yield made


def refused(answer: Answer, *statuses: int) -> None:
    """Check that a request was refused, in a line of the right kind."""
    assert answer.status in (statuses or _REFUSED), (answer.status, answer.text[:300])
    if answer["content-type"].startswith("application/problem+json"):
        told = answer.json()
        assert set(told) == {"status", "title", "detail"}
        assert told["status"] == answer.status
        assert "\n" not in told["detail"]
    assert b"Traceback" not in answer.body
    assert b"site-packages" not in answer.body


# --- SQL


@each(
    "SQL in the id of an estimate finds nothing",
    "%27%20OR%20%271%27=%271", "x%27;DROP%20TABLE%20qconf_estimates;--", "%25", "_" * 22,
    "%27%20UNION%20SELECT%20*%20FROM%20qconf_feedback--",
)  # fmt: skip
def _sql_in_ids(target: Target, name: str) -> None:
    refused(target.ask("GET", f"/estimates/{name}"), 404)
    refused(target.post(f"/estimates/{name}/feedback", SAID), 404)


@attack("SQL in a text is kept as a text", allowed=1)
def _sql_in_texts(target: Target) -> None:
    text = "'); DROP TABLE qconf_feedback; DELETE FROM qconf_decisions WHERE ('1'='1"
    told = target.post(f"/estimates/{target.known}/feedback", {**SAID, "text": text, "who": text})
    assert told.status == 201
    kept = target.store.feedback()[-1]
    assert (kept.text, kept.who) == (text, text)


@attack("SQL in an idempotency key is a key", allowed=1)
def _sql_in_keys(target: Target) -> None:
    key = "x'OR'1'='1';--"
    path = f"/estimates/{target.known}/feedback"
    first = target.post(path, {**SAID, "text": "sql key"}, idempotency_key=key)
    assert first.status == 201
    refused(target.post(path, SAID, idempotency_key=key), 409)


@each(
    "SQL in a filter of the queue is no choice",
    "order=rank;DROP%20TABLE%20qconf_cases", "source=random%27%20OR%20%271%27=%271",
    "state=open%27--", "limit=1;DROP", "offset=0%20UNION%20SELECT%201",
)  # fmt: skip
def _sql_in_filters(target: Target, query: str) -> None:
    refused(target.ask("GET", f"/review?{query}"), 422)


@attack("SQL in the inputs to slice by names no input")
def _sql_in_slices(target: Target) -> None:
    refused(target.ask("GET", "/summary?by=zone%27%20UNION%20SELECT%20who%20FROM%20x--"))


@each("A number of a case that is no number, or too large, is refused",
      "1%20OR%201=1", "9" * 30, "-1", "0", "1e3", "%D9%A1", "0x1", "1;2")  # fmt: skip
def _numbers_of_cases(target: Target, number: str) -> None:
    for path in (f"/review/{number}", f"/review/{number}/lock", f"/review/{number}/decision"):
        is_page = path == f"/review/{number}"
        asked = target.ask("GET", path) if is_page else target.post(path, SAID)
        refused(asked, 404, 422)
    refused(target.page(f"/review/{number}"), 404, 422)


# --- Paths


@each(
    "A path out of the folder leads nowhere",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd",
    "/estimates/..%2f..%2f..%2fetc%2fpasswd", "/estimates/%2e%2e%5c%2e%2e%5cetc%5cpasswd",
    "/estimates/%c0%ae%c0%ae%c0%afetc", "/estimates/x%00.html", "/static/%2e%2e/serve.css",
    "/static/..%2ftemplates%2fbase.html", "/static/%2fetc%2fpasswd", "/static/serve.css%00",
    "/static/....//serve.js", "/static/", "/static/__init__.py", "/estimates/%E2%80%AE",
)  # fmt: skip
def _paths(target: Target, path: str) -> None:
    for accept in ("application/json", "text/html"):
        told = target.ask("GET", path, {"accept": accept})
        refused(told, 400, 404)
        assert b"root:" not in told.body


@attack("A path that is too long is refused")
def _long_path(target: Target) -> None:
    refused(target.ask("GET", "/estimates/" + "a" * 10_000), 404, 414)
    refused(target.ask("GET", "/review?source=" + "a" * 10_000), 414, 422)


# --- Headers


@each("A request for another name is refused (DNS rebinding)",
      "evil.example", "127.0.0.1.evil.example", "evil.example:8000", "127.0.0.1@evil.example",
      "evil.example#127.0.0.1", "evil.example/127.0.0.1", "", "[::1", "127.0.0.1:port",
      "127.0.0.1:8000, evil.example", "localhost.evil.example", "0.0.0.0")  # fmt: skip  # noqa: S104
def _hosts(target: Target, host: str) -> None:
    refused(target.ask("GET", f"/estimates/{target.known}", host=host), 400, 421)
    refused(target.page("/review", {"host": host}), 400, 421)  # beside the right one


@attack("A request without a Host is refused")
def _no_host(target: Target) -> None:
    refused(target.ask("GET", "/review", host=None), 400, 421)


@attack("Where else a request says to have been sent is not believed")
def _forwarded(target: Target) -> None:
    told = {
        "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher", "x-original-url": "/x",
        "x-forwarded-prefix": "//evil.example", "forwarded": "host=evil.example",
        "x-http-method-override": "DELETE", "x-rewrite-url": "/metrics",
        "referer": "//evil.example",
    }  # fmt: skip
    for path in ("/", "/review", f"/estimates/{target.known}", "/summary", "/none"):
        answer = target.page(path, told)
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


@attack("Line ends in what is sent make no header of an answer", allowed=1)
def _split_headers(target: Target) -> None:
    answers = [
        target.page("/estimates/x%0d%0aSet-Cookie:%20a=b"),
        target.page("/review?source=x%0d%0aSet-Cookie:%20a=b"),
        target.send_form(
            f"/estimates/{target.known}/feedback", reason="other", text="split",
            who="eve\r\nSet-Cookie: a=b",
        ),
        target.page(f"/estimates/{target.known}?said=1%0d%0aSet-Cookie:%20a=b"),
    ]  # fmt: skip
    for answer in answers:
        for name, value in answer.headers:
            assert not {"\r", "\n"} & set(name + value)
        assert not [one for one in answer.all("set-cookie") if one.startswith("a=b")]


@each(
    "A length that is none is refused", "9" * 5000, "-1", "1e9", "0x10", "\u00b2", "+5", "5, 6", ""
)
def _lengths(target: Target, length: str) -> None:
    headers = {"content-type": "application/json", "content-length": length}
    answer = target.ask("POST", "/estimates", headers, json.dumps({"rows": []}).encode())
    refused(answer)


# --- Bodies


@attack("A body that says to be too large is refused before it is read")
def _declared(target: Target) -> None:
    def never() -> Iterator[bytes]:
        yield b"{"

    headers = {"content-type": "application/json", "content-length": "3000000"}
    refused(target.ask("POST", "/estimates", headers, never()), 413)


@attack("A body that turns out to be too large is refused")
def _chunked(target: Target) -> None:
    parts = [b'{"rows": [' + b" " * 100_000] + [b" " * 100_000] * 30
    refused(target.ask("POST", "/estimates", {"content-type": "application/json"}, parts), 413)


@attack("A body that is longer than it said is measured as it is")
def _lying(target: Target) -> None:
    headers = {"content-type": "application/json", "content-length": "10"}
    refused(target.ask("POST", "/estimates", headers, [b" " * 1_000_000] * 3), 413)


@attack("Too many rows are refused, and too many explanations")
def _many_rows(target: Target) -> None:
    refused(target.post("/estimates", {"rows": [row()] * 1001}), 413, 422)
    refused(target.post("/estimates", {"rows": [row()] * 21, "explain": True}), 413, 422)


@each("Brackets within brackets are refused before anything is built",
      b"[" * 900_000, b'{"rows":' * 100_000,
      b'{"rows": [{"zone": ' + b"[" * 50 + b"]" * 50 + b"}]}",
      b'{"rows": [{"a":' * 5_000)  # fmt: skip
def _deep(target: Target, body: bytes) -> None:
    refused(target.post("/estimates", body), 400, 422)


@each("Numbers that are none are refused",
      b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"1" * 5_000, b"1" * 400, b"0x1F",
      b"1_000", b"\xef\xbc\x91", b"+1", b"01", b".5", b"1.")  # fmt: skip
def _no_numbers(target: Target, number: bytes) -> None:
    body = json.dumps({"rows": [{**row(), "area": "AREA"}]}).encode().replace(b'"AREA"', number)
    told = target.post("/estimates", body)
    if told.status == 200:  # a number, but of no row that can be estimated
        (one,) = told.json()["estimates"]
        assert "estimate" not in one
        assert one["problem"]
    else:
        refused(told, 400, 422)
    path = f"/estimates/{target.known}/feedback"
    body = json.dumps({**SAID, "own_value": "OWN"}).encode().replace(b'"OWN"', number)
    refused(target.post(path, body), 400, 422)


@each("Names that stand twice are refused",
      b'{"who": "ann", "who": "eve", "reason": "other"}',
      b'{"who": "ann", "reason": "other", "corrected": {"area": 1, "area": 2}}',
      b'{"who": "ann", "reason": "other", "\\u0077ho": "eve"}')  # fmt: skip
def _twice(target: Target, body: bytes) -> None:
    refused(target.post(f"/estimates/{target.known}/feedback", body), 400, 422)


@each("A body that is no JSON is refused",
      b"", b"{", b"nul", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"{} {}", b"\x00", b"[]", b"3",
      b'"rows"', b"null", b"\xed\xa0\x80", b"{'rows': []}", b'{"rows": [,]}',
      b"//\n{}")  # fmt: skip
def _no_json(target: Target, body: bytes) -> None:
    for path in ("/estimates", f"/estimates/{target.known}/feedback", "/review/1/decision"):
        refused(target.ask("POST", path, {"content-type": "application/json"}, body), 400, 415, 422)


@each("A body of another kind is refused", "text/plain", "text/plain;application/json", "text/xml",
      "multipart/form-data; boundary=x", "application/jsonp", "", "application/json/../text",
      "application/csp-report", "*/*")  # fmt: skip
def _kinds(target: Target, kind: str) -> None:
    body = json.dumps(SAID).encode()
    path = f"/estimates/{target.known}/feedback"
    refused(target.ask("POST", path, {"content-type": kind}, body), 415)
    refused(target.ask("POST", path, {"content-type": kind}, [body, b""]), 415, 422)


@attack("JSON that is sent as a form is a form, and without its token refused")
def _json_as_form(target: Target) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    body = json.dumps(SAID).encode()
    for path in (f"/estimates/{target.known}/feedback", "/estimates", "/review/1/lock"):
        refused(target.ask("POST", path, form, body), 400, 403)


@each("A compressed body is not unpacked", "gzip", "deflate", "br", "zstd", "gzip, identity", "x")
def _compressed(target: Target, encoding: str) -> None:
    import gzip  # noqa: PLC0415

    bomb = gzip.compress(b" " * 10_000_000)
    headers = {"content-type": "application/json", "content-encoding": encoding}
    refused(target.ask("POST", "/estimates", headers, bomb), 415)


@attack("Texts that are too long are refused, wherever they are")
def _long_texts(target: Target) -> None:
    path = f"/estimates/{target.known}/feedback"
    long = "x" * 5_000
    for more in (
        {"text": long}, {"who": long}, {"reason": long}, {"comparables": [long]},
        {"comparables": ["x"] * 21}, {"corrected": {"zone": long}}, {"corrected": {long: 1}},
        {"corrected": {f"c{i}": i for i in range(60)}},
    ):  # fmt: skip
        refused(target.post(path, {**SAID, **more}), 422)
    refused(target.post(path, SAID, idempotency_key=long), 422)
    (one,) = target.post("/estimates", {"rows": [row(zone=long)]}).json()["estimates"]
    assert "estimate" not in one


@attack("A form of very many fields is refused")
def _many_fields(target: Target) -> None:
    many = {f"input:{i}": "1" for i in range(2_000)}
    path = f"/estimates/{target.known}/feedback"
    refused(target.send_form(path, who="eve", reason="other", **many), 400)


@each("A value of one's own that is no number is refused in a form", "nan", "inf", "-inf", "1e999",
      "0x10", "one", "1 000 000 x")  # fmt: skip
def _own_values(target: Target, value: str) -> None:
    path = f"/estimates/{target.known}/feedback"
    refused(target.send_form(path, who="eve", reason="other", own_value=value), 422)


@attack("A decision to be replaced that is beyond all numbers is none")
def _beyond(target: Target) -> None:
    for number in (2**63, 2**70, -1, 0, 1.5, True, "1"):
        refused(target.post(f"/review/{target.case}/decision", {**SAID, "supersedes": number}), 422)


# --- Unicode


@each("Half a character is refused, wherever it is", "who", "text", "comparables", "value", "name",
      "reason", "other")  # fmt: skip
def _halves(target: Target, where: str) -> None:
    half = "\ud800"
    cases: dict[str, dict[str, Any]] = {
        "who": {"who": half}, "text": {"text": f"a{half}"}, "comparables": {"comparables": [half]},
        "value": {"corrected": {"zone": half}}, "name": {"corrected": {half: 1}},
        "reason": {"reason": half}, "other": {half: 1},
    }  # fmt: skip
    refused(target.post(f"/estimates/{target.known}/feedback", {**SAID, **cases[where]}), 400, 422)


@attack("Half a character in a row, or in its key, makes no estimate")
def _half_rows(target: Target) -> None:
    for changes in (
        {"zone": "\udfff"},
        {"house": "\ud800"},
        {"sold": "\ud800"},
        {"area": "\ud800"},
    ):
        told = target.post("/estimates", {"rows": [row(**changes)]})
        if told.status == 200:
            assert "estimate" not in told.json()["estimates"][0]
        else:
            refused(told, 400, 422)


@attack("Half a character in a form is refused")
def _half_forms(target: Target) -> None:
    own, token = target.session()
    body = f"form_token={token}&who=eve&reason=other&text=%ED%A0%80".encode()
    headers = {**own, "content-type": "application/x-www-form-urlencoded"}
    refused(target.ask("POST", f"/estimates/{target.known}/feedback", headers, body), 400)


@attack("A column by the name of another that looks alike is not that column")
def _homoglyphs(target: Target) -> None:
    told = row()
    told["\u0430rea"] = told.pop("area")  # a Cyrillic letter
    (one,) = target.post("/estimates", {"rows": [told]}).json()["estimates"]
    assert "'area'" in one["problem"]
    corrected = {"\u0430rea": 1.0}
    refused(
        target.post(f"/estimates/{target.known}/feedback", {**SAID, "corrected": corrected}), 422
    )


@attack("Text is kept letter by letter: accents, joiners, directions, and all planes", allowed=2)
def _letters(target: Target) -> None:
    for text in (
        "e\u0301 \u00e9 \u200b\u200d\ufeff \u202e\u2066 \U0001f3e0 \ufb01",
        "\u0000"[:0] + "\x1b[2J\x07",
    ):
        told = target.post(f"/estimates/{target.known}/feedback", {**SAID, "text": text})
        assert told.status == 201, told.text
        assert target.store.feedback()[-1].text == text


@attack("NUL is refused in every text")
def _nul(target: Target) -> None:
    path = f"/estimates/{target.known}/feedback"
    for more in (
        {"who": "e\0"},
        {"text": "\0"},
        {"comparables": ["\0"]},
        {"corrected": {"zone": "\0"}},
    ):
        refused(target.post(path, {**SAID, **more}), 422)
    refused(target.send_form(path, who="eve", reason="other", text="a\0b"), 400, 422)
    refused(target.post(f"/review/{target.case}/lock", {"who": "\0"}), 422)


# --- Forms that another site sends


@each("A form with a token that was not shown to this browser is refused",
      "", "x", "0" * 64, "truncated", "other session", "longer", "\u00e9" * 64,
      "upper")  # fmt: skip
def _form_tokens(target: Target, given: str) -> None:
    own, token = target.session()
    _, other = target.session()
    told = {
        "truncated": token[:-1], "other session": other, "longer": f"{token}0",
        "upper": token.upper(),
    }.get(given, given)  # fmt: skip
    for path in (f"/estimates/{target.known}/feedback", "/estimates", f"/review/{target.case}/lock",
                 f"/review/{target.case}/decision"):  # fmt: skip
        refused(target.send_form(path, own, form_token=told, who="eve", reason="other"), 403)


@each("A form without its cookie is refused", "", "qconf_session=", "qconf_session=; a=b",
      "qconf_session=x", "other=1")  # fmt: skip
def _cookies(target: Target, cookie: str) -> None:
    import hmac  # noqa: PLC0415
    from hashlib import sha256  # noqa: PLC0415

    _, token = target.session()
    empty = hmac.new(b"", b"qconf form", sha256).hexdigest()
    path = f"/estimates/{target.known}/feedback"
    for told in (token, empty):
        form = {"form_token": told, "who": "eve", "reason": "other"}
        refused(target.send_form(path, {"cookie": cookie}, **form), 403)


@each(
    "What a page of another site sends is refused, even with a token",
    {"origin": "null"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"}, {"origin": "http://127.0.0.1:9000"}, {"origin": "http://127.0.0.1"},
    {"origin": f"http://{HOST}.evil.example"}, {"origin": f"http://{HOST}@evil.example"},
    {"origin": "", "sec-fetch-site": "cross-site"}, {"origin": f"http://evil.example, http://{HOST}"},
    {"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"}, {"origin": "file://"},
    {"origin": "http://[::1"}, {"origin": "chrome-extension://abc"},
)  # fmt: skip
def _cross_site(target: Target, headers: dict[str, str]) -> None:
    path = f"/estimates/{target.known}/feedback"
    refused(target.send_form(path, headers, who="eve", reason="other"), 403)
    json_headers = {"content-type": "application/json", **headers}
    refused(target.ask("POST", path, json_headers, json.dumps(SAID).encode()), 403)
    refused(target.ask("POST", "/estimates", json_headers, b'{"rows": []}'), 403)


@attack("A page of another site cannot read: no answer allows it")
def _no_cors(target: Target) -> None:
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    for method in ("GET", "OPTIONS", "HEAD"):
        for path in ("/review", "/openapi.json", f"/estimates/{target.known}", "/metrics"):
            answer = target.ask(method, path, asked)
            assert not [name for name, _ in answer.headers if name.startswith("access-control-")]
            assert answer["cross-origin-resource-policy"] == "same-origin"


# --- Replays


@attack("The same submission with the same key counts once", allowed=1)
def _replayed(target: Target) -> None:
    path, said = f"/estimates/{target.known}/feedback", {**SAID, "text": "once"}
    told = {target.post(path, said, idempotency_key="once").json()["id"] for _ in range(5)}
    assert len(told) == 1


@attack("A key that was used says nothing else, here or elsewhere", allowed=1)
def _other_content(target: Target) -> None:
    path, said = f"/estimates/{target.known}/feedback", {**SAID, "text": "first"}
    assert target.post(path, said, idempotency_key="taken").status == 201
    refused(target.post(path, {**said, "text": "second"}, idempotency_key="taken"), 409)
    elsewhere = f"/estimates/{target.estimate(house='h77')}/feedback"
    refused(target.post(elsewhere, said, idempotency_key="taken"), 409)
    assert target.store.feedback()[-1].text == "first"


@attack("A form that is sent twice counts once", allowed=1)
def _form_twice(target: Target) -> None:
    own, token = target.session()
    form = {"form_token": token, "idempotency_key": "form-1", "who": "eve", "reason": "other"}
    path = f"/estimates/{target.known}/feedback"
    told = [target.send_form(path, own, **form) for _ in range(3)]
    assert {one.status for one in told} == {303}
    assert len({one["location"] for one in told}) == 1


@attack("A decision that is sent twice counts once, and another's is refused", allowed=1)
def _decided_twice(target: Target) -> None:
    number = int(target.store.cases(decided=False)[-1].id)
    path, said = f"/review/{number}/decision", {"who": "eve", "reason": "fine"}
    told = [target.post(path, said, idempotency_key="decision-1") for _ in range(3)]
    assert len({one.json()["id"] for one in told}) == 1
    refused(target.post(path, {"who": "bob", "reason": "fine"}), 409)


# --- Methods


@each("A method that an address does not take changes nothing",
      "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", "GETT", "PROPFIND",
      "\"X\"")  # fmt: skip
def _methods(target: Target, method: str) -> None:
    secret = {"authorization": "Bearer s3cret", "cookie": "qconf_session=c00kie"}
    for path in ("/estimates", f"/estimates/{target.known}", f"/review/{target.case}/decision",
                 "/static/serve.css", "/"):  # fmt: skip
        answer = target.ask(method, path, {"content-type": "application/json", **secret}, b"{}")
        refused(answer, 404, 405)
        assert b"s3cret" not in answer.body
        assert b"c00kie" not in answer.body


@attack("A method of somebody's own makes no label of a metric")
def _labels(target: Target) -> None:
    target.ask('X"} 1\nqconf_cases 9', "/review")
    target.ask("GET", "/estimates/a%22%7D%20evil")
    told = target.ask("GET", "/metrics").text
    assert "evil" not in told
    assert "qconf_cases 9" not in told


# --- Addresses


@each("Nobody is sent to another site", "//evil.example", "//evil.example/..", "/%5cevil.example",
      "///evil.example/review/", "/review/?next=//evil.example", "/login?next=http://evil.example",
      "/http:%2f%2fevil.example", "/review//evil.example/",
      "/estimates/?url=//evil.example")  # fmt: skip
def _redirects(target: Target, path: str) -> None:
    for accept in ("text/html", "application/json"):
        answer = target.ask("GET", path, {"accept": accept})
        to = answer["location"]
        assert answer.status in (200, 404, 405), answer.status
        assert not to


@each("A form leads nowhere but here", "//evil.example", "https://evil.example", "/\\evil.example",
      "javascript:alert(1)", "state=all&next=//evil.example")  # fmt: skip
def _asked(target: Target, asked: str) -> None:
    path = f"/review/{target.case}/lock"
    answer = target.send_form(path, who="eve", asked=asked, next=asked, then=asked)
    to = answer["location"]
    assert answer.status in (303, 409, 422), answer.status
    assert not to or to.startswith("/review")
    assert "evil" not in to
    assert "javascript" not in to


# --- Answers


@each("No answer can be framed, sniffed, kept by a cache, or run a script of others",
      "/", "/review", "/summary", "/none", "/review/1", "/estimates/none", "/openapi.json",
      "/metrics", "/healthz", "estimate")  # fmt: skip
def _headers(target: Target, path: str) -> None:
    path = f"/estimates/{target.known}" if path == "estimate" else path
    for accept in ("text/html", "application/json"):
        answer = target.ask("GET", path, {"accept": accept})
        assert answer["x-frame-options"] == "DENY"
        assert answer["x-content-type-options"] == "nosniff"
        assert answer["cache-control"] == "no-store"
        assert answer["referrer-policy"] == "no-referrer"
        policy = dict(
            one.strip().split(" ", 1) for one in answer["content-security-policy"].split(";")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in answer["content-security-policy"]


@attack("What comes back to a program is JSON, whatever was asked")
def _echoes(target: Target) -> None:
    mark = "<script>alert(1)</script>"
    asked = [
        target.ask("GET", "/review?source=%3Cscript%3Ealert(1)%3C/script%3E"),
        target.post("/estimates", {"rows": [{mark: mark}]}),
        target.post(f"/estimates/{target.known}/feedback", {**SAID, mark: mark}),
        target.ask("GET", "/estimates/%3Cscript%3Ealert(1)%3C%2fscript%3E"),
    ]
    for answer in asked:
        assert not answer["content-type"].startswith("text/html")
        assert "json" in answer["content-type"]


@attack("Cookies are for this site and no script")
def _cookie_flags(target: Target) -> None:
    for one in target.page("/").all("set-cookie"):
        assert "HttpOnly" in one
        assert "SameSite=Strict" in one
        assert "Path=/" in one
        assert "Domain" not in one


@attack("Where the store is, and on what the service runs, is not told")
def _places(target: Target) -> None:
    folder = str(Path(target.store.name.strip("'")).parent)
    asked = [
        target.ask("GET", "/estimates/none"), target.page("/estimates/none"), target.page("/"),
        target.ask("GET", "/review/99999"), target.ask("GET", "/readyz"),
        target.ask("GET", "/metrics"),
        target.ask("GET", "/openapi.json"), target.post("/estimates/none/feedback", SAID),
    ]  # fmt: skip
    for answer in asked:
        assert folder not in answer.text
        assert "feedback.db" not in answer.text
        assert not {"server", "x-powered-by"} & {name for name, _ in answer.headers}


@attack("Ids of estimates cannot be counted up, nor guessed from others")
def _ids(target: Target) -> None:
    told = target.post("/estimates", {"rows": [row()] * 200}).json()["estimates"]
    ids = [one["id"] for one in told]
    assert len(set(ids)) == 200
    assert all(len(one) >= 22 for one in ids)
    # At each place nearly all letters occur: none is fixed, or counts.
    assert min(len({one[place] for one in ids}) for place in range(20)) > 40
    for near in (ids[0][:-1], ids[0] + "A", ids[0].swapcase(), ids[0][:-1] + "%00", f"%20{ids[0]}"):
        refused(target.ask("GET", f"/estimates/{near}"), 404)


@pytest.mark.parametrize("fact", ATTACKS)
def test_the_attack_has_no_success(target: Target, fact: str) -> None:
    """What the name of the attack says is true, and nothing else has changed."""
    before, said = asdict(target.store.estimate(target.known)), target.said()
    target.logged.clear()
    ATTACKS[fact](target)
    assert not target.failures(), target.failures()[0].getMessage()
    assert target.said() == said + ALLOWED[fact]
    assert asdict(target.store.estimate(target.known)) == before
    assert target.ask("GET", "/readyz").status == 200
