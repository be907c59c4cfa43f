"""Hang up on clients that do not bring the head of a request to its end (slowloris)."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["ImpatientProtocol"]


class ImpatientProtocol(H11Protocol):
    """Reads requests by h11, whatever else is installed, and waits for a head only so long.

    Each connection holds a file handle, of which a process has few: who opens very many and sends
    a byte now and then would keep all others out. Time runs from the first byte, not from the last.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._late is None:
            handle: Any = self.timeout_keep_alive_handler
            self._late = self.loop.call_later(self.timeout_keep_alive, handle)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
