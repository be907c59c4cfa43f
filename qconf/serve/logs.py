"""Log lines of JSON: what was asked and how it went, never what was in it."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["LOGGER", "JsonLines", "log", "log_to_stderr", "where_it_failed"]

LOGGER: Final = logging.getLogger("qconf.serve")
_FIELDS: Final = "fields"


class JsonLines(logging.Formatter):
    """Writes a record as a line of JSON; of an exception its class and where it was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        moment = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = where_it_failed(record.exc_info[1])
        return json.dumps(told, ensure_ascii=True, default=str)


def log(level: int, event: str, **fields: Any) -> None:
    """Log an event with plain values."""
    LOGGER.log(level, event, extra={_FIELDS: fields})


def where_it_failed(error: BaseException) -> dict[str, Any]:
    """Return the class of an error and the lines that it passed.

    Not its message, which may hold what was in a row.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
    return {"class": type(error).__name__, "lines": lines[-12:]}


def log_to_stderr() -> None:
    """Send the lines of this process to standard error, from what is told as information on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    LOGGER.handlers[:] = [handler]
    LOGGER.propagate = False
    LOGGER.setLevel(logging.INFO)
