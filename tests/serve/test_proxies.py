"""What a proxy says of a client is believed if the proxy is trusted, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from served_models import small_model
from starlette.testclient import TestClient

import qconf
from qconf.errors import OptionError
from qconf.serve.limits import Limits
from qconf.serve.listening import configured
from qconf.serve.proxies import trusted_proxies

PROXY, TOKEN = "10.0.0.7", "3b7Qx-a-token-of-the-tests"
SECURE = {"x-forwarded-proto": "https", "accept": "text/html"}


@contextmanager
def behind(folder: Path, *proxies: str, **options: Any) -> Iterator[TestClient]:
    """Serve to one who asks from the address of the proxy."""
    app = qconf.create_app(small_model(), folder / "a.db", hosts=None, token=TOKEN, **options)
    config = configured(app, trusted_proxies(proxies))
    config.load()
    with TestClient(config.loaded_app, base_url="http://avm.example", client=(PROXY, 1)) as client:
        yield client
    app.state.context.store.close()


@pytest.mark.parametrize("proxies", [[PROXY], ["10.0.0.0/24"], ["192.0.2.1", PROXY]])
def test_cookies_are_secure_where_the_proxy_was_asked_by_https(
    tmp_path: Path, proxies: list[str]
) -> None:
    """All three; and not where it was asked without TLS."""
    with behind(tmp_path, *proxies) as client:
        page = client.get("/login", headers=SECURE)
        assert page.headers["set-cookie"].startswith("qconf_session=")
        assert "; Secure" in page.headers["set-cookie"]
        client.cookies.clear()
        plain = client.get("/login", headers={**SECURE, "x-forwarded-proto": "http"})
        assert "; Secure" not in plain.headers["set-cookie"]
        session = plain.headers["set-cookie"].partition(";")[0]
        token = plain.text.partition('name="form_token" value="')[2].partition('"')[0]
        done = client.post(
            "/login", data={"form_token": token, "token": TOKEN}, follow_redirects=False,
            headers={**SECURE, "cookie": session, "origin": "https://avm.example"},
        )  # fmt: skip
        assert done.status_code == 303
        assert "qconf_login" in done.headers["set-cookie"]
        assert "; Secure" in done.headers["set-cookie"]


@pytest.mark.parametrize("proxies", [[], ["10.0.0.8"], ["10.0.1.0/24"], ["::1"]])
def test_nobody_else_is_believed(tmp_path: Path, proxies: list[str]) -> None:
    """Neither that TLS was used, nor to be somebody else: all are one, and asked to wait."""
    with behind(tmp_path, *proxies, limits=Limits(requests_per_minute=3)) as client:
        page = client.get("/login", headers=SECURE)
        assert "; Secure" not in page.headers["set-cookie"]
        told = [
            client.get("/healthz", headers={"x-forwarded-for": f"203.0.113.{i}"}).status_code
            for i in range(4)
        ]
        assert told == [200, 200, 429, 429]


def test_each_client_of_a_proxy_has_its_own_rate(tmp_path: Path) -> None:
    """By what the proxy added at the end: what a client wrote before it counts for nothing."""
    with behind(tmp_path, PROXY, limits=Limits(requests_per_minute=2)) as client:

        def ask(client_address: str) -> int:
            return client.get("/healthz", headers={"x-forwarded-for": client_address}).status_code

        assert [ask("203.0.113.1") for _ in range(3)] == [200, 200, 429]
        assert [ask("203.0.113.2") for _ in range(3)] == [200, 200, 429]
        assert ask("203.0.113.9, 203.0.113.1") == 429


def test_addresses_are_checked_before_anything_is_served() -> None:
    """A name is none, and a network of everybody would make the header anybody's."""
    assert trusted_proxies(["fd00::/8"]) == ["fd00::/8"]
    for wrong in ("localhost", "10.0.0", "", "10.0.0.7:80", "*", "10.0.0.7/24"):
        with pytest.raises(OptionError, match="must be addresses or networks"):
            trusted_proxies([wrong])
    for everybody in ("0.0.0.0/0", "::/0", "0.0.0.0/1", "::/1", "::ffff:0:0/96", "::/64"):
        with pytest.raises(OptionError, match="would believe everybody"):
            trusted_proxies([everybody])


def test_a_socket_of_both_kinds_knows_the_proxy_too(tmp_path: Path) -> None:
    """Which calls 10.0.0.7 ::ffff:10.0.0.7."""
    app = qconf.create_app(small_model(), tmp_path / "a.db", hosts=None, token=TOKEN)
    config = configured(app, trusted_proxies([PROXY]))
    config.load()
    mapped = (f"::ffff:{PROXY}", 1)
    with TestClient(config.loaded_app, base_url="http://avm.example", client=mapped) as client:
        assert "; Secure" in client.get("/login", headers=SECURE).headers["set-cookie"]
    app.state.context.store.close()
