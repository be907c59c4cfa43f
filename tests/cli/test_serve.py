"""``qconf serve`` as people type it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from served_models import small_model

import qconf
from qconf.cli.main import main
from qconf.saving.card import ModelCard

MODEL, STORE = "avm.qconf", "feedback.db"
HOUSE = {"area": 100, "zone": "a"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QCONF_TOKEN", raising=False)
    qconf.save(small_model(), MODEL, card=ModelCard(target="price"))
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *typed: str) -> str:
    """Return the line that says why nothing is served."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", MODEL, "--store", STORE, *typed])
    written = capsys.readouterr()
    assert ended.value.code == 2, written.err
    assert written.err.count("\n") == 1
    return written.err


@contextmanager
def running(*typed: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run the command; yield the process, where it listens, and its first line."""
    command = [sys.executable, "-m", "qconf", "serve", MODEL, "--store", STORE, "--port", "0"]
    process = subprocess.Popen([*command, *typed], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        listening = json.loads(process.stderr.readline())
        yield process, f"http://127.0.0.1:{listening['port']}", line
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def answer(url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Ask for something."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"content-type": "application/json", **headers}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, sent), timeout=30) as found:  # noqa: S310
            return found.status, json.loads(found.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.slow
def test_it_serves_and_ends_when_it_is_asked_to() -> None:
    """On this machine only; what is worked on when it is asked to end is answered first."""
    with running() as (process, url, line):
        assert line.startswith("qconf: avm.qconf is served at http://127.0.0.1:")
        assert "to this machine only" in line
        status, told = answer(f"{url}/estimates", {"rows": [HOUSE]})
        assert (status, list(told["estimates"][0])) == (200, ["id", "estimate"])
        name = told["estimates"][0]["id"]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as asking:
            body = json.dumps({"rows": [HOUSE] * 20, "explain": True}).encode()
            asking.sendall(
                b"POST /estimates HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n" % len(body) + body
            )
            time.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            asking.settimeout(60)
            assert asking.recv(12) == b"HTTP/1.1 200"
        assert process.wait(60) == 0
        lines = [json.loads(one) for one in process.stderr or ()]
        assert lines[-1]["event"] == "ended"
    with qconf.FeedbackStore(STORE, create=False) as store:
        assert store.estimate(name).inputs == HOUSE


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs kill -9")
def test_what_was_acknowledged_outlives_a_kill() -> None:
    """And is there once when it is sent again to the next process."""
    said, key = {"who": "ann", "reason": "condition"}, {"idempotency-key": "abc"}
    with running() as (process, url, _):
        _, told = answer(f"{url}/estimates", {"rows": [HOUSE]})
        path = f"/estimates/{told['estimates'][0]['id']}/feedback"
        status, first = answer(url + path, said, **key)
        assert status == 201
        process.kill()
    with running() as (_, url, _):
        assert answer(url + path, said, **key) == (201, first)
    with qconf.FeedbackStore(STORE, create=False) as store:
        assert len(store.feedback()) == 1


@pytest.mark.slow
def test_elsewhere_a_token_is_asked_for_and_what_is_exposed_is_told(place: Path) -> None:
    """And who does not know it gets nothing."""
    (place / "token").write_text("0123456789abcdefgh\n")
    with running("--host", "0.0.0.0", "--token-file", "token") as (_, url, line):  # noqa: S104
        assert "all who reach 0.0.0.0 with the token: estimates, the inputs of all rows" in line
        assert "put TLS in front" in line
        assert answer(f"{url}/review")[0] == 401
        known = {"authorization": "Bearer 0123456789abcdefgh"}
        assert answer(f"{url}/review", **known)[0] == 200


def test_elsewhere_without_a_token_nothing_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    """What to do is told."""
    line = refused(capsys, "--host", "0.0.0.0")  # noqa: S104 - is refused
    assert "--token-file FILE, or the environment variable QCONF_TOKEN" in line


def test_behind_a_proxy_a_token_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Others reach the service by it, though it listens to this machine alone."""
    line = refused(capsys, "--trusted-proxy", "127.0.0.1")
    assert "Behind 127.0.0.1 others than this machine reach the service" in line
    assert "--token-file FILE" in line
    assert "such as 10.0.0.7" in refused(capsys, "--trusted-proxy", "localhost")
    assert "would believe everybody" in refused(capsys, "--trusted-proxy", "0.0.0.0/0")


@pytest.mark.slow
@pytest.mark.parametrize("trusted", [True, False])
def test_a_trusted_proxy_tells_who_asks_and_how(place: Path, *, trusted: bool) -> None:
    """Cookies are for TLS alone, clients have rates of their own, any name of ours is asked for.

    Without the option the same headers change nothing.
    """
    (place / "token").write_text("0123456789abcdefgh\n")
    typed = ["--token-file", "token", "--requests-per-minute", "4"]
    told = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.1", "accept": "text/html"}
    with running(*typed, *(["--trusted-proxy", "127.0.0.1"] * trusted)) as (_, url, line):
        assert ("all who reach the proxy at 127.0.0.1 with the token" in line) == trusted
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        found = []
        for client in (1, 1, 1, 1, 1, 2):
            headers = {**told, "x-forwarded-for": f"203.0.113.{client}"}
            if trusted:
                headers["host"] = "avm.example.org"
            # HEAD, over one connection: a body that is not expected would be read as an answer.
            connection.request("HEAD", "/login", headers=headers)
            answer = connection.getresponse()
            assert answer.read() == b""
            found.append((answer.status, "; Secure" in (answer.headers["set-cookie"] or "")))
        connection.close()
        assert found[0] == (200, trusted)
        assert [status for status, _ in found[-2:]] == [429, 200 if trusted else 429]


def test_what_is_wrong_with_the_address_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that is taken, one that is none, an address that is none; before the model is open."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(capsys, "--port", str(port))
    told = f"Port {port} of 127.0.0.1 is taken by another program; name another with --port."
    assert line == f"qconf: {told}\n"
    assert "0 to 65535" in refused(capsys, "--port", "70000")
    host = ["--host", "192.0.2.1", "--token-file", "t"]
    Path("t").write_text("0123456789abcdefgh")
    assert "192.0.2.1" in refused(capsys, *host)


@pytest.mark.parametrize(
    ("text", "told"), [("", "is empty"), ("short", "at least 16 characters"), (None, "cannot read")]
)
def test_a_token_that_is_none_is_told(
    capsys: pytest.CaptureFixture[str], text: str | None, told: str
) -> None:
    """And not what is in the file."""
    if text is not None:
        Path("t").write_text(text)
    line = refused(capsys, "--token-file", "t")
    assert told in line
    assert "short" not in line


def test_models_and_stores_that_are_none_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In a line each; a file of somebody else's is left as it was."""
    Path(STORE).write_text("no store of anything " * 50)
    assert "no store of qconf" in refused(capsys, "--port", "0")
    assert Path(STORE).read_text() == "no store of anything " * 50
    Path(STORE).unlink()
    Path(MODEL).write_text("no model")
    assert "avm.qconf" in refused(capsys, "--port", "0")
    assert "sqlite, postgresql" not in refused(capsys, "--store", "mysql://a/b", "--port", "0")


def test_limits_that_are_none_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """By their name."""
    assert "rows must be above 0" in refused(capsys, "--max-rows", "0", "--port", "0")


def test_without_its_packages_the_extra_is_named() -> None:
    """As for everything that is not installed with qconf."""
    program = (
        "import sys; sys.modules['fastapi'] = None\n"
        "import importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'fastapi' else found(name, *a)\n"
        "from qconf.cli.main import main; main(['serve', 'avm.qconf', '--store', 'a.db'])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.endswith("Install it with: pip install 'qconf[serve]'\n")
