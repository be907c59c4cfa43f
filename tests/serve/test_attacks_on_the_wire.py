"""Attacks that are made with bytes on a socket, against `qconf serve` in a process of its own."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from reviewed_rows import offers, priced

import qconf
from benchmarks.server_process import RunningServer
from qconf import FeedbackStore

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wire") / "feedback.db"


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[RunningServer]:
    model = place.with_name("avm.qconf")
    qconf.save(priced(), model)
    with RunningServer(model, place, "--key", "id") as running:
        yield running


@pytest.fixture(scope="module")
def estimate(server: RunningServer) -> str:
    rows = json.loads(offers(1, 5).drop(columns="price").to_json(orient="records"))
    told = server.ask("POST", "/estimates", {"rows": rows})[1]
    return str(json.loads(told)["estimates"][0]["id"])


@pytest.fixture(scope="module", autouse=True)
def _nothing_failed(server: RunningServer, estimate: str, place: Path) -> Iterator[None]:
    """Read the log at the end: no fault of ours, and no line of what was sent.

    And all that was honest is kept, and nothing else. Not a test of its own: each process that runs
    a part of these tests has its own server. A fault is shown as an error of the test that came
    last.
    """
    first = {"who": "eve", "reason": "other", "text": "before all attacks"}
    assert server.ask("POST", f"/estimates/{estimate}/feedback", first)[0] == 201
    yield
    assert server.is_ready()
    lines = server.log.read_text().splitlines()
    told = [json.loads(one) for one in lines if one.startswith("{")]
    assert not [one for one in told if one["level"] in ("error", "critical")]
    assert not [one for one in lines if "Traceback" in one or estimate in one]
    # What is sent to see that the attacks' way of sending works is there, too, if that ran here.
    assert kept(place) - {"honest"} == {"before all attacks"}


def feedback(text: str) -> bytes:
    return json.dumps({"who": "eve", "reason": "other", "text": text}).encode()


def kept(place: Path) -> set[str]:
    with FeedbackStore(place, create=False) as store:
        return {one.text for one in store.feedback()}


def posted(server: RunningServer, path: str, body: bytes, *headers: str) -> bytes:
    """Write a request down."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *headers]
    lines += (
        [] if any("application" in one for one in headers) else ["Content-Type: application/json"]
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def statuses(answer: bytes) -> list[int]:
    return [int(one[:3]) for one in answer.split(b"HTTP/1.1 ")[1:]]


def test_what_works_works(server: RunningServer, estimate: str, place: Path) -> None:
    """A request as the attacks write it, but without a fault, is kept."""
    body = feedback("honest")
    path = f"/estimates/{estimate}/feedback"
    whole = posted(server, path, body, f"Content-Length: {len(body)}", "Connection: close")
    assert statuses(server.exchanged(whole)) == [201]
    chunked = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    whole = posted(server, path, chunked, "Transfer-Encoding: chunked", "Connection: close")
    assert statuses(server.exchanged(whole)) == [201]
    assert "honest" in kept(place)


TWICE = {
    "both lengths": ["Content-Length: 5", "Transfer-Encoding: chunked"],
    "both, the other way": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "two lengths": ["Content-Length: 5", "Content-Length: 400"],
    "a list of lengths": ["Content-Length: 5, 400"],
    "no coding": ["Transfer-Encoding: xchunked", "Content-Length: 5"],
    "two codings": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    "a list of codings": ["Transfer-Encoding: gzip, chunked"],
    "a space before the colon": ["Transfer-Encoding : chunked", "Content-Length: 5"],
    "a folded line": ["Transfer-Encoding:", " chunked", "Content-Length: 5"],
    "a tab": ["Transfer-Encoding:\tchunked", "Content-Length: 5"],
    "a bare end of line": ["X: y\nTransfer-Encoding: chunked", "Content-Length: 5"],
    "NUL": ["Transfer-Encoding: chunked\0", "Content-Length: 5"],
    "a signed length": ["Content-Length: +5"],
    "a length of many digits": [f"Content-Length: {'9' * 5000}"],
}


@pytest.mark.parametrize("headers", TWICE.values(), ids=TWICE)
def test_no_request_is_smuggled_in_the_body_of_another(
    server: RunningServer, estimate: str, place: Path, headers: list[str]
) -> None:
    """Where it is not clear how long a body is, what follows is not taken for a request."""
    inner = feedback(text := f"smuggled by {headers[0][:40]}")
    path = f"/estimates/{estimate}/feedback"
    hidden = posted(server, path, inner, f"Content-Length: {len(inner)}", "Connection: close")
    answer = server.exchanged(posted(server, "/estimates", b"0\r\n\r\n" + hidden, *headers))
    assert len(statuses(answer)) == 1, answer
    assert 400 <= statuses(answer)[0] < 502, answer
    assert text not in kept(place)
    assert server.is_ready()


NO_REQUESTS = {
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /review\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(160),
    "no version": b"GET /review HTTP\r\nHost: 127.0.0.1\r\n\r\n",
    "nothing but NUL": bytes(4000),
    "no name": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n: x\r\n\r\n",
    "a control character": b"GET /\x01 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "letters beyond ASCII": "GET /r\u00e9view HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode(),
    "another name": b"GET http://evil.example/review HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "a proxy's": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    "two hosts": b"GET /review HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "a large header": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
    "a long address": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a large chunk": b"POST /estimates HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
    b"application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffffffff\r\nx",
    "a line of chunks": b"POST /estimates HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
    b"application/json\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("sent", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_gets_nothing_but_a_refusal(server: RunningServer, sent: bytes) -> None:
    """And the service goes on."""
    told = server.exchanged(sent, timeout=3)
    assert all(400 <= one < 502 for one in statuses(told)), told[:500]
    assert b"Traceback" not in told
    assert b"review" not in told.partition(b"\r\n\r\n")[2] or b"problem" in told
    assert server.is_ready()


def test_another_protocol_is_not_spoken(server: RunningServer) -> None:
    """Asked to upgrade, to websockets or to HTTP/2, it answers as it would have."""
    for kind in ("websocket", "h2c"):
        told = server.exchanged(
            f"GET /review HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Connection: Upgrade, close\r\nUpgrade: {kind}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n".encode()
        )
        assert 101 not in statuses(told)


def test_requests_in_a_row_are_answered_in_a_row(server: RunningServer) -> None:
    """A thousand at once on one connection; as many answers."""
    one = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    last = f"{one}Connection: close\r\n\r\n".encode()
    told = server.exchanged(f"{one}\r\n".encode() * 999 + last, timeout=30)
    assert statuses(told) == [200] * 1000


def test_a_client_says_nothing_of_the_address_that_it_comes_from(server: RunningServer) -> None:
    """Neither does a header change who is counted, nor where a form is sent on to."""
    headers = {"X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "https", "Accept": "text/html",
               "X-Forwarded-Host": "evil.example"}  # fmt: skip
    status, body, told = server.ask_all("GET", "/", headers=headers)
    assert status == 200
    assert b"evil.example" not in body
    assert "Secure" not in str(told)
    assert "10.9.8.7" not in server.log.read_text()
    assert not {"server", "x-powered-by"} & {name.lower() for name, _ in told}


def test_slow_clients_do_not_keep_others_out(server: RunningServer) -> None:
    """Hundreds that send a byte now and then; another one is answered as ever.

    More than may wait for a route at once: they do not.
    """
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
            for _ in range(650)
        ]
        for number, one in enumerate(slow):
            half = b"GET /review HTTP/1.1\r\nHost: 127" if number % 13 == 0 else (
                b"POST /estimates HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000\r\n\r\n{"
            )  # fmt: skip
            one.sendall(half)
        started = time.monotonic()
        for _ in range(10):
            assert server.ask("GET", "/review")[0] == 200
            for one in slow[:20]:
                one.sendall(b" ")
        assert time.monotonic() - started < 10
    assert server.is_ready()


def test_who_says_nothing_is_hung_up_on(server: RunningServer) -> None:
    """A connection on which no request comes to its end is not kept for ever."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as one:
        one.sendall(b"GET /review HTTP/1.1\r\nX: ")
        started = time.monotonic()
        told = one.recv(1000)
        assert time.monotonic() - started < 45
        assert told == b"" or statuses(told)[0] in (400, 408)


def test_a_bomb_is_not_unpacked(server: RunningServer) -> None:
    """Ten kilobytes that are ten megabytes are refused as what they are."""
    bomb = gzip.compress(b" " * 10_000_000)
    headers = [f"Content-Length: {len(bomb)}", "Content-Encoding: gzip", "Connection: close"]
    assert statuses(server.exchanged(posted(server, "/estimates", bomb, *headers))) == [415]


def test_a_client_that_goes_before_its_answer_leaves_nothing_behind(server: RunningServer) -> None:
    """Not even a line in the log that something failed."""
    rows = json.loads(offers(500, 6).drop(columns="price").to_json(orient="records"))
    body = json.dumps({"rows": rows}).encode()
    for part in (10, 1000, len(body)):
        with socket.create_connection(("127.0.0.1", server.port)) as one:
            one.sendall(
                posted(server, "/estimates", b"", f"Content-Length: {len(body)}") + body[:part]
            )
    time.sleep(0.5)
    assert server.is_ready()
