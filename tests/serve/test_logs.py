"""Lines of JSON on standard error."""

from __future__ import annotations

import json
import logging

import pytest

from qconf.serve.logs import LOGGER, JsonLines, log, log_to_stderr


def test_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """One event a line, whatever is in it; nothing else gets them."""
    before = LOGGER.handlers[:], LOGGER.propagate, LOGGER.level
    try:
        log_to_stderr()
        log(logging.INFO, "something", name="a\nb\u2028c", number=1)
        log(logging.DEBUG, "nothing")
    finally:
        LOGGER.handlers[:], LOGGER.propagate = before[0], before[1]
        LOGGER.setLevel(before[2])
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["name"]) == ("something", "info", "a\nb\u2028c")


def test_an_error_is_told_by_its_class_and_lines() -> None:
    """Not by its message, which may hold what was in a row."""
    try:
        int("the price of a house")
    except ValueError as error:
        made = LOGGER.makeRecord("a", 40, "f", 1, "failed", (), (type(error), error, None))
    told = JsonLines().format(made)
    assert "price" not in told
    assert json.loads(told)["error"]["class"] == "ValueError"
    assert "test_logs.py" in told
