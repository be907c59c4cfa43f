"""The benchmark of the service counts what clients got."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.serving import Asked

RESULT = Path(__file__).parent.parent / "benchmarks" / "results" / "serving.csv"
WHOLE = {"estimates": [{"id": "a", "estimate": {}}, {"id": "b", "estimate": {}}]}
REFUSED = {"estimates": [{"id": "a", "estimate": {}}, {"problem": "no area"}]}


class _Answers(BaseHTTPRequestHandler):
    """Answers with what it was sent, and the status that stands in it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(told["body"]).encode()
        self.send_response(told["status"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def connection() -> Iterator[HTTPConnection]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        client = HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
        yield client
        client.close()
        server.shutdown()
        thread.join()


def test_an_answer_is_one_that_has_all_estimates(connection: HTTPConnection) -> None:
    """Another status, or a row without an estimate, is an error; and nothing is timed of it."""
    asked = Asked()
    for status, body in ((200, WHOLE), (503, WHOLE), (200, REFUSED), (200, {"estimates": []})):
        asked.ask(connection, json.dumps({"status": status, "body": body}).encode(), 2)
    assert len(asked.seconds) == 1
    assert asked.seconds[0] > 0
    assert asked.errors == 3


def test_who_gets_no_answer_counts_it() -> None:
    """A server that is not there is an error, too."""
    gone = HTTPConnection("127.0.0.1", 1, timeout=2)
    asked = Asked()
    asked.ask(gone, b"{}", 1)
    assert (asked.errors, asked.seconds) == (1, [])


def test_the_committed_result_is_whole() -> None:
    """One client explained and not, and fifty of them, without an error."""
    told = pd.read_csv(RESULT).set_index("what")
    assert set(told.index) == {"one row, explained", "one row", "100 rows"}
    assert (told["errors"] == 0).all()
    assert told.loc["100 rows", "clients"] == 50
