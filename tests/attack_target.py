"""A service that is attacked: requests byte for byte, and what must hold after each.

`TestClient` tidies up addresses and headers; here they go to the application as they were written.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from served_pages import kept_model, queued, row
from starlette.testclient import TestClient

from qconf import FeedbackStore, create_app
from qconf.serve.limits import Limits

__all__ = ["HOST", "TOKEN", "Answer", "Target", "attacked"]

HOST = "127.0.0.1:8000"
TOKEN = "3b7Qx-a-token-of-the-tests"  # noqa: S105 - of the tests alone
_PAGE = {"accept": "text/html"}
_JSON = {"content-type": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_SERVER_ERRORS = 500
Headers = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.headers if own == name]

    def __getitem__(self, name: str) -> str:
        return ", ".join(self.all(name))


@dataclass
class Target:
    """A service with a model, a queue and an estimate.

    Attributes
    ----------
    client : TestClient
        Whose event loop is used.
    store : FeedbackStore
    logged : list of LogRecord
    address : str
        Where requests come from.
    """

    client: TestClient
    store: FeedbackStore
    logged: list[logging.LogRecord] = field(default_factory=list)
    address: str = "127.0.0.1"
    _kept: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        address: str,
        headers: Headers = (),
        body: bytes | Iterable[bytes] = b"",
        host: str | None = HOST,
    ) -> Answer:
        """Send a request as it is written; the body may come in parts, without its length."""
        path, _, query = address.partition("?")
        own = [] if host is None else [("host", host)]
        own += headers.items() if isinstance(headers, Mapping) else headers
        if isinstance(body, bytes):
            named = any(name == "content-length" for name, _ in own)
            own += [("content-length", str(len(body)))] if body and not named else []
            parts = [body]
        else:
            parts = list(body)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote(path, errors="replace"),
            "raw_path": path.encode("ascii"), "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in own],
            "client": (self.address, 50_000), "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        assert self.client.portal is not None
        found: Answer = self.client.portal.call(_exchanged, self.client.app, scope, parts)
        return found

    def page(self, address: str, headers: Mapping[str, str] = _PAGE) -> Answer:
        """Open a page."""
        return self.ask("GET", address, {**_PAGE, **headers})

    def post(self, address: str, told: Any, **headers: str) -> Answer:
        """Send JSON; text is sent as it is."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", address, {**_JSON, **more}, body)

    def session(self) -> tuple[dict[str, str], str]:
        """Open a page as a browser that was never here; return its cookies and a form's token."""
        opened = self.page("/")
        cookies = "; ".join(one.partition(";")[0] for one in opened.all("set-cookie"))
        found = re.findall(r'name="form_token" value="([^"]+)"', opened.text)
        return {"cookie": cookies}, found[0]

    def send_form(self, address: str, *headers: Mapping[str, str], **form: str) -> Answer:
        """Send a form as a browser that was shown it, unless told otherwise."""
        own, token = self.session()
        told = urlencode({"form_token": token, **form}).encode()
        all_headers = {**_PAGE, **_FORM, **own}
        for one in headers:
            all_headers |= one
        return self.ask("POST", address, all_headers, told)

    def estimate(self, **changes: Any) -> str:
        """Estimate a row, and return its id."""
        done = self.post("/estimates", {"rows": [row(**changes)], "explain": True})
        assert done.status == 200, done.text
        return str(done.json()["estimates"][0]["id"])

    @property
    def known(self) -> str:
        """The id of an estimate."""
        if "estimate" not in self._kept:
            self._kept["estimate"] = self.estimate()
        return self._kept["estimate"]

    @property
    def case(self) -> int:
        """The number of a case."""
        return int(self.store.cases()[0].id)

    def said(self) -> int:
        """Count what was said and decided."""
        counts = self.store.counts()
        return counts["feedback"] + counts["decided"]

    def failures(self) -> list[logging.LogRecord]:
        """Return what was logged as a fault of ours."""
        return [one for one in self.logged if one.levelno >= logging.ERROR]


async def _exchanged(app: Any, scope: dict[str, Any], parts: list[bytes]) -> Answer:
    waiting = list(parts)
    found = Answer(0, [], b"")

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        part = waiting.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found.status = message["status"]
            found.headers = [
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in message.get("headers", [])
            ]
        else:
            found.body += message.get("body", b"")

    await app(scope, receive, send)
    return found


class _Kept(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__()
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextmanager
def attacked(
    folder: Path,
    *,
    token: str | None = None,
    limits: Limits | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Iterator[Target]:
    """Serve a model with a queue, in this process."""
    model = kept_model(folder)
    logged: list[logging.LogRecord] = []
    logger, handler = logging.getLogger("qconf.serve"), _Kept(logged)
    level = logger.level
    with FeedbackStore(folder / "feedback.db", now=clock) as store:
        queued(model, store, 20)
        app = create_app(model, store, key="house", token=token, limits=limits, now=clock)
        with TestClient(app, base_url=f"http://{HOST}") as client:
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            try:
                yield Target(client, store, logged)
            finally:
                logger.removeHandler(handler)
                logger.setLevel(level)


class Inert(HTMLParser):
    """Collects what in a page could do something that the page itself does not mean to do."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.found += [f"{tag} {name}" for name in told if name.startswith("on") or name == "style"]
        if tag == "script" and not (told.get("src") or "").startswith("/static/"):
            self.found.append("script")
        if tag in ("iframe", "object", "embed", "base", "meta") and "http-equiv" in told:
            self.found.append(tag)
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            to = told.get(name)
            if to is not None and not re.match(r"(/(?!/)|#|\?|data:image/)", to):
                self.found.append(f"{tag} {name}={to}")

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def dangers_of(page: str) -> list[str]:
    """Name what in a page could run, load or lead elsewhere."""
    read = Inert()
    read.feed(page)
    return read.found
