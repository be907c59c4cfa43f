"""Text that is shown prints, whatever it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.printable import shown

COMMANDS = [
    *map(chr, range(32)),
    *map(chr, range(127, 160)),
    *"\u200b\u200f\u202e\u2066\u2028\ufeff",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_does_not_print_is_written_out(command: str) -> None:
    """Control characters of both sets, marks of direction, letters without width, line ends."""
    text = shown(f"a{command}b")
    assert text.isprintable()
    assert text.startswith("a\\")
    assert command not in text


@given(st.text())
def test_shown_text_prints(text: str) -> None:
    """Whatever it was; and what printed before is as it was."""
    assert shown(text).isprintable()
    if text.isprintable():
        assert shown(text) == text


def test_lone_surrogates_are_written_out() -> None:
    """File names that are no UTF-8 hold them, and no stream takes them."""
    assert shown("caf\udce9") == r"caf\udce9"
