"""`qconf serve` as people run it: a process of its own, which can be killed and started anew."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

__all__ = ["RunningServer", "free_port"]

_PATIENCE = 60.0
_OK = 200
_NONE: Mapping[str, str] = MappingProxyType({})


def free_port() -> int:
    """Find a port that nobody listens to."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class RunningServer:
    """A server of its own process.

    Parameters
    ----------
    model, store : path
    *words : str
        Further options.
    log : path, default=None
        Where its output goes; None is beside the model.
    """

    def __init__(
        self, model: Path, store: str | Path, *words: str, log: Path | None = None
    ) -> None:
        self.port = free_port()
        self._words = ["serve", str(model), "--store", str(store), "--port", str(self.port), *words]
        self.log = Path(model).with_name("serve.log") if log is None else log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str] = _NONE) -> Self:
        """Start it, and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "qconf", *self._words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **environment},
            )  # fmt: skip
        until = time.monotonic() + _PATIENCE
        while not self.is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        return self

    def is_ready(self) -> bool:
        """Tell whether it answers, and has its model and its store."""
        try:
            return self.ask("GET", "/readyz")[0] == _OK
        except (OSError, HTTPException):
            return False

    def connected(self, timeout: float = 30.0) -> HTTPConnection:
        """Return a client's connection."""
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(
        self, method: str, path: str, told: Any = None, headers: Mapping[str, str] = _NONE
    ) -> tuple[int, bytes]:
        """Ask for JSON on a connection of its own; return the status and the body."""
        return self.ask_all(method, path, told, headers)[:2]

    def ask_all(
        self, method: str, path: str, told: Any = None, headers: Mapping[str, str] = _NONE
    ) -> tuple[int, bytes, list[tuple[str, str]]]:
        """Ask, and return the headers of the answer, too."""
        connection = self.connected()
        try:
            body = None if told is None else json.dumps(told).encode()
            kind = {} if told is None else {"Content-Type": "application/json"}
            connection.request(method, path, body, {**kind, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheaders()
        finally:
            connection.close()

    def exchanged(self, *parts: bytes, timeout: float = 10.0) -> bytes:
        """Send bytes, and return all that comes back until it is closed, or time is up."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as one:
            until = time.monotonic() + timeout
            with suppress(OSError):  # it was closed on us, or nothing more came
                for part in parts:
                    one.sendall(part)
                while time.monotonic() < until and (more := one.recv(65_536)):
                    answer += more
        return answer

    def cpu_seconds(self) -> float:
        """Return what it computed so far, of all its threads; Linux alone tells."""
        assert self.process is not None
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it as a power cut does (-9)."""
        self.end(signal.SIGKILL)

    def end(self, number: int = signal.SIGTERM, timeout: float = 30.0) -> int:
        """Send a signal, and return the status that it ends with."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout)

    def __enter__(self) -> Self:
        """Start it, unless it runs."""
        return self.start() if self.process is None else self

    def __exit__(self, *_: object) -> None:
        """Let nothing run on."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
