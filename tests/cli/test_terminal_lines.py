"""Sentences on a terminal, and in a pipe."""

from __future__ import annotations

import io
import sys

import pytest

from qconf.cli.terminal_lines import folded_for_terminal

SENTENCE = "Of the 117 rows called safest, 23.9 % (12.4 to 47.9) are off by more than 15 %."
COLUMNS = "state.json   21,710 bytes   0232f7b8542a030e1fd4c19631aa2c9808f402f95480390cd4460"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_sentences_that_end_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number is parted from its unit; what stands in columns stays in them."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert folded_for_terminal(f"{SENTENCE}\n{COLUMNS}\n\nShort.\n") == (
        "Of the 117 rows called safest, 23.9 %\n(12.4 to 47.9) are off by more than\n15 %.\n"
        f"{COLUMNS}\n\nShort.\n"
    )


def test_a_pipe_gets_a_sentence_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """However wide the terminal beside it is; ``grep`` finds what is said."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert folded_for_terminal(f"{SENTENCE}\n") == f"{SENTENCE}\n"
