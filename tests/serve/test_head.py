"""HEAD is answered as GET is, without a body."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attack_target import Target, attacked

#: What is another one in each answer.
_ITS_OWN = {"x-request-id", "set-cookie", "content-security-policy", "content-length"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with attacked(tmp_path_factory.mktemp("head")) as made:
        yield made


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    "path", ["/", "/review", "/review/1", "/estimates/{}", "/summary", "/healthz", "/readyz",
             "/metrics", "/openapi.json", "/static/none.css", "/nowhere", "/review?order=none"],
)  # fmt: skip
def test_as_get_without_a_body(target: Target, path: str, accept: str) -> None:
    """Status and headers are those of GET: who only wants to know whether it is there learns it."""
    address, headers = path.format(target.known), {"accept": accept}
    whole, head = (target.ask(method, address, headers) for method in ("GET", "HEAD"))
    assert head.body == b""
    assert head.status == whole.status
    named = [
        [(name, value) for name, value in one.headers if name not in _ITS_OWN]
        for one in (whole, head)
    ]
    assert named[0] == named[1]


def test_what_only_takes_post_says_so(target: Target) -> None:
    """And what takes GET takes HEAD; nothing is said or decided by either."""
    before = target.said()
    path = f"/estimates/{target.known}/feedback"
    refused = target.ask("HEAD", path, {"accept": "application/json"})
    assert (refused.status, refused["allow"], refused.body) == (405, "POST", b"")
    told = target.post("/healthz", {})
    assert (told.status, told["allow"]) == (405, "GET, HEAD")
    assert target.said() == before


def test_the_log_says_head(target: Target) -> None:
    """What was asked, and not what it was answered as."""
    target.ask("HEAD", "/healthz")
    fields = vars(target.logged[-1])["fields"]
    assert (fields["method"], fields["status"]) == ("HEAD", 200)


@pytest.mark.slow
def test_a_token_is_asked_for_as_well(tmp_path: Path) -> None:
    """HEAD tells a stranger no more than GET does."""
    with attacked(tmp_path, token="3b7Qx-a-token-of-the-tests") as target:  # noqa: S106
        assert target.ask("HEAD", "/review", {"accept": "application/json"}).status == 401
