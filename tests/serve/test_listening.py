"""Addresses that are taken, or cannot be had."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest

from qconf.errors import OptionError
from qconf.serve.listening import bound


def test_a_port_is_taken_once() -> None:
    """Any that is free, and then no other program's."""
    with bound("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(OptionError, match=f"Port {port} of 127.0.0.1 is taken"):
            bound("127.0.0.1", port)
    bound("127.0.0.1", port).close()


@pytest.mark.parametrize(
    ("code", "told"), [(errno.EACCES, "try --port 8000"), (5, "Cannot listen")]
)
def test_what_the_system_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch, code: int, told: str
) -> None:
    """In words, and with what to do."""

    class Refusing(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError(code, "no")

    monkeypatch.setattr(socket, "socket", Refusing)
    with pytest.raises(OptionError, match=told):
        bound("127.0.0.1", 80)


def test_an_address_that_is_none_is_told() -> None:
    """Before anything is asked of a network."""
    with pytest.raises(OptionError, match="has no address"):
        bound("\udcff..", 80)
