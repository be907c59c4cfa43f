"""How soon the service answers, and how much it bears: `qconf serve` in a process of its own.

A default blend is fitted on King County (``qconf fit --example king-county --keep-sales``) and
served; its file is kept in ``.cache/serving/``. One client asks for one row at a time, by turns
with and without an explanation, each row another one; then fifty clients ask for batches of a
hundred rows, as fast as they are answered, for a minute. Clients are threads of this process, and
time is taken from the first byte that is sent to the last that is read.

What the server computed (CPU, of all its threads) stands beside what clients waited: other work on
the machine makes them wait, and costs no CPU here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.server_process import RunningServer
from qconf.datasets import king_county

__all__ = ["run"]

_MODEL = Path(__file__).parent / ".cache" / "serving" / "king-county.qconf"
#: Requests of one client, of each kind; those of a warm-up before are not counted.
_ALONE, _WARM_UP = 500, 20
_CLIENTS, _BATCH, _SECONDS = 50, 100, 60.0
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_OK = 200


@dataclass
class Asked:
    """What came of requests.

    Attributes
    ----------
    seconds : list of float
        Of each that was answered in full.
    errors : int
        Others: another status, a row without an estimate, no answer.
    """

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    def ask(self, connection: HTTPConnection, body: bytes, n_rows: int) -> None:
        """Ask once."""
        started = time.perf_counter()
        try:
            connection.request("POST", "/estimates", body, _HEADERS)
            answer = connection.getresponse()
            told = answer.read()
        except (OSError, HTTPException):
            connection.close()
            self.errors += 1
            return
        seconds = time.perf_counter() - started
        if answer.status == _OK and _estimated(told) == n_rows:
            self.seconds.append(seconds)
        else:
            self.errors += 1


def _estimated(told: bytes) -> int:
    return sum("estimate" in one and "id" in one for one in json.loads(told)["estimates"])


def run(folder: Path | None, seeds: int) -> pd.DataFrame:  # noqa: ARG001 - one table, nothing drawn
    """Measure one client, then fifty."""
    model = _fitted()
    rows = _rows()
    with tempfile.TemporaryDirectory() as store:
        place = Path(store, "feedback.db")
        with RunningServer(model, place, log=Path(store, "serve.log")) as server:
            return pd.DataFrame([*_alone(server, rows), _together(server, rows)])


def _fitted() -> Path:
    if not _MODEL.exists():
        _MODEL.parent.mkdir(parents=True, exist_ok=True)
        words = ["fit", "--example", "king-county", "--keep-sales", "--output", str(_MODEL)]
        subprocess.run([sys.executable, "-m", "qconf", *words], check=True)  # noqa: S603 - our own
    return _MODEL


def _rows() -> list[dict[str, Any]]:
    """Return all rows as JSON has them, in an order that is not theirs."""
    table = king_county().table.drop(columns="price").sample(frac=1, random_state=0)
    told: list[dict[str, Any]] = json.loads(table.to_json(orient="records", date_format="iso"))
    return told


def _alone(server: RunningServer, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ask for one row at a time, by turns with and without an explanation."""
    connection = server.connected()
    asked = {True: Asked(), False: Asked()}
    spent = dict.fromkeys(asked, 0.0)
    for turn in range(_WARM_UP + _ALONE):
        if turn == _WARM_UP:
            asked, spent = {True: Asked(), False: Asked()}, dict.fromkeys(asked, 0.0)
        for explain, told in asked.items():
            body = _body(rows[(2 * turn + explain) % len(rows) :][:1], explain)
            before = server.cpu_seconds()
            told.ask(connection, body, 1)
            spent[explain] += server.cpu_seconds() - before
    connection.close()
    for explain, told in asked.items():
        what = "one row, explained" if explain else "one row"
        yield _summed(what, 1, 1, told, spent[explain], sum(told.seconds))


def _together(server: RunningServer, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Let many clients ask at once."""
    starts = range(0, len(rows) - _BATCH, _BATCH)
    bodies = [_body(rows[start : start + _BATCH]) for start in starts]
    before, started = server.cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        told = list(pool.map(lambda i: _client(server, bodies[i:] + bodies[:i]), range(_CLIENTS)))
    seconds, spent = time.perf_counter() - started, server.cpu_seconds() - before
    every = Asked([one for each in told for one in each.seconds], sum(one.errors for one in told))
    return _summed(f"{_BATCH} rows", _CLIENTS, _BATCH, every, spent, seconds)


def _client(server: RunningServer, bodies: list[bytes]) -> Asked:
    told, connection, number = Asked(), server.connected(), 0
    until = time.perf_counter() + _SECONDS
    while time.perf_counter() < until:
        told.ask(connection, bodies[number % len(bodies)], _BATCH)
        number += 1
    connection.close()
    return told


def _body(rows: list[dict[str, Any]], explain: bool = False) -> bytes:
    return json.dumps({"rows": rows, "explain": explain}).encode()


def _summed(
    what: str, clients: int, n_rows: int, asked: Asked, cpu: float, seconds: float
) -> dict[str, Any]:
    milliseconds = 1e3 * np.array(asked.seconds or [np.nan])
    answered = len(asked.seconds)
    return {
        "what": what,
        "clients": clients,
        "requests": answered + asked.errors,
        "errors": asked.errors,
        "median_ms": round(float(np.median(milliseconds)), 1),
        "p99_ms": round(float(np.quantile(milliseconds, 0.99)), 1),
        "cpu_ms_a_request": round(1e3 * cpu / max(1, answered), 1),
        "rows_a_second": round(n_rows * answered / seconds, 1),
        "rows_a_cpu_second": round(n_rows * answered / cpu, 1) if cpu else None,
        "cores": os.cpu_count(),
    }
